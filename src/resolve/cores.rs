//! The cores of this machine.

/// As many runs as this can be trained at the same time without slowing each other down.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
