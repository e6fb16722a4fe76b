//! Reports and exports from logs of other programs and from plain tables: the numbers of SciPy, and refusals in words.

use crate::support::{Finished, fixture};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn batchscope(command: &str, from: &Path, arguments: &[&str]) -> Finished {
    let mut program = Command::new(env!("CARGO_BIN_EXE_batchscope"));
    Finished::of(program.arg(command).arg("--from").arg(from).args(arguments))
}

fn report(from: &Path, arguments: &[&str]) -> Value {
    let finished = batchscope("report", from, &[&["--json"], arguments].concat()).expect(0);
    serde_json::from_str(&finished.out).unwrap()
}

fn planted() -> PathBuf {
    fixture("golden/logs/outcomes.csv")
}

#[track_caller]
fn same(ours: &Value, theirs: &Value) {
    let difference = ours.as_f64().unwrap() - theirs.as_f64().unwrap();
    assert!(difference.abs() < 1e-9, "{ours} is not {theirs}");
}

#[test]
fn a_spreadsheet_is_judged_as_scipy_would() {
    let expected: Value = serde_json::from_slice(&fs::read(fixture("golden/logs/outcomes.json")).unwrap()).unwrap();
    let arguments = ["--paired", "--majority-share", "0.5", "--examples", "1000"];
    let found = report(&planted(), &arguments);
    for key in ["slope", "low", "high"] {
        same(&found["effect"][key], &expected[key]);
    }
    for cause in found["causes"].as_array().unwrap() {
        let expected = &expected["changes"][cause["arm"].as_str().unwrap()];
        ["change", "low", "high"].iter().for_each(|key| same(&cause[*key], &expected[*key]));
        assert_eq!(cause["kind"], "introduction");
    }
    let verdict = |found: &Value, arm: &str| {
        let causes = found["causes"].as_array().unwrap();
        causes.iter().find(|cause| cause["arm"] == arm).unwrap()["verdict"].as_str().unwrap().to_owned()
    };
    assert!(verdict(&found, "no-dropout").starts_with("would have changed the slope"), "{found}");
    assert_eq!(verdict(&found, "wider"), "not separable yet");
    // the same arm as a removal: half of the slope goes with it
    let found = report(&planted(), &[&arguments[..], &["--removal", "no-dropout=dropout"]].concat());
    assert_eq!(found["causes"][0]["kind"], "removal");
    let share = found["causes"][0]["share"].as_f64().unwrap();
    assert!((share - 0.5).abs() < 0.05, "{share}");
    assert!(found["answer"].as_str().unwrap().contains("dropout"), "{}", found["answer"]);
}

#[test]
fn the_page_says_where_its_numbers_come_from() {
    let page = batchscope("report", &planted(), &[]).expect(0).out;
    for words in ["## Outcomes", "Column `value` of 72 runs", "Instances are not paired", "8 planned instances"] {
        assert!(page.contains(words), "{words}: {page}");
    }
}

/// Logs of a sweep by JSON lines: the last value of a metric is the planted outcome, and an earlier one is higher.
fn logs_of(folder: &Path) {
    let table = fs::read_to_string(planted()).unwrap();
    for row in table.lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        let [arm, size, seed, value] = cells[..] else { panic!("{row}") };
        let run = folder.join(format!("{arm}/bs{size}/seed{seed}"));
        fs::create_dir_all(&run).unwrap();
        let lines = format!("{{\"step\": 1, \"eval_accuracy\": 0.99}}\n{{\"step\": 2, \"eval_accuracy\": {value}}}\n");
        fs::write(run.join("log.jsonl"), lines).unwrap();
    }
}

#[test]
fn logs_are_judged_like_the_table_of_their_outcomes() {
    let folder = tempfile::tempdir().unwrap();
    logs_of(folder.path());
    let mut of_logs = report(folder.path(), &["--paired"]);
    assert_eq!(of_logs["source"]["outcome"], "The last value of `eval_accuracy`");
    assert_eq!(of_logs["source"]["runs"], 72);
    let mut of_table = report(&planted(), &["--paired"]);
    for answer in [&mut of_logs, &mut of_table] {
        answer.as_object_mut().unwrap().remove("source");
    }
    assert_eq!(of_logs, of_table);
    let best = report(folder.path(), &["--paired", "--take", "best"]);
    assert_eq!(best["effect"]["slope"], 0.0, "every run was once at 0.99");
    // and the points as a table, which is a log itself
    let exported = batchscope("export", folder.path(), &["--format", "csv", "--output", "-"]).expect(0).out;
    assert_eq!(exported.lines().count(), 1 + 2 * 72);
    let path = folder.path().join("all.csv");
    fs::write(&path, exported).unwrap();
    let mut again = report(&path, &["--paired"]);
    again.as_object_mut().unwrap().remove("source");
    assert_eq!(again, of_table);
}

#[test]
fn what_cannot_be_judged_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    logs_of(folder.path());
    let refused = |arguments: &[&str]| batchscope("report", folder.path(), arguments).expect(2).err;
    assert!(
        refused(&["--outcome", "f1"])
            .contains("no run has `f1`: name a metric with --outcome; there are eval_accuracy")
    );
    assert!(refused(&["--baseline", "wide"]).contains("did you mean `wider`?"));
    assert!(refused(&["--removal", "baseline"]).contains("is the baseline"));
    assert!(refused(&["--pattern", "{x}/bs{y}/{z}"]).contains("the batch size of no run is known"));
    assert!(refused(&["--take", "first"]).contains("mean5"));
    let one = batchscope("report", &folder.path().join("wider/bs8"), &[]).expect(2).err;
    assert!(one.contains("--pattern"), "{one}");
    let table = folder.path().join("table.csv");
    fs::write(&table, "bs,seed,value\n2,0,12.5\n8,0,250\n").unwrap();
    let error = batchscope("report", &table, &[]).expect(2).err;
    assert!(error.contains("outcomes go from 12.5 to 250"), "{error}");
}
