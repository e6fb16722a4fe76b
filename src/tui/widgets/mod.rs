//! The parts of the screen. Each draws itself into an area from the state and knows nothing of the others.

pub mod chart;
pub mod footer;
pub mod header;
pub mod help;
pub mod status;
pub mod table;
