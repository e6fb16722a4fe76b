//! Records the commit and the target of this build for `--version`. Needs neither a network nor other crates.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // in debug builds each commit would compile the crate again
    let is_release = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let commit = if is_release { of_package().or_else(of_repository) } else { None };
    println!("cargo:rustc-env=BATCHSCOPE_COMMIT={}", commit.as_deref().unwrap_or("unknown"));
    println!("cargo:rustc-env=BATCHSCOPE_TARGET={}", env::var("TARGET").unwrap_or_default());
}

/// From the file that `cargo package` adds.
fn of_package() -> Option<String> {
    let text = fs::read_to_string(".cargo_vcs_info.json").ok()?;
    let commit = text.split('"').skip_while(|word| *word != "sha1").nth(2)?;
    commit.get(..12).map(str::to_owned)
}

fn of_repository() -> Option<String> {
    // a repository around an unpacked archive is not this one
    git(&["rev-parse", "--show-prefix"]).filter(String::is_empty)?;
    let log = git(&["rev-parse", "--git-path", "logs/HEAD"])?;
    if Path::new(&log).exists() {
        println!("cargo:rerun-if-changed={log}");
    }
    git(&["rev-parse", "--short=12", "HEAD"])
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}
