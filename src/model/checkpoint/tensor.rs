//! A tensor where it lies in a file.

use half::{bf16, f16};
use std::fmt;

/// What its elements are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ElementType {
    F16,
    BF16,
    F32,
    F64,
    /// no floating-point numbers that are read here
    Other(String),
}

impl ElementType {
    /// By the name that it has in a safetensors file.
    pub fn named(name: &str) -> Self {
        match name {
            "F16" => Self::F16,
            "BF16" => Self::BF16,
            "F32" => Self::F32,
            "F64" => Self::F64,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl fmt::Display for ElementType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Other(name) => f.write_str(name),
            known => write!(f, "{known:?}"),
        }
    }
}

/// Elements of a file's bytes, in their order. Its parts are private, so that each of its elements lies in the bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredTensor<'b> {
    pub kind: ElementType,
    pub shape: Vec<usize>,
    /// elements from one index of a dimension to the next
    strides: Vec<usize>,
    /// from the first element on
    bytes: &'b [u8],
}

impl<'b> StoredTensor<'b> {
    /// All of these bytes, in row-major order.
    pub fn contiguous(kind: ElementType, shape: Vec<usize>, bytes: &'b [u8]) -> Self {
        let strides = row_major(&shape);
        Self { kind, shape, strides, bytes }
    }

    /// A view into a storage whose elements are `width` bytes wide. Nothing where an element would lie outside of it, or
    /// where there are more elements than the storage has.
    pub fn view(
        kind: ElementType,
        width: usize,
        storage: &'b [u8],
        offset: usize,
        shape: Vec<usize>,
        strides: Vec<usize>,
    ) -> Option<Self> {
        if shape.len() != strides.len() {
            return None;
        }
        let elements = storage.len() / width.max(1);
        let count = shape.iter().try_fold(1usize, |count, size| count.checked_mul(*size))?;
        let last = shape
            .iter()
            .zip(&strides)
            .try_fold(offset, |last, (size, stride)| last.checked_add(size.saturating_sub(1).checked_mul(*stride)?))?;
        let fits = count == 0 || (last < elements && count <= elements);
        let bytes = storage.get(offset.checked_mul(width)?..)?;
        fits.then_some(Self { kind, shape, strides, bytes })
    }

    /// The values in single precision, in row-major order; nothing where they are no floating-point numbers.
    pub fn floats(&self) -> Option<Vec<f32>> {
        match self.kind {
            ElementType::F32 => self.values(f32::from_le_bytes),
            ElementType::F64 => self.values(|bytes| f64::from_le_bytes(bytes) as f32),
            ElementType::F16 => self.values(|bytes| f16::from_le_bytes(bytes).to_f32()),
            ElementType::BF16 => self.values(|bytes| bf16::from_le_bytes(bytes).to_f32()),
            ElementType::Other(_) => None,
        }
    }

    fn values<const WIDTH: usize>(&self, value: impl Fn([u8; WIDTH]) -> f32) -> Option<Vec<f32>> {
        let (elements, _) = self.bytes.as_chunks::<WIDTH>();
        let count = self.shape.iter().product();
        if self.strides == row_major(&self.shape) {
            return Some(elements.get(..count)?.iter().map(|bytes| value(*bytes)).collect());
        }
        let place = |mut number: usize| {
            let dimensions = self.shape.iter().zip(&self.strides).rev();
            dimensions.fold(0, |place, (size, stride)| {
                let index = number % size;
                number /= size;
                place + index * stride
            })
        };
        (0..count).map(|number| elements.get(place(number)).map(|bytes| value(*bytes))).collect()
    }
}

/// Strides of a tensor without gaps, the last dimension next to each other.
fn row_major(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1usize; shape.len()];
    for dimension in (1..shape.len()).rev() {
        strides[dimension - 1] = strides[dimension].saturating_mul(shape[dimension]);
    }
    strides
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(storage: &[u8], offset: usize, shape: &[usize], strides: &[usize]) -> Option<Vec<f32>> {
        StoredTensor::view(ElementType::F32, 4, storage, offset, shape.to_vec(), strides.to_vec())?.floats()
    }

    #[test]
    fn views_are_gathered_in_row_major_order() {
        let storage: Vec<u8> = (0..6).flat_map(|number| (number as f32).to_le_bytes()).collect();
        assert_eq!(view(&storage, 0, &[2, 3], &[3, 1]).unwrap(), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(view(&storage, 0, &[3, 2], &[1, 3]).unwrap(), [0.0, 3.0, 1.0, 4.0, 2.0, 5.0], "transposed");
        assert_eq!(view(&storage, 1, &[2, 2], &[3, 1]).unwrap(), [1.0, 2.0, 4.0, 5.0], "some columns");
        assert_eq!(view(&storage, 5, &[], &[]).unwrap(), [5.0], "a scalar");
        assert_eq!(view(&storage, 6, &[0, 3], &[3, 1]).unwrap(), [0.0; 0]);
        assert_eq!(view(&storage, 0, &[2, 2], &[0, 1]).unwrap(), [0.0, 1.0, 0.0, 1.0], "a row twice");
    }

    #[test]
    fn views_beyond_their_storage_are_none() {
        let storage = [0; 24];
        for (offset, shape, strides) in [
            (1, vec![2, 3], vec![3, 1]),
            (0, vec![7], vec![1]),
            (0, vec![7], vec![0]),
            (0, vec![1 << 40, 1 << 40], vec![0, 0]),
            (0, vec![2], vec![usize::MAX]),
            (usize::MAX, vec![1], vec![1]),
            (0, vec![2], vec![1, 1]),
        ] {
            assert_eq!(view(&storage, offset, &shape, &strides), None, "{offset} {shape:?} {strides:?}");
        }
    }

    #[test]
    fn half_precisions_become_single() {
        let f16 = StoredTensor::contiguous(ElementType::F16, vec![2], &[0x00, 0x3c, 0x00, 0xc0]);
        let bf16 = StoredTensor::contiguous(ElementType::BF16, vec![2], &[0x80, 0x3f, 0x00, 0xc0]);
        assert_eq!((f16.floats().unwrap(), bf16.floats().unwrap()), (vec![1.0, -2.0], vec![1.0, -2.0]));
    }
}
