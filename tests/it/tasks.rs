//! Every task of GLUE in its own layout, by name and from folders; their classes, and the scores that fit them.

use crate::support::parquet_file::{Values, parquet};
use crate::support::{Finished, World, histories, pairs};
use batchscope::data::{Example, Sets, find_in_folder, read_files};
use batchscope::domain::glue::GlueTask;
use batchscope::domain::metric::Metric;
use batchscope::domain::spec::{NamedSet, Spec};
use batchscope::spec_file::parse;
use batchscope::store::Store;
use parquet::basic::Compression;
use std::fs;
use std::path::Path;

/// A training set in the layout of a task's own files, and its first two examples.
struct Layout {
    task: &'static str,
    train: String,
    first: (u32, &'static str, Option<&'static str>),
    second: (u32, &'static str, Option<&'static str>),
}

/// Rows with as many values as the header; missing ones are filled in.
fn table(header: &str, rows: &[&[(&str, &str)]]) -> String {
    let mut text = format!("{header}\n");
    for row in rows {
        let value = |column: &str| row.iter().find(|(name, _)| *name == column).map_or("x", |(_, value)| value);
        text += &(header.split('\t').map(value).collect::<Vec<_>>().join("\t") + "\n");
    }
    text
}

const MNLI: &str = "index\tpromptID\tpairID\tgenre\tsentence1_binary_parse\tsentence2_binary_parse\tsentence1_parse\t\
                    sentence2_parse\tsentence1\tsentence2\tlabel1";

fn layouts() -> [Layout; 8] {
    let inference = |header: &str, label: &str| {
        table(
            header,
            &[
                &[("sentence1", "\" He left"), ("sentence2", "He went"), (label, "entailment")],
                &[("sentence1", "He left"), ("sentence2", "He \"stayed"), (label, "not_entailment")],
            ],
        )
    };
    [
        Layout {
            task: "cola",
            train: "gj04\t1\t\tOur friends left.\ngj04\t0\t*\tLeft friends our.\n".into(),
            first: (1, "Our friends left.", None),
            second: (0, "Left friends our.", None),
        },
        Layout {
            task: "sst2",
            train: "sentence\tlabel\nhide new secretions \t0\ngenerates \" warmth \t1\n".into(),
            first: (0, "hide new secretions", None),
            second: (1, "generates \" warmth", None),
        },
        Layout {
            task: "mrpc",
            train:
                "\u{feff}Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\r\n1\t1\t2\t\"A .\tB .\r\n0\t3\t4\tC .\tD .\r\n"
                    .into(),
            first: (1, "\"A .", Some("B .")),
            second: (0, "C .", Some("D .")),
        },
        Layout {
            task: "qqp",
            train: table(
                "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate",
                &[
                    &[("question1", "Why?"), ("question2", "How?"), ("is_duplicate", "0")],
                    &[("question1", "Why \"so?"), ("question2", "Why?"), ("is_duplicate", "1")],
                ],
            ),
            first: (0, "Why?", Some("How?")),
            second: (1, "Why \"so?", Some("Why?")),
        },
        Layout {
            task: "mnli",
            train: table(
                &format!("{MNLI}\tgold_label"),
                &[
                    &[("sentence1", "P"), ("sentence2", "H"), ("label1", "entailment"), ("gold_label", "neutral")],
                    &[("sentence1", "Q"), ("sentence2", "I"), ("label1", "neutral"), ("gold_label", "contradiction")],
                    &[("sentence1", "R"), ("sentence2", "J"), ("label1", "neutral"), ("gold_label", "entailment")],
                ],
            ),
            first: (1, "P", Some("H")),
            second: (2, "Q", Some("I")),
        },
        Layout {
            task: "qnli",
            train: table(
                "index\tquestion\tsentence\tlabel",
                &[
                    &[("question", "When?"), ("sentence", "In May."), ("label", "entailment")],
                    &[("question", "Who?"), ("sentence", "In May."), ("label", "not_entailment")],
                ],
            ),
            first: (0, "When?", Some("In May.")),
            second: (1, "Who?", Some("In May.")),
        },
        Layout {
            task: "rte",
            train: inference("index\tsentence1\tsentence2\tlabel", "label"),
            first: (0, "\" He left", Some("He went")),
            second: (1, "He left", Some("He \"stayed")),
        },
        Layout {
            task: "wnli",
            train: table(
                "index\tsentence1\tsentence2\tlabel",
                &[
                    &[("sentence1", "It fell."), ("sentence2", "The cup fell."), ("label", "1")],
                    &[("sentence1", "It fell."), ("sentence2", "The man fell."), ("label", "0")],
                ],
            ),
            first: (1, "It fell.", Some("The cup fell.")),
            second: (0, "It fell.", Some("The man fell.")),
        },
    ]
}

