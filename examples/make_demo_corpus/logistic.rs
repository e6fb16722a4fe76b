//! Logistic regression by plain gradient descent, the yardstick for what is easy in the corpus.
//! It does not know what its features mean. Its figures appear in a report only; nothing that is
//! written to a file depends on them.

const STEPS: usize = 600;
const RATE: f64 = 0.5;

pub struct Logistic {
    means: Vec<f64>,
    spreads: Vec<f64>,
    weights: Vec<f64>,
    bias: f64,
}

impl Logistic {
    /// Fits all rows at once; the decay pulls every weight towards zero.
    pub fn fit(rows: &[Vec<f64>], labels: &[bool], decay: f64) -> Self {
        let width = rows[0].len();
        let count = rows.len() as f64;
        let means: Vec<f64> =
            (0..width).map(|column| rows.iter().map(|row| row[column]).sum::<f64>() / count).collect();
        let spreads = (0..width)
            .map(|column| {
                let squares = rows.iter().map(|row| (row[column] - means[column]).powi(2));
                // A feature that never varies must not be divided by zero.
                (squares.sum::<f64>() / count).sqrt().max(1e-6)
            })
            .collect();
        let mut model = Self { means, spreads, weights: vec![0.0; width], bias: 0.0 };
        let scaled: Vec<Vec<f64>> = rows.iter().map(|row| model.scaled(row)).collect();
        // Many columns add up, so each takes a smaller step.
        let rate = RATE / (width as f64).sqrt();
        for _ in 0..STEPS {
            model.step(&scaled, labels, rate, decay);
        }
        model
    }

    /// The share of rows whose label is guessed.
    pub fn accuracy(&self, rows: &[Vec<f64>], labels: &[bool]) -> f64 {
        let right =
            rows.iter().zip(labels).filter(|(row, label)| (self.score(&self.scaled(row)) > 0.0) == **label).count();
        right as f64 / rows.len() as f64
    }

    fn step(&mut self, rows: &[Vec<f64>], labels: &[bool], rate: f64, decay: f64) {
        let mut slopes: Vec<f64> = self.weights.iter().map(|weight| decay * weight).collect();
        let mut bias_slope = 0.0;
        for (row, label) in rows.iter().zip(labels) {
            let guess = 1.0 / (1.0 + (-self.score(row)).exp());
            let error = (guess - f64::from(u8::from(*label))) / rows.len() as f64;
            bias_slope += error;
            for (slope, value) in slopes.iter_mut().zip(row) {
                *slope += error * value;
            }
        }
        self.bias -= rate * bias_slope;
        for (weight, slope) in self.weights.iter_mut().zip(slopes) {
            *weight -= rate * slope;
        }
    }

    fn scaled(&self, row: &[f64]) -> Vec<f64> {
        row.iter()
            .zip(self.means.iter().zip(&self.spreads))
            .map(|(value, (mean, spread))| (value - mean) / spread)
            .collect()
    }

    fn score(&self, row: &[f64]) -> f64 {
        let products = row.iter().zip(&self.weights).map(|(value, weight)| value * weight);
        self.bias + products.sum::<f64>()
    }
}
