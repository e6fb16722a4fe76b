//! Simulates colour vision deficiencies and measures colour differences, for the tests of palettes.

use super::colour::{Matrix3, Rgb, from_linear, linear, times};

/// Normal colour vision, or one of the three cones missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vision {
    Normal,
    Protan,
    Deutan,
    Tritan,
}

impl Vision {
    pub const ALL: [Vision; 4] = [Vision::Normal, Vision::Protan, Vision::Deutan, Vision::Tritan];

    /// The colour as perceived, by the matrices of severity 1.0 of Machado, Oliveira and Fernandes (2009), table 1, which are
    /// for linear light.
    pub fn of(self, colour: Rgb) -> Rgb {
        from_linear(times(self.matrix(), linear(colour)))
    }

    fn matrix(self) -> &'static Matrix3 {
        match self {
            Vision::Normal => &[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            Vision::Protan => {
                &[[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
            }
            Vision::Deutan => {
                &[[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
            }
            Vision::Tritan => {
                &[[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
            }
        }
    }
}

/// The smallest CIEDE2000 difference of two colours over all kinds of vision.
pub fn least_difference(one: Rgb, other: Rgb) -> f64 {
    Vision::ALL.map(|vision| ciede2000(lab(vision.of(one)), lab(vision.of(other)))).into_iter().fold(f64::MAX, f64::min)
}

/// CIELAB of a colour of sRGB, whose white is D65.
fn lab(colour: Rgb) -> [f64; 3] {
    const TO_XYZ: Matrix3 =
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]];
    const WHITE: [f64; 3] = [0.95047, 1.0, 1.08883];
    let [x, y, z] = times(&TO_XYZ, linear(colour));
    let [x, y, z] = [x / WHITE[0], y / WHITE[1], z / WHITE[2]]
        .map(|value: f64| if value > 216.0 / 24389.0 { value.cbrt() } else { (24389.0 / 27.0 * value + 16.0) / 116.0 });
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// Sharma, Wu and Dalal (2005), whose names these are.
fn ciede2000([l1, a1, b1]: [f64; 3], [l2, a2, b2]: [f64; 3]) -> f64 {
    let seventh = |c: f64| (c.powi(7) / (c.powi(7) + 25f64.powi(7))).sqrt();
    let g = 0.5 * (1.0 - seventh((a1.hypot(b1) + a2.hypot(b2)) / 2.0));
    let (a1, a2) = (a1 * (1.0 + g), a2 * (1.0 + g));
    let (c1, c2) = (a1.hypot(b1), a2.hypot(b2));
    let hue = |a: f64, b: f64| if a == 0.0 && b == 0.0 { 0.0 } else { b.atan2(a).to_degrees().rem_euclid(360.0) };
    let (h1, h2) = (hue(a1, b1), hue(a2, b2));
    let turn = match h2 - h1 {
        _ if c1 * c2 == 0.0 => 0.0,
        turn if turn > 180.0 => turn - 360.0,
        turn if turn < -180.0 => turn + 360.0,
        turn => turn,
    };
    let dh = 2.0 * (c1 * c2).sqrt() * (turn / 2.0).to_radians().sin();
    let (l, c) = ((l1 + l2) / 2.0, (c1 + c2) / 2.0);
    let h = match h1 + h2 {
        sum if c1 * c2 == 0.0 => sum,
        sum if (h1 - h2).abs() <= 180.0 => sum / 2.0,
        sum if sum < 360.0 => (sum + 360.0) / 2.0,
        sum => (sum - 360.0) / 2.0,
    };
    let cosine = |factor: f64, offset: f64| (factor * h + offset).to_radians().cos();
    let t =
        1.0 - 0.17 * cosine(1.0, -30.0) + 0.24 * cosine(2.0, 0.0) + 0.32 * cosine(3.0, 6.0) - 0.20 * cosine(4.0, -63.0);
    let rotation = -(60.0 * (-((h - 275.0) / 25.0).powi(2)).exp()).to_radians().sin() * 2.0 * seventh(c);
    let sl = 1.0 + 0.015 * (l - 50.0).powi(2) / (20.0 + (l - 50.0).powi(2)).sqrt();
    let (sc, sh) = (1.0 + 0.045 * c, 1.0 + 0.015 * c * t);
    let (dl, dc, dh) = ((l2 - l1) / sl, (c2 - c1) / sc, dh / sh);
    (dl * dl + dc * dc + dh * dh + rotation * dc * dh).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the test data of Sharma, Wu and Dalal: hues across 0, greys, blues, large differences.
    #[test]
    fn differences_are_those_of_the_published_pairs() {
        for (one, other, published) in [
            ([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485], 2.0425),
            ([50.0, -1.3802, -84.2814], [50.0, 0.0, -82.7485], 1.0000),
            ([50.0, 0.0, 0.0], [50.0, -1.0, 2.0], 2.3669),
            ([50.0, 2.49, -0.001], [50.0, -2.49, 0.0009], 7.1792),
            ([50.0, 2.49, -0.001], [50.0, -2.49, 0.0011], 7.2195),
            ([50.0, 2.5, 0.0], [73.0, 25.0, -18.0], 27.1492),
            ([50.0, 2.5, 0.0], [61.0, -5.0, 29.0], 22.8977),
            ([60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644),
            ([22.7233, 20.0904, -46.6940], [23.0331, 14.9730, -42.5619], 2.0373),
            ([2.0776, 0.0795, -1.1350], [0.9033, -0.0636, -0.5514], 0.9082),
        ] {
            let found = ciede2000(one, other);
            assert!((found - published).abs() < 5e-5, "{found}, not {published}");
            assert!((ciede2000(other, one) - found).abs() < 1e-9);
        }
    }

    #[test]
    fn greys_look_the_same_in_every_vision_and_red_and_green_do_not() {
        for vision in Vision::ALL {
            let (red, green, blue) = vision.of((128, 128, 128));
            assert!([red, green, blue].iter().all(|value| value.abs_diff(128) <= 1), "{vision:?}");
        }
        let apart = |vision: Vision| ciede2000(lab(vision.of((200, 60, 60))), lab(vision.of((110, 110, 20))));
        assert!(apart(Vision::Normal) > 40.0 && apart(Vision::Deutan) < apart(Vision::Normal) / 2.0);
    }
}
