//! Sets of pairs in every format, and the folders they are in.

use super::{Case, refuse};
use crate::support::parquet_file::{Values, parquet, parquet_pairs};
use crate::support::{World, csv, jsonl, pairs};
use parquet::basic::Compression;
use std::fs;

#[test]
fn sets() {
    let tsv = pairs(60, 1);
    let (csv, jsonl) = (csv(&tsv), jsonl(&tsv));
    let bytes = |text: String| text.into_bytes();
    let columns = |label| {
        let text = || Values::Text(vec!["A", "B"]);
        parquet(&[("sentence1", text()), ("sentence2", text()), ("label", label)], Compression::SNAPPY)
    };
    let whole = parquet_pairs(&tsv);
    let spoilt = |text: &str, with: &[u8]| [text.as_bytes(), with].concat();
    let one_class = |text: &str, one: &str, zero: &str| bytes(text.replace(one, zero));
    let cases: [Case<'_, (&str, Vec<u8>)>; 35] = [
        (
            "too few columns",
            ("train.tsv", bytes(format!("{tsv}1\t2\t3\tA\n"))),
            &["train.tsv, line 62", "expected 5 columns separated by tabs", "found 4"],
        ),
        (
            "too many columns",
            ("train.csv", bytes(format!("{csv}A,B,1,x\n"))),
            &["train.csv, line 62", "expected 3 columns separated by commas", "found 4"],
        ),
        (
            "an open quote",
            ("train.csv", bytes(format!("{csv}\"A,B,1\nC,D,0\n"))),
            &["train.csv, line 62", "never closed", "double it"],
        ),
        (
            "a key that is missing",
            ("train.jsonl", bytes(format!("{jsonl}{{\"label\": 1, \"sentence1\": \"A\"}}\n"))),
            &["train.jsonl, line 61", "`sentence2` is empty"],
        ),
        (
            "text that is no text",
            ("train.jsonl", bytes(format!("{jsonl}{{\"label\": 1, \"sentence1\": \"A\", \"sentence2\": [1]}}\n"))),
            &["line 61", "`sentence2` is empty"],
        ),
        (
            "half an object",
            ("train.jsonl", bytes(format!("{jsonl}{{\"label\": 1,"))),
            &["train.jsonl, line 61: expected a JSON object"],
        ),
        ("no object", ("train.jsonl", bytes(format!("3\n{jsonl}"))), &["train.jsonl, line 1: expected a JSON object"]),
        (
            "a deep nest",
            ("train.jsonl", bytes(format!("{{\"a\": {}", "[".repeat(100_000)))),
            &["line 1: expected a JSON object: recursion limit"],
        ),
        (
            "an unknown label",
            ("train.tsv", bytes(format!("{tsv}maybe\t1\t2\tA\tB\n"))),
            &["line 62", "`Quality` is `maybe`, expected a whole number from 0 on"],
        ),
        (
            "a label that leaves a gap",
            ("train.csv", bytes(format!("{csv}A,B,3\n"))),
            &["no label in `label` is 2", "task.classes = [\"0\", \"1\", \"3\"]"],
        ),
        (
            "a column of another name",
            ("train.csv", bytes(csv.replace(",label", ",extra").replace("sentence1,", "label,"))),
            &["no column `sentence1`", "if it is `extra`, write task.sentence1 = \"extra\""],
        ),
        (
            "65 classes",
            ("train.csv", bytes((0..65).fold(csv.clone(), |text, class| format!("{text}A,B,{class}\n")))),
            &["train.csv: `label` has 65 distinct labels", "more than the 64 classes supported", "task.label"],
        ),
        (
            "a label that is a fraction",
            ("train.jsonl", bytes(jsonl.replace("\"label\":1", "\"label\":0.5"))),
            &["`label` is `0.5`, expected a whole number from 0 on; fractions are for regression"],
        ),
        (
            "a set that nobody labelled",
            ("train.jsonl", bytes(jsonl.replace("\"label\":1", "\"label\":-1").replace("\"label\":0", "\"label\":-1"))),
            &["the label is `-1`", "no labels", "use another set"],
        ),
        (
            "no labels at all",
            ("train.csv", one_class(&csv.replace(",0\n", ",\n"), ",1\n", ",\n")),
            &["train.csv, line 2: the label is nothing", "no labels", "use another set"],
        ),
        (
            "a class of two that nobody labelled",
            ("train.jsonl", bytes(jsonl.replace("\"label\":0", "\"label\":null"))),
            &["train.jsonl: every example has the label 1", "at least two classes"],
        ),
        (
            "bytes that are no text",
            ("train.tsv", spoilt(&tsv, b"1\t1\t2\tA\xff\tB\n")),
            &["train.tsv, line 62: not valid UTF-8; convert"],
        ),
        (
            "UTF-16",
            ("train.csv", csv.encode_utf16().flat_map(u16::to_le_bytes).collect()),
            &["train.csv: UTF-16, as Excel saves", "iconv -f UTF-16 -t UTF-8"],
        ),
        (
            "bytes that are no text, in JSON",
            ("train.jsonl", spoilt(&jsonl, b"{\"label\": 1, \"a\": \"\xc3\"}\n")),
            &["train.jsonl, line 61: not valid UTF-8"],
        ),
        ("a NUL byte", ("train.tsv", spoilt(&tsv, b"1\t1\t2\tA\0\tB\n")), &["train.tsv, line 62: contains a NUL byte"]),
        ("nothing", ("train.tsv", vec![]), &["train.tsv: the file is empty"]),
        ("blank lines", ("train.jsonl", b"\n \n".to_vec()), &["train.jsonl: the file is empty"]),
        (
            "a header alone",
            ("train.csv", b"sentence1,sentence2,label\n".to_vec()),
            &["train.csv: there is a header but no row"],
        ),
        (
            "a header alone, MRPC's",
            ("train.tsv", bytes(tsv.lines().take(1).collect())),
            &["train.tsv: there is a header but no row"],
        ),
        (
            "one class",
            ("train.tsv", one_class(&tsv, "\n1\t", "\n0\t")),
            &["train.tsv: every example has the label 0", "at least two classes"],
        ),
        (
            "one class, in CSV",
            ("train.csv", one_class(&csv, ",0\n", ",1\n")),
            &["train.csv: every example has the label 1"],
        ),
        (
            "columns of other names",
            ("train.csv", bytes(csv.replace("sentence1", "text1"))),
            &["no column `sentence1`", "found text1, sentence2, label", "task.sentence1"],
        ),
        (
            "two columns of one name",
            ("train.csv", bytes(csv.replace("sentence2", "sentence1"))),
            &["two columns are named `sentence1`"],
        ),
        (
            "a set of another name",
            ("training.tsv", bytes(tsv.clone())),
            &["has no training set", "train.tsv, train.csv, train.jsonl", "it has dev.tsv, training.tsv"],
        ),
        (
            "a column of fractions",
            ("train.parquet", columns(Values::Double(vec![0.5, 0.0]))),
            &["train.parquet, line 1: the label in `label` is `0.5`, expected a whole number", "regression"],
        ),
        (
            "labels that are none",
            ("train.parquet", columns(Values::Long(vec![-1, -1]))),
            &["train.parquet, line 1: the label is `-1`", "no labels"],
        ),
        (
            "half a Parquet file",
            ("train.parquet", whole[..whole.len() / 2].to_vec()),
            &["train.parquet: not a readable Parquet file", "is it whole?"],
        ),
        ("text as Parquet", ("train.parquet", bytes(tsv.clone())), &["not a readable Parquet file"]),
        (
            "Parquet of other columns",
            ("train.parquet", parquet(&[("premise", Values::Text(vec!["A"]))], Compression::SNAPPY)),
            &["train.parquet: no columns `hypothesis` and `label`, found premise"],
        ),
        ("an empty Parquet file", ("train.parquet", vec![]), &["train.parquet: the file is empty"]),
    ];
    for (what, (name, contents), words) in cases {
        let world = World::new();
        world.write_sets(&[("dev.tsv", &pairs(20, 2))]);
        fs::write(world.path("task").join(name), contents).unwrap();
        refuse(&world, what, &[], words);
    }
}

