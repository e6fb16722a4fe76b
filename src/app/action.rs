//! Everything a person can ask of the dashboard.

use super::panel::Panel;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Focus(Panel),
    FocusNext,
    FocusPrevious,
    /// within the focused panel, or the help where it is open
    Go(Motion),
    NextMetric,
    CycleDropout,
    CycleNorm,
    AddDraft,
    /// one step back: help, zoom, draft, selection
    Back,
    /// the focused panel over the whole screen, and back
    Zoom,
    Picture,
    NextTheme,
    Help,
    /// stop for a while and give the terminal back, as a shell expects of Ctrl-Z
    Pause,
    Quit,
}

/// Where to go within a panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    Down,
    Up,
    Left,
    Right,
    PageDown,
    PageUp,
    First,
    Last,
}
