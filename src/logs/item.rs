//! What readers find in logs.

use super::label::LogSetting;

/// An item of a file, in the order of the file. `key` names the run of the file that it belongs to: the values of
/// the columns that tell them apart, joined. Most files have one run, whose key is empty.
#[derive(Clone, Debug, PartialEq)]
pub enum LogItem {
    Point {
        key: String,
        tag: String,
        step: u64,
        /// seconds since 1970
        time: Option<f64>,
        value: f64,
    },
    /// The writer began again at this step: earlier points from there on are replaced.
    Restart { key: String, step: u64 },
    /// A setting of the run, such as a hyperparameter.
    Setting { key: String, name: String, value: LogSetting },
}
