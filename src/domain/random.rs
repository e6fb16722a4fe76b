//! Randomness without state: every number is a pure function of a key and a counter.
//!
//! Because nothing is remembered between two draws, a run can be cut anywhere and continued, split over any number of
//! workers, or drawn in any order, and still see the same numbers. Not for secrets.

/// A stream of numbers, named by the fields it was derived from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(u64);

/// What a stream is for. The numbers are part of every stored result: never reuse or change one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Dropout = 1,
    Shuffle = 2,
    Initialise = 3,
    Split = 4,
    Masking = 5,
    LossWeights = 6,
}

impl Key {
    pub fn new(seed: u64, purpose: Purpose) -> Self {
        Self(mix64(seed)).with(purpose as u64)
    }

    /// The stream for one value of one more field (instance, epoch, layer, ...). Order of fields matters.
    #[must_use]
    pub fn with(self, field: u64) -> Self {
        Self(mix64(self.0 ^ field.wrapping_add(1).wrapping_mul(GOLDEN)))
    }

    /// 32 random bits at a counter. Plain 32-bit arithmetic, so that loops over counters become vector code.
    #[inline(always)]
    pub fn bits(self, counter: u32) -> u32 {
        let first = mix32(counter ^ self.0 as u32);
        mix32(first.wrapping_add((self.0 >> 32) as u32))
    }

    /// 64 random bits at a counter.
    pub fn bits64(self, counter: u64) -> u64 {
        self.with(counter).0
    }

    /// A number in (0, 1) at a counter.
    pub fn uniform(self, counter: u64) -> f64 {
        ((self.bits64(counter) >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    /// A draw from the standard normal distribution at a counter (Box and Muller 1958).
    pub fn normal(self, counter: u64) -> f64 {
        let radius = (-2.0 * self.uniform(2 * counter).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform(2 * counter + 1)).cos()
    }

    /// A draw from a normal distribution cut off at two standard deviations, as BERT initialises its weights.
    pub fn truncated_normal(self, counter: u64, deviation: f64) -> f64 {
        /// of the normal distribution below -2
        const TAIL: f64 = 0.022_750_131_948_179_2;
        normal_quantile(TAIL + self.uniform(counter) * (1.0 - 2.0 * TAIL)) * deviation
    }

    /// The numbers 0..length in random order (Fisher and Yates).
    pub fn permutation(self, length: usize) -> Vec<u32> {
        let mut order: Vec<u32> = (0..length as u32).collect();
        for last in (1..length).rev() {
            let choice = (u128::from(self.bits64(last as u64)) * (last as u128 + 1)) >> 64;
            order.swap(last, choice as usize);
        }
        order
    }
}

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators").
fn mix64(value: u64) -> u64 {
    let mut z = value.wrapping_add(GOLDEN);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A bijection of 32 bits of low bias, in the xor-shift-multiply form of MurmurHash3's finaliser.
#[inline(always)]
fn mix32(value: u32) -> u32 {
    let mut z = value;
    z = (z ^ (z >> 16)).wrapping_mul(0x7FEB_352D);
    z = (z ^ (z >> 15)).wrapping_mul(0x846C_A68B);
    z ^ (z >> 16)
}

/// Where the standard normal distribution reaches a probability, to about 1e-7 between -3 and 3 (Wichura 1988, algorithm
/// AS 241, PPND7).
fn normal_quantile(probability: f64) -> f64 {
    let q = probability - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        let numerator = ((59.109_374_720 * r + 159.291_132_02) * r + 50.434_271_938) * r + 3.387_132_717_9;
        let denominator = ((67.187_563_600 * r + 78.757_757_664) * r + 17.895_169_469) * r + 1.0;
        return q * numerator / denominator;
    }
    let r = (-probability.min(1.0 - probability).ln()).sqrt() - 1.6;
    let numerator = ((0.170_238_211_03 * r + 1.306_728_481_6) * r + 2.756_815_390_0) * r + 1.423_437_277_7;
    let denominator = (0.120_211_329_75 * r + 0.737_001_642_50) * r + 1.0;
    (numerator / denominator).copysign(q)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Key {
        Key::new(7, Purpose::Dropout)
    }

    #[test]
    fn a_permutation_holds_every_number_once() {
        let mut order = key().permutation(1000);
        assert_ne!(order[..20], (0..20).collect::<Vec<_>>()[..]);
        order.sort_unstable();
        assert_eq!(order, (0..1000).collect::<Vec<_>>());
        assert!(key().permutation(0).is_empty());
    }

    #[test]
    fn streams_of_different_fields_are_unrelated() {
        let (a, b) = (key().with(1).with(2), key().with(2).with(1));
        let equal_bits: u32 = (0..1000).map(|i| (!(a.bits(i) ^ b.bits(i))).count_ones()).sum();
        // 32,000 fair coins: standard deviation 89; five of them each way
        assert!((15_550..16_450).contains(&equal_bits), "{equal_bits} of 32000 bits agree");
    }

    #[test]
    fn neighbouring_counters_differ_in_half_their_bits() {
        let flips: u32 = (0..1000).map(|i| (key().bits(i) ^ key().bits(i + 1)).count_ones()).sum();
        assert!((15_550..16_450).contains(&flips), "{flips} of 32000 bits flip");
    }

    #[test]
    fn quantiles_are_those_of_the_tables() {
        let table = [(0.5, 0.0), (0.75, 0.674_489_75), (0.9, 1.281_551_57), (0.975, 1.959_963_98), (0.998_650_1, 3.0)];
        for (probability, quantile) in table {
            assert!((normal_quantile(probability) - quantile).abs() < 1e-6, "{probability}");
            assert!((normal_quantile(1.0 - probability) + quantile).abs() < 1e-6, "{probability}");
        }
    }

    #[test]
    fn a_truncated_normal_has_the_moments_of_its_distribution() {
        let draws: Vec<f64> = (0..20_000).map(|i| key().truncated_normal(i, 1.0)).collect();
        let mean = draws.iter().sum::<f64>() / 20_000.0;
        let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 20_000.0;
        // 1 - 4 phi(2) / (Phi(2) - Phi(-2)) = 0.7737
        assert!(mean.abs() < 0.03 && (variance - 0.7737).abs() < 0.03, "mean {mean}, variance {variance}");
        assert!(draws.iter().all(|draw| draw.abs() <= 2.0 + 1e-6));
    }

    #[test]
    fn draws_have_the_moments_of_their_distribution() {
        let count = 20_000;
        let draws: Vec<f64> = (0..count).map(|i| key().normal(i)).collect();
        let mean = draws.iter().sum::<f64>() / count as f64;
        let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count as f64;
        assert!(mean.abs() < 0.04, "mean {mean}");
        assert!((variance - 1.0).abs() < 0.05, "variance {variance}");
    }
}
