//! Loops over rows: biases, GELU, softmax.

use crate::model::vectorised::vectorised;

const LANES: usize = 16;

/// e^x to about 2e-7 of its value; 0 below -87 (Cody and Waite's reduction, a Taylor polynomial of degree 6).
#[inline(always)]
fn exp(x: f32) -> f32 {
    const ROUND: f32 = 12_582_912.0; // 1.5 * 2^23: adding it rounds to an integer
    let x = x.clamp(-87.0, 88.0);
    let n = (x * std::f32::consts::LOG2_E + ROUND) - ROUND;
    // ln 2 in two parts, the first of few bits
    let r = (x - n * 0.693_359_4) + n * 2.121_944_4e-4;
    let p = 1.0 / 720.0;
    let p = p * r + 1.0 / 120.0;
    let p = p * r + 1.0 / 24.0;
    let p = p * r + 1.0 / 6.0;
    let p = p * r + 0.5;
    let p = p * r + 1.0;
    let p = p * r + 1.0;
    p * f32::from_bits((((n as i32) + 127) << 23) as u32)
}

/// The error function to about 2e-7 (a rational minimax approximation on [-4, 4], beyond which it is 1 in f32).
#[inline(always)]
fn erf(x: f32) -> f32 {
    let x = x.clamp(-4.0, 4.0);
    let s = x * x;
    let p = -2.726_142_3e-10;
    let p = p * s + 2.770_681_4e-8;
    let p = p * s - 2.101_024e-6;
    let p = p * s - 5.692_506_4e-5;
    let p = p * s - 7.349_906_3e-4;
    let p = p * s - 2.954_6e-3;
    let p = p * s - 1.609_603_3e-2;
    let q = -1.456_607_2e-5;
    let q = q * s - 2.133_740_6e-4;
    let q = q * s - 1.682_827e-3;
    let q = q * s - 7.373_329_2e-3;
    let q = q * s - 1.426_474e-2;
    x * p / q
}

/// x Phi(x) (Hendrycks, Gimpel 2016)
#[inline(always)]
fn gelu_of(x: f32) -> f32 {
    0.5 * x * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2))
}

vectorised! {
    /// Adds a bias \[N\] to every row.
    pub fn add_bias(rows: &mut [f32], bias: &[f32]) {
        for row in rows.chunks_exact_mut(bias.len()) {
            for (value, bias) in row.iter_mut().zip(bias) {
                *value += bias;
            }
        }
    }

    /// Adds the sum of all rows to `sums` \[N\].
    pub fn add_column_sums(rows: &[f32], sums: &mut [f32]) {
        for row in rows.chunks_exact(sums.len()) {
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += value;
            }
        }
    }

    /// `activated = gelu(x + bias)`; x becomes `x + bias`, for the backward pass.
    pub fn bias_gelu(x: &mut [f32], bias: &[f32], activated: &mut [f32]) {
        let width = bias.len();
        for (x, activated) in x.chunks_exact_mut(width).zip(activated.chunks_exact_mut(width)) {
            for ((x, bias), activated) in x.iter_mut().zip(bias).zip(activated) {
                *x += bias;
                *activated = gelu_of(*x);
            }
        }
    }

    /// `activated = gelu(x)`
    pub fn gelu(x: &[f32], activated: &mut [f32]) {
        for (x, activated) in x.iter().zip(activated) {
            *activated = gelu_of(*x);
        }
    }

    /// The gradient of `gelu(x)` becomes that of x, in place.
    pub fn gelu_backward(x: &[f32], gradient: &mut [f32]) {
        const DENSITY: f32 = 0.398_942_3; // 1 / sqrt(2 pi)
        for (x, gradient) in x.iter().zip(gradient) {
            let cumulative = 0.5 * (1.0 + erf(*x * std::f32::consts::FRAC_1_SQRT_2));
            *gradient *= cumulative + x * DENSITY * exp(-0.5 * x * x);
        }
    }

    /// Softmax over each row of `width` scores, in place.
    pub fn softmax(scores: &mut [f32], width: usize) {
        for row in scores.chunks_exact_mut(width) {
            let mut largest = [f32::MIN; LANES];
            let mut chunks = row.chunks_exact(LANES);
            for chunk in &mut chunks {
                for (largest, score) in largest.iter_mut().zip(chunk) {
                    *largest = largest.max(*score);
                }
            }
            let rest = chunks.remainder().iter().copied().fold(f32::MIN, f32::max);
            let largest = largest.into_iter().fold(rest, f32::max);
            for score in row.iter_mut() {
                *score = exp(*score - largest);
            }
            let scale = 1.0 / sum(row);
            for score in row.iter_mut() {
                *score *= scale;
            }
        }
    }

    /// Turns the gradient of softmax's result into that of the scores: p (g - sum p g), row by row.
    pub fn softmax_backward(probabilities: &[f32], gradient: &mut [f32], width: usize) {
        for (p, g) in probabilities.chunks_exact(width).zip(gradient.chunks_exact_mut(width)) {
            let mean = dot(p, g);
            for (g, p) in g.iter_mut().zip(p) {
                *g = p * (*g - mean);
            }
        }
    }

    /// `values *= factors`
    pub fn multiply(values: &mut [f32], factors: &[f32]) {
        for (value, factor) in values.iter_mut().zip(factors) {
            *value *= factor;
        }
    }

    /// `result = values * factors`
    pub fn product(result: &mut [f32], values: &[f32], factors: &[f32]) {
        for ((result, value), factor) in result.iter_mut().zip(values).zip(factors) {
            *result = value * factor;
        }
    }
}