fn example((label, first, second): (u32, &str, Option<&str>)) -> Example {
    Example { label, first: first.into(), second: second.map(str::to_owned) }
}

fn spec(task: &str) -> Spec {
    parse("a.toml", &format!("[task]\n{task}\n[model]\nsource = \"embedded\"\n"), &[]).unwrap()
}

fn sets(folder: &Path, name: Option<&str>, more: &str) -> Sets {
    let named = name.map_or(String::new(), |name| format!("name = \"{name}\"\n"));
    let task = spec(&format!("path = \"{}\"\n{named}{more}", folder.display())).task;
    let files = find_in_folder(folder, &task).unwrap();
    read_files(&files, &task, name.map(|name| GlueTask::named(name).unwrap())).unwrap()
}

#[test]
fn every_task_is_read_in_its_own_layout_by_name_and_recognised_without() {
    for Layout { task, train, first, second } in layouts() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("train.tsv"), &train).unwrap();
        let dev = if task == "mnli" { "dev_matched.tsv" } else { "dev.tsv" };
        fs::write(folder.path().join(dev), &train).unwrap();
        let named = sets(folder.path(), Some(task), "");
        assert_eq!(named.train[..2], [example(first), example(second)], "{task}");
        assert_eq!(named.validation.as_ref(), Some(&named.train), "{task}");
        assert_eq!(named.classes.names(), GlueTask::named(task).unwrap().classes, "{task}");
        let recognised = sets(folder.path(), None, "");
        assert_eq!(recognised.train, named.train, "{task}");
    }
}

#[test]
fn mnlis_two_sets_to_validate_on_have_more_columns_than_its_training_set() {
    let folder = tempfile::tempdir().unwrap();
    let layouts = layouts();
    let train = layouts.iter().find(|layout| layout.task == "mnli").unwrap();
    fs::write(folder.path().join("train.tsv"), &train.train).unwrap();
    let header = format!("{MNLI}\tlabel2\tlabel3\tlabel4\tlabel5\tgold_label");
    for (name, sentence) in [("dev_matched.tsv", "matched"), ("dev_mismatched.tsv", "mismatched")] {
        let row: &[(&str, &str)] = &[("sentence1", sentence), ("sentence2", "H"), ("gold_label", "contradiction")];
        fs::write(folder.path().join(name), table(&header, &[row])).unwrap();
    }
    let sets = sets(folder.path(), Some("mnli"), "validation = \"matched\"\nalso_evaluate = [\"mismatched\"]");
    assert_eq!(sets.validation, Some(vec![example((2, "matched", Some("H")))]));
    assert_eq!(sets.further_sets, [(NamedSet::Mismatched, vec![example((2, "mismatched", Some("H")))])]);
}

#[test]
fn mrpc_as_its_authors_hand_it_out_is_read_unless_glues_own_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let header = "\u{feff}Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\r\n";
    let set = |first: &str| format!("{header}1\t1\t2\t{first}\tB .\r\n0\t3\t4\tC .\tD .\r\n");
    fs::write(folder.path().join("msr_paraphrase_train.txt"), set("train")).unwrap();
    fs::write(folder.path().join("msr_paraphrase_test.txt"), set("test")).unwrap();
    let read = |more: &str| sets(folder.path(), Some("mrpc"), more);
    let on_test = read("validation = \"test\"");
    assert_eq!(on_test.train[0], example((1, "train", Some("B ."))));
    assert_eq!(on_test.validation.unwrap()[0], example((1, "test", Some("B ."))));
    let task = spec(&format!("path = \"{}\"\nname = \"mrpc\"", folder.path().display())).task;
    let no_dev = find_in_folder(folder.path(), &task).unwrap_err().to_string();
    assert!(no_dev.contains("none of dev.tsv") && no_dev.contains("task.validation = \"test\""), "{no_dev}");
    fs::write(folder.path().join("train.tsv"), set("glue")).unwrap();
    assert_eq!(read("validation = 0.5").train[0], example((1, "glue", Some("B ."))));
}

