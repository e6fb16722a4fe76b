//! The owner of an attempt, and whether it is still running.

use super::stored::Stored;
use crate::files::process::{boot, host, start_of};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A process, identified so that a later one with the same number cannot be confused with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    pub host: String,
    /// changes with every boot; empty if the system has no such identifier
    pub boot: String,
    pub process: u32,
    /// start time of the process in the system's ticks; 0 if unknown
    pub process_start: u64,
    /// widest vector instructions of the processor: results are bit-identical only on the same level
    pub simd: String,
}

impl Stored for Owner {
    fn check(&self) -> Result<(), String> {
        // the range of process ids
        match i32::try_from(self.process) {
            Ok(1..) => Ok(()),
            _ => Err(format!("`process` is {}, expected a number from 1 to {}", self.process, i32::MAX)),
        }
    }
}

/// What is known about another process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Liveness {
    Alive,
    Gone,
    /// on another host, or before this boot: only its heartbeat shows
    Unknown,
}

impl Owner {
    pub fn this_process() -> Self {
        let process = std::process::id();
        Self { host: host(), boot: boot(), process, process_start: start_of(process).unwrap_or(0), simd: simd().into() }
    }

    /// As seen from `here`, which is [`Owner::this_process`] except in tests.
    pub fn liveness(&self, here: &Owner) -> Liveness {
        // hosts with the same name differ in their boot id
        if self.host != here.host || self.boot != here.boot {
            return Liveness::Unknown;
        }
        match start_of(self.process) {
            Some(start) if start == self.process_start => Liveness::Alive,
            _ => Liveness::Gone,
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "process {} on {}", self.process, self.host)
    }
}

fn simd() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    {
        if std::arch::is_x86_feature_detected!("avx512f") {
            return "avx512";
        }
        if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
            return "avx2";
        }
        "sse2"
    }
    #[cfg(not(target_arch = "x86_64"))]
    std::env::consts::ARCH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_running_and_reused_process_ids_are_not() {
        let here = Owner::this_process();
        assert_eq!(here.liveness(&here), Liveness::Alive);
        let earlier = Owner { process_start: here.process_start.wrapping_sub(1), ..here.clone() };
        assert_eq!(earlier.liveness(&here), Liveness::Gone);
        let namesake = Owner { boot: "another".into(), ..here.clone() };
        assert_eq!(namesake.liveness(&here), Liveness::Unknown, "two hosts may have one name");
        let elsewhere = Owner { host: "another".into(), ..here.clone() };
        assert_eq!(elsewhere.liveness(&here), Liveness::Unknown);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_that_ended_is_gone() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let here = Owner::this_process();
        let process = child.id();
        let owner = Owner { process, process_start: start_of(process).unwrap(), ..here.clone() };
        assert_eq!(owner.liveness(&here), Liveness::Alive);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(owner.liveness(&here), Liveness::Gone);
    }
}