/// In a fixed order: lanes side by side, then their sum, then the rest.
#[inline(always)]
pub fn sum(values: &[f32]) -> f32 {
    let mut lanes = [0f32; LANES];
    let mut chunks = values.chunks_exact(LANES);
    for chunk in &mut chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane += value;
        }
    }
    let rest: f32 = chunks.remainder().iter().sum();
    lanes.into_iter().sum::<f32>() + rest
}

/// The same for products.
#[inline(always)]
pub fn dot(left: &[f32], right: &[f32]) -> f32 {
    let mut lanes = [0f32; LANES];
    let (mut lefts, mut rights) = (left.chunks_exact(LANES), right.chunks_exact(LANES));
    for (left, right) in (&mut lefts).zip(&mut rights) {
        for ((lane, left), right) in lanes.iter_mut().zip(left).zip(right) {
            *lane += left * right;
        }
    }
    let rest: f32 = lefts.remainder().iter().zip(rights.remainder()).map(|(left, right)| left * right).sum();
    lanes.into_iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_those_of_the_mathematics_library() {
        let mut worst = (0f64, 0f64);
        for i in -8_000..8_000 {
            let x = i as f32 / 1_000.0;
            let exact = libm_exp(f64::from(x));
            worst.0 = worst.0.max((f64::from(exp(x)) - exact).abs() / exact);
            worst.1 = worst.1.max((f64::from(erf(x)) - libm_erf(f64::from(x))).abs());
        }
        assert!(worst.0 < 4e-7, "exp is off by {} of its value", worst.0);
        assert!(worst.1 < 4e-7, "erf is off by {}", worst.1);
        assert!(exp(-200.0) < 1e-37);
    }

    fn libm_exp(x: f64) -> f64 {
        x.exp()
    }

    /// Abramowitz and Stegun 7.1.5, the Maclaurin series, in f64.
    fn libm_erf(x: f64) -> f64 {
        if x.abs() > 5.0 {
            return x.signum();
        }
        let (mut sum, mut term) = (x, x);
        for n in 1..200 {
            term *= -x * x / f64::from(n);
            sum += term / f64::from(2 * n + 1);
        }
        sum * std::f64::consts::FRAC_2_SQRT_PI
    }

    #[test]
    fn probabilities_add_up_whatever_the_width() {
        for width in [1, 3, 15, 16, 17, 53] {
            let mut scores: Vec<f32> = (0..2 * width).map(|i| (i as f32 * 0.7).sin() * 30.0).collect();
            softmax(&mut scores, width);
            for row in scores.chunks_exact(width) {
                assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-5, "width {width}");
            }
        }
    }
}
