//! Errors in a spec. Places are `file, line n` or the override that was given.

#[derive(Debug, thiserror::Error)]
pub enum SpecError {
    #[error("{place}: {message}")]
    Toml { place: String, message: String },
    #[error("{place}: unknown key `{key}`{}", hint(.nearest, .known))]
    UnknownKey { place: String, key: String, nearest: Option<&'static str>, known: Vec<&'static str> },
    #[error("{place}: `{key}` is {found}, expected {expected}")]
    Value { place: String, key: String, found: String, expected: String },
    #[error("{place}: [{key}] is incomplete, expected {expected}")]
    Missing { place: String, key: &'static str, expected: &'static str },
    #[error("--set {given}: expected key=value, for example --set train.epochs=3")]
    Override { given: String },
    #[error("`{given}`: expected key=value, for example dropout=0.2")]
    Change { given: String },
    #[error("{place}: arm `{arm}`: {message}")]
    Arm { place: String, arm: String, message: String },
}

fn hint(nearest: &Option<&str>, known: &[&str]) -> String {
    match nearest {
        Some(nearest) => format!("; did you mean `{nearest}`?"),
        None => format!("; known here are {}", known.join(", ")),
    }
}
