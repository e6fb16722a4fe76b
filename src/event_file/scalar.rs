//! The number in a summary: a simple value, as torch writes it, or a tensor of one element, as TensorFlow 2 does.

use super::messages::{DOUBLE, FLOAT, INT32, INT64, SummaryValue, TensorProto};

pub fn number(value: &SummaryValue) -> Option<f64> {
    value.simple_value.map(f64::from).or_else(|| of_tensor(value.tensor.as_ref()?))
}

fn of_tensor(tensor: &TensorProto) -> Option<f64> {
    if tensor.tensor_shape.as_ref().is_some_and(|shape| shape.dim.iter().any(|dim| dim.size != 1)) {
        return None;
    }
    let content = &tensor.tensor_content;
    match tensor.dtype {
        FLOAT => {
            let packed = || content.first_chunk().map(|bytes| f32::from_le_bytes(*bytes));
            tensor.float_val.first().copied().or_else(packed).map(f64::from)
        }
        DOUBLE => {
            let packed = || content.first_chunk().map(|bytes| f64::from_le_bytes(*bytes));
            tensor.double_val.first().copied().or_else(packed)
        }
        INT32 => {
            let packed = || content.first_chunk().map(|bytes| i32::from_le_bytes(*bytes));
            tensor.int_val.first().copied().or_else(packed).map(f64::from)
        }
        INT64 => {
            let packed = || content.first_chunk().map(|bytes| i64::from_le_bytes(*bytes));
            tensor.int64_val.first().copied().or_else(packed).map(|number| number as f64)
        }
        _ => None,
    }
}
