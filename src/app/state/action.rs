//! Everything a person can ask of the dashboard.

use super::panel::Panel;
use super::table::Typing;
use crate::domain::ablation::Ablation;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Focus(Panel),
    FocusNext,
    FocusPrevious,
    /// within the focused panel
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
    /// the entry at this place of those that fit
    Choose(usize),
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
    /// the next change of this ablation into the draft
    Cycle(&'static Ablation),
    AddDraft,
    /// the draft as an arm, or the waiting runs that the cursor is on: before all others
    TrainNext,
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
    /// one step back: zoom, draft, filter, selection
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
    /// stop the program for a while and give the terminal back, as a shell expects of Ctrl-Z
    Suspend,
    Quit,
}

impl Action {
    /// Whether it changes what is trained, now or once more keys follow.
    pub fn steers(self) -> bool {
        use Action::*;
        let steers = matches!(self, Cycle(_) | AddDraft | TrainNext | Investigate | PauseOrResume | Cancel | Again);
        steers || matches!(self, AddInstance | MoreWorkers | FewerWorkers | Palette(Typing::Keep))
    }
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

/// Lines that a page key moves by.
const PAGE: isize = 10;

impl Motion {
    /// By how many lines it leads down. Sideways leads nowhere.
    pub fn lines(self) -> isize {
        match self {
            Motion::Down => 1,
            Motion::Up => -1,
            Motion::PageDown => PAGE,
            Motion::PageUp => -PAGE,
            Motion::First => isize::MIN,
            Motion::Last => isize::MAX,
            Motion::Left | Motion::Right => 0,
        }
    }

    /// The place that it leads to, among so many.
    pub fn step(self, place: usize, count: usize) -> usize {
        place.saturating_add_signed(self.lines()).min(count.saturating_sub(1))
    }
}
