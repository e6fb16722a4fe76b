//! Experiments as TOML: read, overridden from the command line, checked, and expanded arm by arm.
//!
//! May import: `domain`. Never uses: `std::fs`, `std::thread`. Knows no data, models or stores:
//! whether the files of a spec exist is checked elsewhere.

mod arms;
mod check;
mod document;
mod error;
mod fields;
mod own_data;
mod presets;
mod read;

pub use arms::{add_arms, changes_of};
pub use error::SpecError;
pub use own_data::{OwnColumns, OwnSpec, VALIDATION, own_name};
pub use presets::{PRESETS, preset, preset_names};
pub use read::{parse, to_toml};