#[test]
fn labels_that_are_words_count_as_the_spec_says() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["train.csv", "dev.csv"] {
        fs::write(folder.path().join(name), "review,stars\nfine,same\npoor,other\n").unwrap();
    }
    let columns = "sentence = \"review\"\nlabel = \"stars\"\n";
    assert_eq!(sets(folder.path(), None, columns).classes.names(), ["other", "same"]);
    let given = sets(folder.path(), None, &format!("{columns}classes = [\"same\", \"other\"]"));
    assert_eq!(given.train, [example((0, "fine", None)), example((1, "poor", None))]);
}

/// A sentence of the tiny model's words.
fn words(number: u32) -> String {
    format!("w{} w{} w{}", 5 + number % 90, 6 + number * 7 % 90, 5 + number * 3 % 90)
}

fn results(world: &World) -> Vec<serde_json::Value> {
    let runs = Store::open(&world.store()).unwrap().runs().unwrap();
    let read = |path: std::path::PathBuf| serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    runs.iter().map(|(run, _)| read(run.path().join("result.json"))).collect()
}

const ONE_RUN: [&str; 4] = ["--set", "train.batch_sizes=[8]", "--set", "train.instances=1"];

#[test]
fn single_sentences_of_cola_are_trained_and_scored_by_matthews() {
    let world = World::new();
    let row = |number: u32| {
        let (label, mark) = if number.is_multiple_of(3) { ("0", "*") } else { ("1", "") };
        format!("gj04\t{label}\t{mark}\t{}\n", words(number))
    };
    let rows = |from: u32, to: u32| (from..to).map(row).collect::<String>();
    world.write_sets(&[("train.tsv", &rows(0, 48)), ("dev.tsv", &rows(48, 72))]);
    let arguments = [&ONE_RUN[..], &["--set", "task.name=cola"]].concat();
    let finished = world.run(&arguments).expect(0);
    assert!(finished.out.contains("  Matthews "), "{}", finished.out);
    let points = histories(&world.store())[&(8, 0)].points(Metric::ValidMatthews);
    assert!(points.len() == 3 && points.iter().all(|(_, value)| (-1.0..=1.0).contains(value)), "{points:?}");
    assert_eq!(results(&world)[0]["matthews"], points[2].1);
    assert!(
        world.batchscope(&["export", "--format", "csv", "--output", "-"]).expect(0).out.contains(",valid,matthews,")
    );
}

