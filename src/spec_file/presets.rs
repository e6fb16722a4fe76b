//! The built-in specs.

pub struct Preset {
    pub name: &'static str,
    /// in a line
    pub about: &'static str,
    pub toml: &'static str,
}

pub const PRESETS: [Preset; 5] = [
    Preset {
        name: "demo",
        about: "the embedded corpus and a small model pre-trained on its language; needs no files and no network",
        toml: include_str!("../../data/presets/demo.toml"),
    },
    Preset {
        name: "mrpc",
        about: "the original experiment: BERT-mini on MRPC, 5 % of the training set to validate on, dev scored at the end",
        toml: include_str!("../../data/presets/mrpc.toml"),
    },
    Preset {
        name: "mrpc-dev",
        about: "the same as others report it: validated on dev",
        toml: include_str!("../../data/presets/mrpc-dev.toml"),
    },
    Preset {
        name: "mnli-lr",
        about: "its follow-up: do larger batches want a higher rate? BERT-mini on MNLI, an arm for each peak rate",
        toml: include_str!("../../data/presets/mnli-lr.toml"),
    },
    Preset {
        name: "why-batch-size",
        about: "why smaller batch sizes train better: every suspect as an arm, on the embedded corpus and model",
        toml: include_str!("../../data/presets/why-batch-size.toml"),
    },
];

/// The names of all.
pub fn preset_names() -> [&'static str; PRESETS.len()] {
    PRESETS.map(|preset| preset.name)
}

/// The TOML of a preset.
pub fn preset(name: &str) -> Option<&'static str> {
    PRESETS.iter().find(|known| known.name == name).map(|known| known.toml)
}
