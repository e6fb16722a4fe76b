//! Rounding to bfloat16: the upper half of a float32's bits.

/// The nearest bfloat16, ties to even, as a float32. Subnormal numbers become 0, as the processor's instructions have it.
pub fn round(value: f32) -> f32 {
    f32::from_bits(upper_bits(value) & 0xffff_0000)
}

/// The bits of the rounded number; the lower 16 are of no meaning.
#[inline(always)]
pub fn upper_bits(value: f32) -> u32 {
    let bits = value.to_bits();
    let magnitude = bits & 0x7fff_ffff;
    let nearest = bits.wrapping_add(0x7fff + ((bits >> 16) & 1));
    let finite = if magnitude < f32::MIN_POSITIVE.to_bits() { bits & 0x8000_0000 } else { nearest };
    // not a number: kept so, where adding could carry into the sign
    if magnitude > f32::INFINITY.to_bits() { bits | 0x0040_0000 } else { finite }
}

#[cfg(test)]
mod tests {
    use super::*;
    use half::bf16;

    #[test]
    fn rounding_is_that_of_the_half_crate_but_for_subnormal_numbers() {
        let edges = [0u32, 1, 0x7fff, 0x8000, 0x8001, 0xffff];
        let values = (0..=0xffffu32).flat_map(|upper| edges.map(|lower| f32::from_bits(upper << 16 | lower)));
        for value in values {
            let (ours, expected) = (round(value), bf16::from_f32(value).to_f32());
            if value.is_nan() {
                assert!(ours.is_nan(), "{:#x}", value.to_bits());
            } else if value.is_subnormal() {
                assert!(ours.to_bits() == 0f32.copysign(value).to_bits(), "{:#x}", value.to_bits());
            } else {
                assert!(ours.to_bits() == expected.to_bits(), "{:#x} rounds to {:#x}", value.to_bits(), ours.to_bits());
            }
        }
    }
}