#[test]
fn three_classes_are_trained_and_leave_with_their_names() {
    let world = World::new();
    let names = ["entailment", "neutral", "contradiction"];
    let header = format!("{MNLI}\tgold_label");
    let set = |from: u32, to: u32| {
        let rows = (from..to).map(|n| (words(n), words(n + 1), names[n as usize % 3])).collect::<Vec<_>>();
        let rows: Vec<[(&str, &str); 3]> = rows
            .iter()
            .map(|(a, b, label)| [("sentence1", &**a), ("sentence2", &**b), ("gold_label", *label)])
            .collect();
        table(&header, &rows.iter().map(|row| &row[..]).collect::<Vec<_>>())
    };
    let (train, matched, mismatched) = (set(0, 48), set(48, 72), set(60, 90));
    world.write_sets(&[("train.tsv", &train), ("dev_matched.tsv", &matched), ("dev_mismatched.tsv", &mismatched)]);
    let task = ["--set", "task.name=mnli", "--set", "task.also_evaluate=[\"mismatched\"]"];
    // the tiny model brings a classifier of two classes along
    let fresh = world.run(&[&ONE_RUN[..], &task, &["--set", "model.head=keep"]].concat()).expect(2).err;
    assert!(
        fresh.contains("the classifier cannot be kept: the checkpoint's classifier has 2 classes, the task 3"),
        "{fresh}"
    );
    world.run(&[&ONE_RUN[..], &task, &["--set", "model.source=embedded"]].concat()).expect(0);
    let (run, spec) = Store::open(&world.store()).unwrap().runs().unwrap().remove(0);
    assert_eq!((spec.data.classes, spec.data.further_sets[0].examples), (3, 30));
    let result = &results(&world)[0];
    assert!((-1.0..=1.0).contains(&result["matthews"].as_f64().unwrap()), "Gorodkin's, of more than two classes");
    assert!((0.0..=1.0).contains(&result["macro_f1"].as_f64().unwrap()));
    assert_eq!(result.get("f1").and_then(serde_json::Value::as_f64), None, "it is of class 1");
    assert_eq!(result["also"][0][0], "mismatched");
    assert!((0.0..=1.0).contains(&result["also"][0][1]["accuracy"].as_f64().unwrap()));
    assert!(run.path().join("attempts/1/eval/mismatched").is_dir());
    let table = world.batchscope(&["export", "--format", "csv", "--output", "-"]).expect(0).out;
    assert!(table.contains(",mismatched,macro_f1,") && !table.contains(",f1,"), "{table}");
    let shown = world.batchscope(&["runs", "show", spec_digits(&run)]).expect(0).out;
    assert!(shown.contains("on mismatched: accuracy"), "{shown}");
    let output = world.path("exported");
    let export = ["export", "--format", "checkpoint", "--run", spec_digits(&run), "--output", output.to_str().unwrap()];
    world.batchscope(&export).expect(0);
    let config: serde_json::Value = serde_json::from_slice(&fs::read(output.join("config.json")).unwrap()).unwrap();
    assert_eq!(config["id2label"]["2"], "contradiction");
    assert_eq!(config["num_labels"], 3);
}

fn spec_digits(run: &batchscope::store::RunFolder) -> &str {
    run.path().file_name().and_then(std::ffi::OsStr::to_str).unwrap()
}

#[test]
fn rows_of_qqp_that_lack_something_are_passed_over_and_counted() {
    let world = World::new();
    let header = "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n";
    let row = |n: u32| format!("{n}\t1\t2\t{} ?\t{} ?\t{}\n", words(n), words(n + 1), n % 2);
    let rows = |from: u32, to: u32| (from..to).map(row).collect::<String>();
    let train = format!("{header}{}177402\t1\t2\tw5 ?\n{}", rows(0, 60), rows(60, 120));
    world.write_sets(&[("train.tsv", &train), ("dev.tsv", &format!("{header}{}", rows(120, 140)))]);
    let finished = world.run(&[&ONE_RUN[..], &["--set", "task.name=qqp"]].concat()).expect(0);
    assert!(finished.err.contains("train.tsv: skipped 1 row that lacks a sentence or a label"), "{}", finished.err);
}

/// A table of so many rows with these labels, over and over.
fn labelled(labels: &[&str], rows: std::ops::Range<u32>) -> String {
    let row = |n: u32| format!("{}\t{}\t{}\n", words(n), words(n + 1), labels[n as usize % labels.len()]);
    rows.fold("sentence1\tsentence2\tlabel\n".to_owned(), |text, number| text + &row(number))
}

