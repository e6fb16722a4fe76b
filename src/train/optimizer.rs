//! AdamW with decay groups and clipping, in place over flat parameters (Loshchilov, Hutter 2019, algorithm 2).
//!
//! Every parameter is updated every step, but a row of an embedding table that a batch does not read has no gradient,
//! and updating all of them would cost more than the rest of a small step. Such rows are updated lazily, update by update
//! with the same arithmetic: before they are read again ([`AdamW::refresh`]), and before the whole table is read
//! ([`AdamW::settle`]).

use super::noise_meter::{NoiseMeter, SquaredNorms};
use crate::domain::numbers::{BETA1, BETA2, EPSILON, Numbers};
use crate::model::vectorised::vectorised;
use crate::model::{Group, TableRows, TensorView};
use candle_core::Result;
use std::ops::Range;

/// Added to the norm a gradient is clipped by, as PyTorch does.
const CLIP_EPSILON: f32 = 1e-6;
/// A first moment closer to 0 counts as 0: what it would still move is 10^14 times smaller than the learning rate, and
/// processors are slow with numbers close to the end of their range.
const NEGLIGIBLE: f32 = 1e-20;

/// First and second moments of every parameter, and the pending updates of tables.
pub struct AdamW {
    weight_decay: f64,
    adam: Adam,
    pub(super) moments: Vec<Moments>,
    /// the updates that some row of a table has not had yet
    missed: Vec<UpdateRule>,
    /// updates done
    pub steps: u64,
    pub(super) meter: NoiseMeter,
    /// whether the next update is measured against the weights
    pub(super) measures_update: bool,
}

/// Adam's constants.
#[derive(Clone, Copy, Debug)]
struct Adam {
    /// decay rate of the first moment
    beta1: f32,
    /// of the second
    beta2: f32,
    /// added to the root of the second moment
    epsilon: f32,
}

impl From<&Numbers> for Adam {
    fn from(numbers: &Numbers) -> Self {
        let [beta1, beta2, epsilon] = [BETA1, BETA2, EPSILON].map(|number| numbers.get(number) as f32);
        Self { beta1, beta2, epsilon }
    }
}

/// Of one group, flat as its parameters.
pub(super) struct Moments {
    pub first: Vec<f32>,
    pub second: Vec<f32>,
    segments: Vec<Segment>,
}

/// One tensor of a group.
struct Segment {
    range: Range<usize>,
    decays: bool,
    table: Option<LazyTable>,
}

struct LazyTable {
    /// among the tables of all groups
    number: usize,
    width: usize,
    /// number of the pending updates that each row has had
    seen: Vec<usize>,
}

impl AdamW {
    pub fn new(groups: &[Group], weight_decay: f64) -> Self {
        let mut tables = 0;
        let mut segment = |view: &TensorView| {
            let table = view.is_table.then(|| {
                tables += 1;
                LazyTable { number: tables - 1, width: view.shape[1], seen: vec![0; view.shape[0]] }
            });
            Segment { range: view.range(), decays: view.decays, table }
        };
        let moments = groups.iter().map(|group| Moments {
            first: vec![0.0; group.layout().len()],
            second: vec![0.0; group.layout().len()],
            segments: group.layout().views().iter().map(&mut segment).collect(),
        });
        let adam = Adam::from(&Numbers::default());
        Self {
            weight_decay,
            adam,
            moments: moments.collect(),
            missed: Vec::new(),
            steps: 0,
            meter: NoiseMeter::default(),
            measures_update: false,
        }
    }

    /// With these constants.
    pub fn with(self, numbers: &Numbers) -> Self {
        Self { adam: numbers.into(), ..self }
    }