#[test]
fn folders_of_sets() {
    let (train, dev) = (pairs(60, 1), pairs(20, 2));
    let world = World::new();
    refuse(
        &world,
        "no folder",
        &["--set", "task.path=/no/such/folder"],
        &["task.path is /no/such/folder, which is not a folder"],
    );
    let spec = world.path("spec.toml").display().to_string();
    refuse(&world, "a file", &["--set", &format!("task.path={spec}")], &["spec.toml, which is not a folder"]);
    world.write_sets(&[("train.tsv", &train)]);
    refuse(&world, "nothing to validate on", &[], &["none of dev.tsv, dev.csv", "to validate on", "validation = 0.05"]);
    world.write_sets(&[("training.tsv", &train), ("test.tsv", &dev), ("train.xlsx", "PK")]);
    refuse(
        &world,
        "everything missing is reported at once",
        &["--set", "task.also_evaluate=[\"mismatched\"]"],
        &[
            "has no training set",
            "and none of dev.tsv",
            "validate on the test set: task.validation = \"test\"",
            "and none of dev_mismatched.tsv",
            "it has test.tsv, train.xlsx, training.tsv; save workbooks",
        ],
    );
    fs::create_dir(world.path("task/data")).unwrap();
    fs::write(world.path("task/data/train.json"), "").unwrap();
    refuse(&world, "a folder too high", &[], &["the folder `data` in it has a training set"]);
    world.write_sets(&[("train-00000-of-00002.csv", &csv(&train)), ("dev.tsv", &dev)]);
    refuse(&world, "half a set", &[], &["lacks train-00001-of-00002.csv", "2 parts"]);
    world.write_sets(&[("train.tsv", &train), ("train.csv", &csv(&train)), ("dev.tsv", &dev)]);
    refuse(&world, "one set in two formats", &[], &["train.tsv and", "train.csv exist; remove"]);
    world.write_sets(&[("train.tsv", &train), ("dev.tsv", &dev), ("validation.jsonl", &jsonl(&dev))]);
    refuse(&world, "one set under two names", &[], &["dev.tsv and", "validation.jsonl exist"]);
    let unlabelled = csv(&dev).replace(",1\n", ",-1\n").replace(",0\n", ",-1\n");
    world.write_sets(&[("train.tsv", &train), ("dev.tsv", &dev), ("test.csv", &unlabelled)]);
    refuse(&world, "validation without labels", &["--set", "task.validation=test"], &["test.csv", "the label is `-1`"]);
    refuse(
        &world,
        "a set and a model",
        &["--set", "task.name=demo"],
        &["task.name is `demo`", "leave one of them out"],
    );
    world.write_sets(&[("train.tsv", &train), ("dev.csv", &format!("{}A,B,2\n", csv(&dev)))]);
    refuse(
        &world,
        "more classes to validate on",
        &[],
        &["dev.csv, line 22: the label in `label` is `2`, expected a whole number from 0 to 1"],
    );
    world.write_sets(&[("train.tsv", &train), ("dev.tsv", "sentence\tlabel\nA\t0\nB\t1\n")]);
    refuse(&world, "single sentences to validate on", &[], &["one has sentence pairs and the other single sentences"]);
    world.write_sets(&[("train.tsv", &train), ("dev.tsv", &dev)]);
    fs::create_dir(world.path("task/dev.jsonl")).unwrap();
    fs::remove_file(world.path("task/dev.tsv")).unwrap();
    refuse(&world, "a folder in place of a set", &[], &["cannot read", "dev.jsonl"]);
}