#[test]
fn rows_without_a_gold_label_are_left_out_and_the_run_is_that_of_the_rest() {
    let (world, clean) = (World::new(), World::new());
    let (train, dev) = (labelled(&["0", "1"], 0..60), labelled(&["0", "1"], 60..90));
    clean.write_sets(&[("train.tsv", &train), ("dev.tsv", &dev)]);
    // as pandas writes a column with gaps, one of them in GLUE's way
    let floats = train.replace("\t0\n", "\t0.0\n").replace("\t1\n", "\t1.0\n");
    world.write_sets(&[("train.tsv", &format!("{floats}w5\tw6\t-1\n")), ("dev.tsv", &format!("{dev}w5\tw6\tNaN\n"))]);
    let said = world.run(&ONE_RUN).expect(0).err;
    assert!(said.contains("train.tsv: left out 1 row without a label (line 62)"), "{said}");
    assert!(said.contains("dev.tsv: left out 1 row without a label (line 32)"), "{said}");
    clean.run(&ONE_RUN).expect(0);
    let run = |world: &World| Store::open(&world.store()).unwrap().runs().unwrap().remove(0).0.path().to_owned();
    assert_eq!(run(&world).file_name(), run(&clean).file_name());
    let shown = run(&world).file_name().unwrap().to_str().unwrap().to_owned();
    let shown = world.batchscope(&["runs", "show", &shown]).expect(0).out;
    assert!(shown.contains("left out 1 row without a label (line 62)"), "{shown}");
}

#[test]
fn files_as_people_have_them_make_the_same_run() {
    let (train, dev) = (labelled(&["0", "1"], 0..60), labelled(&["0", "1"], 60..90));
    let digest = |sets: &[(&str, &str)]| {
        let world = World::new();
        world.write_sets(sets);
        let said = world.run(&ONE_RUN).expect(0).err;
        (Store::open(&world.store()).unwrap().runs().unwrap().remove(0).0.path().file_name().unwrap().to_owned(), said)
    };
    let (expected, _) = digest(&[("train.tsv", &train), ("dev.tsv", &dev)]);
    let excel = format!("\u{feff}{}", train.replace('\t', ";").replace('\n', "\r\n"));
    let (found, said) = digest(&[("train.csv", &excel), ("valid.txt", &dev)]);
    assert_eq!(found, expected);
    assert!(
        said.contains("train.csv: the header has no comma but two semicolons: reading it as separated by"),
        "{said}"
    );
    let (header, rows) = train.split_once('\n').unwrap();
    let (first, second) = rows.split_at(rows.len() / 2 + rows[rows.len() / 2..].find('\n').unwrap() + 1);
    let parts = [first, second].map(|rows| format!("{header}\n{rows}"));
    let sets = [("train-00000-of-00002.tsv", &*parts[0]), ("train-00001-of-00002.tsv", &parts[1]), ("val.tab", &dev)];
    assert_eq!(digest(&sets).0, expected);
    let objects: Vec<_> = train.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>()).collect();
    let objects =
        objects.iter().map(|row| serde_json::json!({"sentence1": row[0], "sentence2": row[1], "label": row[2]}));
    let array = serde_json::to_string_pretty(&objects.collect::<Vec<_>>()).unwrap();
    assert_eq!(digest(&[("train.json", &array), ("dev.tsv", &dev)]).0, expected);
}

#[test]
fn four_classes_are_scored_by_macro_f1_and_one_alone_is_warned_of() {
    let world = World::new();
    let (train, dev) = (labelled(&["a", "b", "c", "d"], 0..60), labelled(&["c"], 60..70));
    world.write_sets(&[("train.tsv", &train), ("dev.tsv", &dev)]);
    let finished = world.run(&[&ONE_RUN[..], &["--set", "model.source=embedded-random"]].concat()).expect(0);
    assert!(
        finished.err.contains("dev.tsv: every example has the label c: scores only show how often"),
        "{}",
        finished.err
    );
    assert!(finished.out.contains("macro F1") && !finished.out.contains("  F1"), "{}", finished.out);
    let shown = world.batchscope(&["runs", "--columns", "macro_f1,matthews"]).expect(0).out;
    assert!(shown.contains("0.0000"), "one class correlates with nothing: {shown}");
}

