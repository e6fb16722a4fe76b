//! Identities of processes that a later process with the same number cannot be confused with.

use std::sync::OnceLock;

#[cfg(unix)]
pub fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

#[cfg(not(unix))]
pub fn host() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}

/// An identifier that changes with every boot; empty if the system has none.
pub fn boot() -> String {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").map(|id| id.trim().to_owned()).unwrap_or_default()
}

/// The start time of a running process in the system's ticks; `None` if it does not exist.
#[cfg(target_os = "linux")]
pub fn start_of(process: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // the name in parentheses may contain anything; 19 fields follow the state (proc(5), field 22)
    let after_name = &stat[stat.rfind(')')? + 1..];
    let mut fields = after_name.split_ascii_whitespace();
    let state = fields.next()?;
    let start = fields.nth(18)?.parse().ok()?;
    (state != "Z").then_some(start)
}

#[cfg(all(unix, not(target_os = "linux")))]
pub fn start_of(process: u32) -> Option<u64> {
    let process = rustix::process::Pid::from_raw(process as i32)?;
    rustix::process::test_kill_process(process).ok().map(|()| 0)
}

#[cfg(not(unix))]
pub fn start_of(process: u32) -> Option<u64> {
    (process == std::process::id()).then_some(0)
}

/// Identifies this process within a file name: its number, its start, and a digest of host and boot.
pub fn tag() -> &'static str {
    static TAG: OnceLock<String> = OnceLock::new();
    TAG.get_or_init(|| {
        let process = std::process::id();
        format!("{process}-{}-{:016x}", start_of(process).unwrap_or(0), machine())
    })
}

/// Whether the process of a tag has ended; `None` if that cannot be known, for another machine or boot.
pub fn is_gone(tag: &str) -> Option<bool> {
    let mut parts = tag.split('-');
    let process = parts.next()?.parse().ok()?;
    let start = parts.next()?.parse().ok()?;
    let of_here = u64::from_str_radix(parts.next()?, 16).ok()? == machine();
    of_here.then(|| start_of(process) != Some(start))
}

/// FNV-1a: the same in every version of the program.
fn machine() -> u64 {
    let bytes = [host(), boot()].join("\n").into_bytes();
    bytes.into_iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_tells_whether_its_process_has_ended() {
        assert_eq!(is_gone(tag()), Some(false));
        let mut parts: Vec<&str> = tag().split('-').collect();
        let start = "1".repeat(19);
        parts[1] = &start;
        if cfg!(target_os = "linux") {
            assert_eq!(is_gone(&parts.join("-")), Some(true), "a later process of the same number");
        }
        parts[2] = "0";
        assert_eq!(is_gone(&parts.join("-")), None, "another machine");
        for none in ["", "x", "1", "1-2", "1-2-x", "XyZ012"] {
            assert_eq!(is_gone(none), None, "{none}");
        }
    }
}
