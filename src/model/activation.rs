//! The non-linearity between the two feed-forward maps, by the names that transformers has for it.

use candle_core::{Result, Tensor};
use candle_nn::ops;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// x Phi(x), exactly (Hendrycks, Gimpel 2016)
    Gelu,
    /// its tanh approximation
    GeluTanh,
    /// the same function under the name that it was read by before it had one; part of digests
    GeluPytorchTanh,
    /// x sigmoid(1.702 x)
    QuickGelu,
    Relu,
    /// its square
    Relu2,
    /// at most 6
    Relu6,
    LeakyRelu,
    Silu,
    Sigmoid,
    Tanh,
    Linear,
}

use Activation::*;

/// Every spelling, the one that stays first. transformers (`activations.py`, ACT2FN) computes the spellings of one
/// activation by formulas that agree up to rounding. Those with parameters of their own (`prelu`, `xielu`) are not here.
const NAMES: [(&str, Activation); 18] = [
    ("gelu", Gelu),
    ("gelu_python", Gelu),
    ("gelu_new", GeluTanh),
    ("gelu_fast", GeluTanh),
    ("gelu_accurate", GeluTanh),
    ("gelu_python_tanh", GeluTanh),
    ("gelu_pytorch_tanh", GeluPytorchTanh),
    ("quick_gelu", QuickGelu),
    ("relu", Relu),
    ("relu2", Relu2),
    ("relu_squared", Relu2),
    ("relu6", Relu6),
    ("leaky_relu", LeakyRelu),
    ("silu", Silu),
    ("swish", Silu),
    ("sigmoid", Sigmoid),
    ("tanh", Tanh),
    ("linear", Linear),
];

impl Activation {
    /// By its name in a `config.json`.
    pub fn named(name: &str) -> Option<Self> {
        NAMES.iter().find(|(known, _)| *known == name).map(|(_, activation)| *activation)
    }

    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(_, activation)| *activation == self).map_or("", |(name, _)| name)
    }

    /// All spellings, for messages.
    pub fn names() -> String {
        NAMES.map(|(name, _)| name).join(", ")
    }

    pub fn forward(self, x: &Tensor) -> Result<Tensor> {
        match self {
            Gelu => x.gelu_erf(),
            GeluTanh | GeluPytorchTanh => x.gelu(),
            QuickGelu => x * ops::sigmoid(&(x * 1.702)?)?,
            Relu => x.relu(),
            Relu2 => x.relu()?.sqr(),
            Relu6 => x.relu()?.minimum(6f32),
            LeakyRelu => ops::leaky_relu(x, 0.01),
            Silu => x.silu(),
            Sigmoid => ops::sigmoid(x),
            Tanh => x.tanh(),
            Linear => Ok(x.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{Device, Var};

    /// Values of PyTorch's functions at -1.5, 0.5 and 7, by their formulas in double precision.
    #[test]
    fn values_are_those_of_the_formulas() {
        let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
        let gelu_tanh =
            |x: f64| 0.5 * x * (1.0 + ((2.0 / std::f64::consts::PI).sqrt() * (x + 0.044_715 * x.powi(3))).tanh());
        let expected = |name: &str, x: f64| match name {
            // x Phi(x), from a table of the normal distribution
            "gelu" | "gelu_python" => x * if x < 0.0 { 0.066_807_2 } else { [0.691_462_5, 1.0][usize::from(x > 1.0)] },
            "gelu_new" | "gelu_fast" | "gelu_accurate" | "gelu_python_tanh" | "gelu_pytorch_tanh" => gelu_tanh(x),
            "quick_gelu" => x * sigmoid(1.702 * x),
            "relu" => x.max(0.0),
            "relu2" | "relu_squared" => x.max(0.0).powi(2),
            "relu6" => x.clamp(0.0, 6.0),
            "leaky_relu" => x.max(0.01 * x),
            "silu" | "swish" => x * sigmoid(x),
            "sigmoid" => sigmoid(x),
            "tanh" => x.tanh(),
            "linear" => x,
            other => panic!("no formula for {other}"),
        };
        let points = [-1.5f32, 0.5, 7.0];
        for (name, activation) in NAMES {
            let y = activation.forward(&Tensor::new(&points, &Device::Cpu).unwrap()).unwrap();
            for (x, y) in points.iter().zip(y.to_vec1::<f32>().unwrap()) {
                let expected = expected(name, f64::from(*x));
                assert!((f64::from(y) - expected).abs() < 1e-6 * expected.abs().max(1.0), "{name}({x}) is {y}");
            }
        }
    }

    /// Some of candle's operations have no gradient, and say nothing about it.
    #[test]
    fn gradients_are_those_of_central_differences() {
        for (name, activation) in NAMES {
            for x in [-1.5f32, 0.5, 3.0] {
                let leaf = Var::new(&[x], &Device::Cpu).unwrap();
                let gradients = activation.forward(&leaf).unwrap().sum_all().unwrap().backward().unwrap();
                let gradient = gradients.get(&leaf).unwrap().to_vec1::<f32>().unwrap()[0];
                let value = |x: f32| {
                    activation.forward(&Tensor::new(&[x], &Device::Cpu).unwrap()).unwrap().to_vec1::<f32>().unwrap()[0]
                };
                let step = 1e-2;
                let difference = (value(x + step) - value(x - step)) / (2.0 * step);
                assert!((gradient - difference).abs() < 1e-3, "{name}'({x}) is {gradient}, expected {difference}");
            }
        }
    }
}
