//! The actions of the dashboard.

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
    /// hide the selected row of the table from the charts, or show it
    Hide,
    Pin,
    /// expand the selected cell; for a run, zoom the panel
    Open,
    Filter(Typing),
    /// search for an action, or type changes for the draft
    Palette(Typing),
    /// select this entry of the matching ones
    Choose(usize),
    NextMetric,
    PreviousMetric,
    NextAxis,
    LogY,
    SmoothMore,
    SmoothLess,
    NextBand,
    /// the range of the y axis: after training began, all, without outliers
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
    /// show or hide the baseline's lines behind those of the other arms
    Overlay,
    /// show final scores by batch size in place of curves, or curves again
    FinalScores,
    Crosshair,
    /// put the next change of this ablation into the draft
    Cycle(&'static Ablation),
    AddDraft,
    /// train the draft, or the waiting runs of the selection, before all others
    TrainNext,
    /// add an arm for every suspected cause
    Investigate,
    /// pause or resume the selection
    PauseOrResume,
    /// cancel the selection, after a question
    Cancel,
    /// train failed or cancelled runs again
    Again,
    /// add an instance to every cell, after a question
    AddInstance,
    MoreWorkers,
    FewerWorkers,
    /// answer the open question
    Answer(char),
    /// one step back: zoom, draft, filter, selection
    Back,
    /// maximize or restore the focused panel
    Zoom,
    /// write a picture of the charts, with its data
    Picture,
    /// write a picture of the whole screen
    Screen,
    /// switch the background of saved charts: white or dark
    PictureTheme,
    /// copy the path of the newest picture
    CopyPath,
    NextTheme,
    /// suspend the program and restore the terminal, as a shell expects of Ctrl-Z
    Suspend,
    Quit,
}

impl Action {
    /// Whether it changes what is trained, at once or after further keys.
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
    /// The number of lines it moves down; 0 for left and right.
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