    /// One update by the gradients of the groups, clipped at a global norm of `clip_norm`; the gradients are reset.
    /// `rows` are those with a gradient, which must be up to date. Returns the norm before clipping.
    pub fn step(&mut self, groups: &mut [Group], rows: &TableRows, learning_rate: f64, clip_norm: f64) -> Result<f32> {
        let (mut squares, mut measured) = (0f64, SquaredNorms::default());
        for (group, moments) in groups.iter_mut().zip(&self.moments) {
            group.update(|_, gradient| {
                for segment in &moments.segments {
                    for part in segment.parts(rows) {
                        let of_part = sum_of_squares(&gradient[part]);
                        squares += of_part;
                        if segment.table.is_none() {
                            measured.gradient += of_part;
                        }
                    }
                }
            })?;
        }
        let norm = squares.sqrt() as f32;
        self.steps += 1;
        let rule = UpdateRule::new(learning_rate, self.weight_decay, self.adam, self.steps);
        let clip = (clip_norm as f32 / (norm + CLIP_EPSILON)).min(1.0);
        self.missed.push(rule);
        let (measures_update, mut of_weights, mut of_update) = (self.measures_update, 0.0, 0.0);
        for (group, Moments { first, second, segments }) in groups.iter_mut().zip(&mut self.moments) {
            let has_tables = segments.iter().any(|segment| segment.table.is_some());
            group.update(|values, gradient| {
                for segment in segments.iter_mut() {
                    for part in segment.parts(rows) {
                        for block in blocks(part.clone()) {
                            let is_measured = measures_update && segment.table.is_none();
                            let before = is_measured.then(|| values[block.clone()].to_vec());
                            update(
                                rule,
                                clip,
                                rule.decay_of(segment.decays),
                                &mut values[block.clone()],
                                &gradient[block.clone()],
                                &mut first[block.clone()],
                                &mut second[block.clone()],
                            );
                            if let Some(mut before) = before {
                                of_weights += sum_of_squares(&before);
                                before.iter_mut().zip(&values[block.clone()]).for_each(|(old, new)| *old = new - *old);
                                of_update += sum_of_squares(&before);
                            }
                            if segment.table.is_none() {
                                measured.moment += sum_of_squares(&first[block]);
                            }
                        }
                        // a group of tables is too large to be cleared whole
                        if has_tables {
                            gradient[part].fill(0.0);
                        }
                    }
                    if let Some(table) = &mut segment.table {
                        for row in rows.of(table.number) {
                            table.seen[*row as usize] = self.missed.len();
                        }
                    }
                }
            })?;
            if !has_tables {
                group.clear_gradient();
            }
        }
        if measures_update {
            self.meter.update_ratio = if of_weights > 0.0 { f64::sqrt(of_update / of_weights) } else { 0.0 };
        }
        measured.gradient *= f64::from(clip).powi(2);
        self.meter.add(self.adam.beta1.into(), self.steps, measured, clip < 1.0);
        Ok(norm)
    }

    /// Brings rows of the tables up to date.
    pub fn refresh(&mut self, groups: &mut [Group], rows: &TableRows) -> Result<()> {
        for (group, Moments { first, second, segments }) in groups.iter_mut().zip(&mut self.moments) {
            if segments.iter().all(|segment| segment.table.is_none()) {
                continue;
            }
            group.update(|values, _| {
                for segment in segments.iter_mut() {
                    let Some(table) = &mut segment.table else { continue };
                    for row in rows.of(table.number) {
                        let seen = &mut table.seen[*row as usize];
                        let part = row_of(&segment.range, table.width, *row);
                        let moments = (&mut first[part.clone()], &mut second[part.clone()]);
                        catch_up(&self.missed[*seen..], segment.decays, &mut values[part], moments.0, moments.1);
                        *seen = self.missed.len();
                    }
                }
            })?;
        }
        Ok(())
    }

    /// Brings every row up to date.
    pub fn settle(&mut self, groups: &mut [Group]) -> Result<()> {
        self.refresh(groups, &TableRows::all(groups))?;
        self.missed.clear();
        for table in self.moments.iter_mut().flat_map(|moments| &mut moments.segments).flat_map(|s| &mut s.table) {
            table.seen.fill(0);
        }
        Ok(())
    }
}

impl Segment {
    /// The ranges with a gradient: the whole tensor, or rows of a table.
    fn parts(&self, rows: &TableRows) -> impl Iterator<Item = Range<usize>> {
        let (whole, rows) = match &self.table {
            None => (Some(self.range.clone()), None),
            Some(table) => (None, Some((table.width, rows.of(table.number)))),
        };
        let rows = rows.into_iter().flat_map(|(width, rows)| rows.iter().map(move |row| (width, *row)));
        whole.into_iter().chain(rows.map(|(width, row)| row_of(&self.range, width, row)))
    }
}

