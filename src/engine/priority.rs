//! Workers run at a lower priority, so that the screen stays responsive.

/// Niceness of a worker: at this value, others get about nine times its share of a busy core.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

/// Lowers the priority of the calling thread where the system supports it. Training does not depend on it.
pub fn lower() {
    #[cfg(target_os = "linux")]
    {
        let _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICENESS);
    }
}
