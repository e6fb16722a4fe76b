//! What a picture shows.

use crate::plot::{Figure, FinalScores};

#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    Curves(Figure),
    /// none as long as no run is finished
    FinalScores(Option<FinalScores>),
}