/// Values of a block: its first moments are still in the nearest cache when their squares are summed.
const BLOCK: usize = 2048;

fn blocks(part: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    part.clone().step_by(BLOCK).map(move |start| start..part.end.min(start + BLOCK))
}

fn row_of(table: &Range<usize>, width: usize, row: u32) -> Range<usize> {
    let start = table.start + row as usize * width;
    start..start + width
}

/// The coefficients of one update, the same for every parameter except for its decay.
#[derive(Clone, Copy, Debug)]
struct UpdateRule {
    /// learning rate over the first moment's bias correction
    rate: f32,
    adam: Adam,
    /// root of the second moment's bias correction
    second_correction: f32,
    decay: f32,
}

impl UpdateRule {
    /// `step` counts from 1.
    fn new(learning_rate: f64, weight_decay: f64, adam: Adam, step: u64) -> Self {
        let step = step as i32;
        Self {
            adam,
            rate: (learning_rate / (1.0 - f64::from(adam.beta1).powi(step))) as f32,
            second_correction: (1.0 / (1.0 - f64::from(adam.beta2).powi(step))).sqrt() as f32,
            decay: 1.0 - learning_rate as f32 * weight_decay as f32,
        }
    }

    fn decay_of(&self, decays: bool) -> f32 {
        if decays { self.decay } else { 1.0 }
    }

    #[inline(always)]
    fn apply(&self, decay: f32, gradient: f32, value: &mut f32, first: &mut f32, second: &mut f32) {
        let Adam { beta1, beta2, epsilon } = self.adam;
        let moved = beta1 * *first + (1.0 - beta1) * gradient;
        *first = if moved.abs() < NEGLIGIBLE { 0.0 } else { moved };
        *second = beta2 * *second + (1.0 - beta2) * gradient * gradient;
        *value = *value * decay - self.rate * *first / (second.sqrt() * self.second_correction + epsilon);
    }
}

