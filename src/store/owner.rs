//! Who trains an attempt, and whether it still lives.

use super::stored::Stored;
use crate::files::process::{boot, host, start_of};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A process, named so that it is not mistaken for a later one with the same number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    pub host: String,
    /// changes when the machine starts; empty where the system tells none
    pub boot: String,
    pub process: u32,
    /// when the process started, in the system's own ticks; 0 where the system does not tell
    pub process_start: u64,
    /// widest vector instructions of the processor: results are the same bits on the same level only
    pub simd: String,
}

impl Stored for Owner {
    fn check(&self) -> Result<(), String> {
        // as systems number them
        match i32::try_from(self.process) {
            Ok(1..) => Ok(()),
            _ => Err(format!("`process` is {}, expected a number from 1 to {}", self.process, i32::MAX)),
        }
    }
}

/// What one process can know of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Liveness {
    Alive,
    Gone,
    /// on another host, or before this boot: only its beat tells
    Unknown,
}

impl Owner {
    pub fn this_process() -> Self {
        let process = std::process::id();
        Self { host: host(), boot: boot(), process, process_start: start_of(process).unwrap_or(0), simd: simd().into() }
    }

    /// As seen from `here`, which is [`Owner::this_process`] but for tests.
    pub fn liveness(&self, here: &Owner) -> Liveness {
        // hosts of one name are told apart by their boot
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
    fn this_process_lives_and_its_namesakes_do_not() {
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
