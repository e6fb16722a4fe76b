//! The parts of the screen. Each draws itself into an area from the state, independently of the others.

pub mod ablations;
pub mod answer;
mod canvas;
pub mod chart;
pub mod charts;
mod cursor;
pub mod filter;
mod final_scores;
pub mod footer;
pub mod header;
mod interval;
pub mod legend;
pub mod log;
pub mod palette;
pub mod panel;
pub mod run;
mod shed;
pub mod status;
pub mod table;
mod typed;
