//! How far a run is.

/// The state of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Progress {
    #[default]
    Waiting,
    Running,
    /// stopped or cut off; resumes from its last checkpoint
    Interrupted,
    Finished,
    Failed(String),
}

impl Progress {
    /// Its name in lists and filters.
    pub fn name(&self) -> &'static str {
        match self {
            Progress::Waiting => "waiting",
            Progress::Running => "running",
            Progress::Interrupted => "interrupted",
            Progress::Finished => "finished",
            Progress::Failed(_) => "failed",
        }
    }
}
