//! The panels of the screen.

/// One panel. Digits focus them in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Panel {
    /// the runs, a line each
    Sweep,
    Charts,
    /// the arms
    Ablations,
    /// all of one run
    Run,
    /// the answer so far
    Answer,
    /// what happened
    Log,
}

impl Panel {
    pub const ALL: [Panel; 6] = [Panel::Sweep, Panel::Charts, Panel::Ablations, Panel::Run, Panel::Answer, Panel::Log];

    pub fn title(self) -> &'static str {
        match self {
            Panel::Sweep => "Sweep",
            Panel::Charts => "Charts",
            Panel::Ablations => "Ablations",
            Panel::Run => "Run",
            Panel::Answer => "Answer",
            Panel::Log => "Log",
        }
    }

    /// The digit that focuses it.
    pub fn number(self) -> usize {
        self.place() + 1
    }

    /// Whether its content is text that scrolls.
    pub fn is_text(self) -> bool {
        !matches!(self, Panel::Sweep | Panel::Charts)
    }

    pub(crate) fn place(self) -> usize {
        self as usize
    }

    pub(in crate::app) fn next(self) -> Self {
        Self::ALL[(self.place() + 1) % Self::ALL.len()]
    }

    pub(in crate::app) fn previous(self) -> Self {
        Self::ALL[(self.place() + Self::ALL.len() - 1) % Self::ALL.len()]
    }
}
