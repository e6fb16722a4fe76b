//! Workers step back, so that the screen stays quick.

/// Niceness of a worker: the system gives others three times its share when they want it.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

/// Lowers the priority of the calling thread, where the system can; training is right without it.
pub fn lower() {
    #[cfg(target_os = "linux")]
    {
        let _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICENESS);
    }
}
