//! Specs that are compiled into the program.

/// Name, what it is, and its TOML.
pub const PRESETS: [(&str, &str, &str); 1] = [(
    "demo",
    "the embedded corpus and a small model with random weights; needs no files and no network",
    include_str!("../../data/presets/demo.toml"),
)];

/// The TOML of a preset.
pub fn preset(name: &str) -> Option<&'static str> {
    PRESETS.iter().find(|(known, _, _)| *known == name).map(|(_, _, text)| *text)
}
