//! The cores of this machine.

/// As many runs as this can train at the same time without slowing each other.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
