//! What surrounds a sweep: version, completions, manual pages, the doctor and the removal of leftovers.

use crate::support::{Finished, World};
use std::fs;
use std::path::Path;
use std::process::Command;

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_batchscope"));
    command.args(arguments);
    command
}

fn output(arguments: &[&str]) -> String {
    Finished::of(&mut program(arguments)).expect(0).out
}

#[test]
fn the_version_has_what_a_report_of_a_fault_needs() {
    let long = output(&["--version"]);
    assert!(long.starts_with(&format!("batchscope {}\n", env!("CARGO_PKG_VERSION"))), "{long}");
    for key in ["commit: ", "target: ", "kernels: ", "store format: batchscope-store ", "numerics: "] {
        assert!(long.lines().any(|line| line.starts_with(key) && line.len() > key.len()), "{key} in {long}");
    }
    let commit = long.lines().find_map(|line| line.strip_prefix("commit: ")).unwrap();
    let is_digest = commit.len() == 12 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert!(commit == "unknown" || is_digest, "{commit}");
    assert_eq!(output(&["-V"]).lines().count(), 1);
}

#[test]
fn every_shell_gets_completions_for_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = output(&["completions", shell]);
        for word in ["doctor", "completions", "pretrain", "retry-failed"] {
            assert!(script.contains(word), "{word} for {shell}");
        }
    }
    Finished::of(&mut program(&["completions", "tcsh"])).expect(2);
}

#[test]
fn there_is_a_manual_page_for_the_program_and_for_each_command() {
    let page = output(&["man"]);
    assert!(page.contains(".TH batchscope 1") && page.contains(".SH NAME"), "{page}");
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man1");
    output(&["man", "--output", pages.to_str().unwrap()]);
    for name in ["batchscope.1", "batchscope-run.1", "batchscope-runs-show.1", "batchscope-store-gc.1"] {
        assert!(fs::read_to_string(pages.join(name)).unwrap().contains(".TH"), "{name}");
    }
}

/// The report for a plain terminal with this store.
fn doctor(store: &Path, variables: &[(&str, &str)]) -> Finished {
    let mut command = program(&["doctor", "--store"]);
    command.arg(store);
    for name in ["NO_COLOR", "COLORTERM", "LC_ALL", "LC_CTYPE", "LANG", "BATCHSCOPE_SIMD"] {
        command.env_remove(name);
    }
    command.env("TERM", "xterm-256color").env("LANG", "C.UTF-8").env("HF_HOME", store.join("hub"));
    command.envs(variables.iter().copied());
    Finished::of(&mut command)
}

#[test]
fn the_doctor_finds_no_problem_on_a_sound_machine_and_names_each_one_with_a_remedy() {
    let world = World::new();
    let sound = doctor(&world.store(), &[]).expect(0).out;
    for title in ["terminal", "colours", "glyphs", "processor", "hub cache", "store", "clock"] {
        assert!(sound.lines().any(|line| line == title), "{title} in {sound}");
    }
    assert!(sound.contains("does not exist yet") && sound.ends_with("no problems found\n"), "{sound}");
    world.run(&[]).expect(0);
    let sound = doctor(&world.store(), &[]).expect(0).out;
    assert!(sound.contains("runs: 4 (4 finished, 0 failed, 0 in training)"), "{sound}");

    let run = fs::read_dir(world.store().join("runs")).unwrap().next().unwrap().unwrap().path();
    fs::write(run.join("run.json"), "{").unwrap();
    let ill = doctor(&world.store(), &[("TERM", "dumb"), ("LANG", "C")]).expect(1).out;
    for words in
        ["set TERM to the name of your terminal", "such as C.UTF-8", "batchscope runs remove", "problems found"]
    {
        assert!(ill.contains(words), "{words} in {ill}");
    }
}

#[test]
fn leftovers_are_listed_and_deleted_only_when_asked_and_runs_stay() {
    let world = World::new();
    world.run(&[]).expect(0);
    let store = world.store();
    let gc =
        |arguments: &[&str]| Finished::of(program(&["store", "gc", "--store"]).arg(&store).args(arguments)).expect(0);
    assert!(gc(&[]).err.contains("no leftovers"));
    let run = fs::read_dir(store.join("runs")).unwrap().next().unwrap().unwrap().path();
    let name = run.file_name().unwrap().to_str().unwrap().to_owned();
    let aside = run.join("result.json.damaged-1");
    fs::write(&aside, vec![b'x'; 5000]).unwrap();
    let checkpoint = run.join("attempts/1/checkpoint");
    fs::create_dir_all(&checkpoint).unwrap();
    fs::write(checkpoint.join("7.safetensors"), vec![0; 20_000]).unwrap();
    let removed = store.join("removed").join(format!("{name}.1"));
    fs::create_dir_all(&removed).unwrap();
    fs::write(removed.join("run.json"), "{}").unwrap();

    let dry = gc(&[]);
    for words in ["set aside", "checkpoint of a finished run", "interrupted removal"] {
        assert!(dry.out.contains(words), "{words} in {}", dry.out);
    }
    assert!(dry.err.contains("3 leftovers, 25.0 kB; nothing was deleted"), "{}", dry.err);
    assert!(aside.exists() && removed.exists());
    assert!(gc(&["--yes"]).err.contains("freed 25.0 kB"));
    assert!(
        !aside.exists() && !store.join("removed").exists() && fs::read_dir(&checkpoint).map_or(0, Iterator::count) == 0
    );
    assert!(gc(&[]).err.contains("no leftovers"));
    assert_eq!(world.run(&[]).expect(0).out.matches("already in the store").count(), 4);
}
