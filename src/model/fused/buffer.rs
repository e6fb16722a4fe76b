//! Buffers that are reused.

/// The first `length` elements of a buffer, which grows as needed. They hold stale values.
pub fn resized(buffer: &mut Vec<f32>, length: usize) -> &mut [f32] {
    if buffer.len() < length {
        buffer.resize(length, 0.0);
    }
    &mut buffer[..length]
}
