//! All kinds of events that the corpus tells of, gathered from one module for each desk of the
//! newsroom. It does not know how a frame is told.

mod accidents;
mod business;
mod courts;
mod economy;
mod labour;
mod politics;
mod science;
mod sport;
mod weather;

use super::frame::Frame;

pub fn all() -> Vec<&'static Frame> {
    [
        accidents::FRAMES,
        business::FRAMES,
        courts::FRAMES,
        economy::FRAMES,
        labour::FRAMES,
        politics::FRAMES,
        science::FRAMES,
        sport::FRAMES,
        weather::FRAMES,
    ]
    .into_iter()
    .flatten()
    .collect()
}
