//! Everything a person can ask of the dashboard.

use super::panel::Panel;
use super::table::Typing;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Focus(Panel),
    FocusNext,
    FocusPrevious,
    /// within the focused panel, or the help where it is open
    Go(Motion),
    /// in the table: by the column after, or before
    SortNext,
    SortPrevious,
    ReverseOrder,
    /// cells, or single runs
    Group,
    /// of the table's row under the cursor: from the charts, and back
    Hide,
    Pin,
    /// the cell under the cursor; a run has nothing to open, and the panel is zoomed
    Open,
    Filter(Typing),
    /// look for an action by its words, or write changes for the draft
    Palette(Typing),
    NextMetric,
    PreviousMetric,
    NextAxis,
    LogY,
    SmoothMore,
    SmoothLess,
    NextBand,
    /// which values the y axis holds: after training began, all, without outliers
    NextFit,
    ZoomIn,
    ZoomOut,
    PanLeft,
    PanRight,
    ZoomInY,
    ZoomOutY,
    PanUp,
    PanDown,
    WholeAxis,
    Follow,
    /// the baseline's lines behind those of the other arms, and away
    Overlay,
    /// final scores against batch size in place of curves, and back
    FinalScores,
    Crosshair,
    CycleDropout,
    CycleNorm,
    CycleScaling,
    CycleUpdates,
    CycleEvaluation,
    AddDraft,
    /// add every arm that asks why batch size matters
    Investigate,
    /// keep back what the cursor is on, or let it go on
    PauseOrResume,
    /// take what the cursor is on out of the sweep, after a question
    Cancel,
    /// train what failed or was taken out
    Again,
    /// one more of every cell, after a question
    AddInstance,
    MoreWorkers,
    FewerWorkers,
    /// to what is asked
    Answer(char),
    /// one step back: help, zoom, draft, selection
    Back,
    /// the focused panel over the whole screen, and back
    Zoom,
    /// of the charts, with its data
    Picture,
    /// of the whole screen
    Screen,
    /// pictures of charts on white, or dark
    PictureTheme,
    /// where the newest picture is
    CopyPath,
    NextTheme,
    Help,
    /// stop the program for a while and give the terminal back, as a shell expects of Ctrl-Z
    Suspend,
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