/// An endless file and a pipe without a writer are refused at once.
#[cfg(unix)]
#[test]
fn files_that_are_none() {
    let cases: [Case<'_, (&str, &str)>; 4] = [
        ("a device as a set", ("task/train.tsv", "/dev/zero"), &["train.tsv: it is not a regular file"]),
        ("a device as weights", ("model/model.safetensors", "/dev/zero"), &["safetensors: it is not a regular file"]),
        ("a device as a vocabulary", ("model/vocab.txt", "/dev/zero"), &["vocab.txt: it is not a regular file"]),
        ("a device as a spec", ("spec.toml", "/dev/zero"), &["more than 1048576 bytes"]),
    ];
    for (what, (name, target), words) in cases {
        let world = World::new();
        fs::remove_file(world.path(name)).unwrap();
        std::os::unix::fs::symlink(target, world.path(name)).unwrap();
        refuse(&world, what, &[], words);
    }
    let world = World::new();
    let set = world.path("task/dev.tsv");
    fs::remove_file(&set).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&set).status().unwrap().success());
    refuse(&world, "a pipe as a set", &[], &["dev.tsv: it is not a regular file"]);
}

#[test]
fn what_a_terminal_would_obey_is_spelled_out() {
    let world = World::new();
    let tsv = pairs(60, 1) + "\u{1b}]0;title\u{7}\t1\t2\tA\tB\n";
    world.write_sets(&[("train.tsv", &tsv), ("dev.tsv", &pairs(20, 2))]);
    refuse(&world, "escapes as a label", &[], &["`Quality` is `\\u{1b}]0;title\\u{7}`, expected a whole number"]);
}
