//! Specs that are compiled into the program.

pub struct Preset {
    pub name: &'static str,
    /// in a line
    pub about: &'static str,
    pub toml: &'static str,
}

pub const PRESETS: [Preset; 2] = [
    Preset {
        name: "demo",
        about: "the embedded corpus and a small model with random weights; needs no files and no network",
        toml: include_str!("../../data/presets/demo.toml"),
    },
    Preset {
        name: "why-batch-size",
        about: "why smaller batch sizes train better: every suspect as an arm, on the embedded corpus and model",
        toml: include_str!("../../data/presets/why-batch-size.toml"),
    },
];

/// The TOML of a preset.
pub fn preset(name: &str) -> Option<&'static str> {
    PRESETS.iter().find(|known| known.name == name).map(|known| known.toml)
}
