//! Colours by meaning, from TOML, for the screen and for pictures alike.
//!
//! May import: no other room. Never uses: `std::thread`. Knows no terminals, pixels or figures: the fronts turn a [`Colour`]
//! into what they draw with.

mod colour;
mod ramp;
mod written;

#[cfg(test)]
mod vision;

pub use colour::{BLACK, Rgb, WHITE, contrast, hex, mix};
pub use ramp::sample;
pub use written::{BUILT_IN, Colour, SeriesColours, ThemeColours, ThemeError};
