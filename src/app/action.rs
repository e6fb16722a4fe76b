//! Everything a person can ask of the dashboard.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    NextMetric,
    CycleDropout,
    CycleNorm,
    AddDraft,
    /// one step back: help, zoom, draft
    Back,
    Zoom,
    Picture,
    NextTheme,
    Help,
    SelectNext,
    SelectPrevious,
    SelectFirst,
    SelectLast,
    PageDown,
    PageUp,
    /// stop for a while and give the terminal back, as a shell expects of Ctrl-Z
    Pause,
    Quit,
}