/// A cache as the hub's tools leave it, with a task that has two examples of each class.
fn cache_of(world: &World, task: &str, test_label: i64) {
    let commit = "0123456789012345678901234567890123456789";
    let repository = world.path("hf/hub/datasets--nyu-mll--glue");
    let folder = repository.join("snapshots").join(commit).join(task);
    fs::create_dir_all(&folder).unwrap();
    fs::create_dir_all(repository.join("refs")).unwrap();
    fs::write(repository.join("refs/main"), commit).unwrap();
    let sentences: Vec<String> = (0..40).map(words).collect();
    let column = |shift: usize| (0..40).map(|place| sentences[(place + shift) % 40].as_str()).collect::<Vec<_>>();
    for (set, label) in [("train", None), ("validation", None), ("test", Some(test_label))] {
        let labels = (0..40).map(|number| label.unwrap_or(number % 2)).collect();
        let columns = [
            ("sentence1", Values::Text(column(0))),
            ("sentence2", Values::Text(column(1))),
            ("label", Values::Long(labels)),
            ("idx", Values::Int((0..40).collect())),
        ];
        fs::write(folder.join(format!("{set}-00000-of-00001.parquet")), parquet(&columns, Compression::SNAPPY))
            .unwrap();
    }
}

fn run_by_name(world: &World, task: &str, arguments: &[&str]) -> Finished {
    let text = format!(
        "[task]\nname = \"{task}\"\nmax_length = 40\n[model]\nsource = \"model\"\n[train]\nbatch_sizes = [8]\ninstances = 1\n"
    );
    fs::write(world.path("spec.toml"), text).unwrap();
    let mut command = world.command(arguments);
    Finished::of(command.env("HF_HOME", world.path("hf")).env("HF_HUB_OFFLINE", "1"))
}

#[test]
fn a_task_by_its_name_alone_is_the_hubs() {
    let world = World::new();
    cache_of(&world, "rte", -1);
    run_by_name(&world, "RTE", &[]).expect(0);
    assert!(results(&world)[0]["accuracy"].is_number());
    let test = run_by_name(&world, "rte", &["--set", "task.validation=test"]).expect(2).err;
    assert!(
        test.contains("test-00000-of-00001.parquet, line 1: the label is `-1`: these examples have no labels"),
        "{test}"
    );
    let missing = run_by_name(&world, "wnli", &[]).expect(2).err;
    assert!(missing.contains("wnli/train-00000-of-00001.parquet") && missing.contains("task.path"), "{missing}");
    let other = run_by_name(&world, "rte", &["--set", "task.validation=mismatched"]).expect(2).err;
    assert!(other.contains("only mnli has matched and mismatched"), "{other}");
}

#[test]
fn further_sets_are_scored_once_at_the_end_and_make_runs_of_their_own() {
    let world = World::new();
    world.write_sets(&[("train.tsv", &pairs(60, 1)), ("dev.tsv", &pairs(20, 2))]);
    let split = [&ONE_RUN[..], &["--set", "task.validation=0.2"]].concat();
    world.run(&split).expect(0);
    let also = [&split[..], &["--set", "task.also_evaluate=[\"dev\"]"]].concat();
    let said = world.run(&also).expect(0).out;
    assert_eq!(said.matches("on dev  accuracy").count(), 1, "{said}");
    let results = results(&world);
    assert_eq!(results.len(), 2, "what is scored is part of what a run is");
    let accuracy = |with: bool| {
        results.iter().find(|result| result.get("also").is_some() == with).map(|result| result["accuracy"].clone())
    };
    assert_eq!(accuracy(true), accuracy(false), "it changes nothing of the run");
}

#[test]
fn a_preset_is_a_spec_to_start_from() {
    let world = World::new();
    let init = |name: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_batchscope"));
        Finished::of(command.args(["init", name]))
    };
    for name in ["demo", "mrpc", "mrpc-dev", "mnli-lr", "why-batch-size"] {
        let text = init(name).expect(0).out;
        let spec = parse("mine.toml", &text, &[]).unwrap();
        assert_eq!(spec.name, name);
        assert!(text.contains("# "), "a preset explains itself");
    }
    let said = init("mnli").expect(2).err;
    assert!(
        said.contains("`mnli` is neither a preset (demo, mrpc,") && said.contains("did you mean `mnli-lr`?"),
        "{said}"
    );
    assert!(init("mrcp").expect(2).err.contains("did you mean `mrpc`?"));
    assert!(!world.store().exists());
}