vectorised! {
    /// One update.
    fn update(
        rule: UpdateRule,
        clip: f32,
        decay: f32,
        values: &mut [f32],
        gradient: &[f32],
        first: &mut [f32],
        second: &mut [f32],
    ) {
        let moments = first.iter_mut().zip(second);
        for ((value, gradient), (first, second)) in values.iter_mut().zip(gradient).zip(moments) {
            rule.apply(decay, *gradient * clip, value, first, second);
        }
    }

    /// Updates without a gradient, one after the other, in registers.
    fn catch_up(rules: &[UpdateRule], decays: bool, values: &mut [f32], first: &mut [f32], second: &mut [f32]) {
        const LANES: usize = 64;
        const LOOK: usize = 16;
        let moments = first.chunks_mut(LANES).zip(second.chunks_mut(LANES));
        for (values, (first, second)) in values.chunks_mut(LANES).zip(moments) {
            let (mut v, mut m, mut s) = ([0f32; LANES], [0f32; LANES], [0f32; LANES]);
            v[..values.len()].copy_from_slice(values);
            m[..values.len()].copy_from_slice(first);
            s[..values.len()].copy_from_slice(second);
            let mut left = rules;
            while !left.is_empty() && m.iter().any(|m| *m != 0.0) {
                let (now, later) = left.split_at(LOOK.min(left.len()));
                for rule in now {
                    for ((v, m), s) in v.iter_mut().zip(&mut m).zip(&mut s) {
                        rule.apply(rule.decay_of(decays), 0.0, v, m, s);
                    }
                }
                left = later;
            }
            // values without momentum only decay
            for rule in left {
                for (v, s) in v.iter_mut().zip(&mut s) {
                    *v *= rule.decay_of(decays);
                    *s *= rule.adam.beta2;
                }
            }
            values.copy_from_slice(&v[..values.len()]);
            first.copy_from_slice(&m[..first.len()]);
            second.copy_from_slice(&s[..second.len()]);
        }
    }

    /// Sums in a fixed order over the lanes of vector registers.
    fn sum_of_squares(values: &[f32]) -> f64 {
        const LANES: usize = 64;
        let mut total = 0f64;
        // short segments keep the f32 lanes exact enough
        for segment in values.chunks(16 * LANES) {
            let mut lanes = [0f32; LANES];
            let mut chunks = segment.chunks_exact(LANES);
            for chunk in &mut chunks {
                for (lane, value) in lanes.iter_mut().zip(chunk) {
                    *lane += value * value;
                }
            }
            for (lane, value) in lanes.iter_mut().zip(chunks.remainder()) {
                *lane += value * value;
            }
            total += lanes.iter().map(|lane| f64::from(*lane)).sum::<f64>();
        }
        total
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::random::{Key, Purpose};
    use crate::model::Layout;

    #[test]
    fn the_first_update_moves_by_the_rate_against_the_sign() {
        let layout = Layout::new("").tensor("weight", &[2]).tensor("bias", &[1]);
        let mut groups = vec![Group::new(layout, vec![1.0, -1.0, 2.0]).unwrap()];
        groups[0].update(|_, gradient| gradient.copy_from_slice(&[0.3, -0.4, 0.0])).unwrap();
        let mut optimizer = AdamW::new(&groups, 0.1);
        let rows = TableRows::all(&groups);
        let norm = optimizer.step(&mut groups, &rows, 0.01, 1.0).unwrap();
        assert!((norm - 0.5).abs() < 1e-6);
        let values = groups[0].values().unwrap();
        // decay 1 - 0.01 * 0.1 on the weight, then -+ rate; the bias has no gradient and no decay
        assert!((values[0] - (0.999 - 0.01)).abs() < 1e-6 && (values[1] - (-0.999 + 0.01)).abs() < 1e-6, "{values:?}");
        assert_eq!(values[2], 2.0);
        assert_eq!(groups[0].gradient(), [0.0; 3]);
    }

    /// A table of 7 rows of 70 in a group with another tensor, and a random gradient of some rows each step.
    fn trained(lazy: bool, steps: u32, settle_at: &[u32]) -> (Vec<f32>, Vec<f32>, Vec<f32>) {
        const WIDTH: usize = 70;
        let layout = Layout::new("").table("table", &[7, WIDTH]).tensor("weight", &[3]);
        let key = Key::new(5, Purpose::Initialise);
        let values = (0..layout.len() as u64).map(|i| key.normal(i) as f32).collect();
        let mut groups = vec![Group::new(layout, values).unwrap()];
        let mut optimizer = AdamW::new(&groups, 0.05);
        for step in 0..steps {
            let stream = key.with(step.into());
            // rows are rare, one is never read
            let rows: Vec<u32> = (0..6).filter(|row| stream.bits(*row).is_multiple_of(5 << row)).collect();
            let rows = TableRows::from_rows(vec![rows]);
            optimizer.refresh(&mut groups, &rows).unwrap();
            groups[0]
                .update(|_, gradient| {
                    for row in rows.of(0) {
                        for place in 0..WIDTH as u32 {
                            gradient[*row as usize * WIDTH + place as usize] =
                                stream.normal((row * 100 + place).into()) as f32;
                        }
                    }
                    gradient[7 * WIDTH..].fill(0.1);
                })
                .unwrap();
            let rows = if lazy { rows } else { TableRows::all(&groups) };
            optimizer.step(&mut groups, &rows, 1e-3 * f64::from(1 + step % 7), 1.0).unwrap();
            if settle_at.contains(&step) {
                optimizer.settle(&mut groups).unwrap();
            }
        }
        optimizer.settle(&mut groups).unwrap();
        let Moments { first, second, .. } = &optimizer.moments[0];
        (groups[0].values().unwrap(), first.clone(), second.clone())
    }

    #[test]
    fn lazily_updated_rows_equal_those_updated_every_step_to_the_bit() {
        let every_step = trained(false, 900, &[]);
        assert_eq!(trained(true, 900, &[]), every_step);
        assert_eq!(trained(true, 900, &[0, 7, 8, 500, 899]), every_step);
        assert!(every_step.1.contains(&0.0), "no first moment became negligible");
    }

    #[test]
    fn squares_are_summed_whatever_the_length() {
        for length in [0, 1, 15, 16, 17, 1023, 5000] {
            let values: Vec<f32> = (0..length).map(|i| (i % 7) as f32).collect();
            let plain: f64 = values.iter().map(|v| f64::from(*v).powi(2)).sum();
            assert_eq!(sum_of_squares(&values), plain, "length {length}");
        }
    }
}
