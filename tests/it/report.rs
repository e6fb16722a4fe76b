//! The report of a store: its contents, its text, and the cost of a look.

use crate::support::{Finished, World, pairs};
use batchscope::domain::run::DropoutRates;
use batchscope::export::report;
use batchscope::plan::known_causes;
use batchscope::stats::{
    Cause, Estimate, Evidence, Look, Outcome, Outcomes, Proof, Question, judge, levels, ratio_interval,
};
use batchscope::store::Store;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};

/// A sweep of two arms at batch sizes 2 and 8.
fn world() -> World {
    let world = World::new();
    // so many that the planted accuracies need not be multiples of one example
    fs::write(world.path("task/dev.tsv"), pairs(1000, 2)).unwrap();
    world.write_spec(
        "[train]\nbatch_sizes = [2, 8]\ninstances = 3\nepochs = 1\nlearning_rate = 1e-3\n\
         [arms]\nno-dropout = { dropout = \"off\" }\nforgotten = { dropout_at_evaluation = true }\n",
    );
    world
}

fn batchscope(world: &World, arguments: &[&str]) -> Finished {
    let mut command = Command::new(env!("CARGO_BIN_EXE_batchscope"));
    Finished::of(command.args(arguments).arg("--store").arg(world.store()))
}

fn answer(world: &World, arguments: &[&str]) -> Value {
    let finished = batchscope(world, &[&["report", "--json"], arguments].concat()).expect(0);
    serde_json::from_str(&finished.out).unwrap()
}

/// Final accuracy of an arm's instance, in a store whose truth is planted: without dropout half of the slope is gone,
/// left on at evaluation it doubles.
fn planted(arm: &str, batch_size: u32, iid: u32) -> f64 {
    let wobble = [0.0, 0.001, -0.002, 0.0015, 0.0005][iid as usize % 5];
    let own = [0.0, 0.0007, 0.0002, -0.0004, 0.0009][(iid as usize + arm.len()) % 5];
    let slope = match arm {
        "no-dropout" => -0.01,
        "forgotten" => -0.04,
        _ => -0.02,
    };
    0.9 + (slope + wobble) * f64::from(batch_size).log2() + own * f64::from(batch_size)
}

/// Writes planted accuracies over the real ones.
fn plant(world: &World) {
    for (folder, spec) in Store::open(&world.store()).unwrap().runs().unwrap() {
        let arm = match () {
            () if spec.dropout == DropoutRates::OFF => "no-dropout",
            () if spec.dropout_at_evaluation => "forgotten",
            () => "baseline",
        };
        let path = folder.path().join("result.json");
        let mut result: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        result["accuracy"] = planted(arm, spec.batch_size, spec.iid).into();
        fs::write(path, result.to_string()).unwrap();
    }
}

/// Slopes per doubling of an arm's instances over batch sizes 2 and 8, two doublings apart.
fn slopes(arm: &str, instances: u32) -> Vec<f64> {
    (0..instances).map(|iid| (planted(arm, 8, iid) - planted(arm, 2, iid)) / 2.0).collect()
}

#[track_caller]
fn same(ours: &Value, theirs: f64) {
    let ours = ours.as_f64().unwrap();
    assert!((ours - theirs).abs() < 1e-9, "{ours} is not {theirs}");
}

/// What `report --json` must say of this many planted instances after looks at fewer.
#[track_caller]
fn check(answer: &Value, instances: u32, earlier: &[u32]) {
    let look = |instances: u32| Look {
        instances: instances as usize,
        causes: 2,
        batch_sizes: vec![2, 8],
        changes: vec!["dropout=off".into(), "dropout_at_evaluation=true".into()],
    };
    let levels = levels(&earlier.iter().copied().map(look).collect::<Vec<_>>(), &look(instances));
    assert_eq!((&answer["look"], &answer["planned"]), (&(earlier.len() + 1).into(), &instances.into()));
    same(&answer["effect"]["alpha"], levels.effect);
    same(&answer["effect"]["level"], 1.0 - levels.effect);
    let [baseline, removed, forgotten] = ["baseline", "no-dropout", "forgotten"].map(|arm| slopes(arm, instances));
    let effect = Estimate::of(&baseline).unwrap();
    let interval = effect.interval(levels.effect).unwrap();
    same(&answer["effect"]["slope"], effect.mean);
    same(&answer["effect"]["low"], interval.low);
    same(&answer["effect"]["high"], interval.high);
    assert_eq!(answer["effect"]["n"], instances);
    let alpha = levels.causes[0];
    same(&answer["causes"][1]["alpha"], alpha);
    let lost: Vec<f64> = baseline.iter().zip(&removed).map(|(from, to)| from - to).collect();
    let share = ratio_interval(&lost, &baseline, alpha).bounded().unwrap();
    let cause = &answer["causes"][0];
    assert_eq!(
        (&cause["arm"], &cause["cause"], &cause["kind"]),
        (&"no-dropout".into(), &"dropout".into(), &"removal".into())
    );
    same(&cause["slope"], Estimate::of(&removed).unwrap().mean);
    same(&cause["share"], 1.0 - Estimate::of(&removed).unwrap().mean / effect.mean);
    same(&cause["low"], share.low);
    same(&cause["high"], share.high);
    assert!(cause["change"].is_null());
    let gained: Vec<f64> = forgotten.iter().zip(&baseline).map(|(to, from)| to - from).collect();
    let change = Estimate::of(&gained).unwrap();
    let cause = &answer["causes"][1];
    assert_eq!((&cause["cause"], &cause["kind"]), (&"dropout_at_evaluation".into(), &"introduction".into()));
    same(&cause["change"], change.mean);
    same(&cause["low"], change.interval(alpha).unwrap().low);
    same(&cause["high"], change.interval(alpha).unwrap().high);
    assert!(cause["share"].is_null());
    assert_eq!(cause["n"], instances);
}

#[test]
fn the_answer_follows_from_the_store_and_adding_instances_is_another_look() {
    let world = world();
    world.run(&[]).expect(0);
    plant(&world);
    // the answer needs neither the data nor the model nor the spec
    for gone in ["task", "model"] {
        fs::rename(world.path(gone), world.path(&format!("{gone} elsewhere"))).unwrap();
    }
    let first = answer(&world, &[]);
    check(&first, 3, &[]);
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&first), ["answer", "causes", "classifier", "complete", "effect", "look", "planned"]);
    let of_effect = "alpha curve detectable high learns level log_odds_high log_odds_low low n needed over_examples p \
                     shown slope";
    assert_eq!(keys(&first["effect"]).join(" "), of_effect);
    let of_cause = "alpha arm cause change detectable high kind level log_odds log_odds_high log_odds_low low n needed over_examples p \
                    p_of share slope verdict";
    assert_eq!(keys(&first["causes"][0]).join(" "), of_cause);
    let spec = world.path("spec.toml");
    assert_eq!(answer(&world, &[spec.to_str().unwrap()]), first, "asked for by its spec, and looked at again");
    assert_eq!(answer(&world, &["--experiment", "tiny"]), first, "asked for by its name");

    for gone in ["task", "model"] {
        fs::rename(world.path(&format!("{gone} elsewhere")), world.path(gone)).unwrap();
    }
    world.run(&["--set", "train.instances=5", "--workers", "2"]).expect(0);
    plant(&world);
    check(&answer(&world, &[]), 5, &[3]);
    let page = batchscope(&world, &["report"]).expect(0).out;
    assert!(page.contains("This is look 2 at 5 planned instances."), "{page}");
}

#[test]
fn an_incomplete_sweep_gets_no_verdict_and_costs_no_look() {
    let world = world();
    world.run(&[]).expect(0);
    plant(&world);
    let (folder, _) = Store::open(&world.store())
        .unwrap()
        .runs()
        .unwrap()
        .into_iter()
        .find(|(_, spec)| spec.iid == 2 && spec.dropout != DropoutRates::OFF && !spec.dropout_at_evaluation)
        .unwrap();
    fs::remove_file(folder.path().join("result.json")).unwrap();
    let early = answer(&world, &[]);
    for cause in early["causes"].as_array().unwrap() {
        assert_eq!(cause["verdict"], "preliminary, 2 of 3");
        // a proof needs no instances
        assert_eq!(cause["n"], if cause["kind"] == "proof" { Value::Null } else { 2.into() });
    }
    let said = batchscope(&world, &["report"]).expect(0).err;
    assert!(said.contains("17 of 18 planned runs are finished"), "{said}");
    assert!(early["answer"].as_str().unwrap().starts_with("Preliminary, 2 of 3 instances"), "{early}");
    let experiments = world.store().join("experiments");
    let looks = fs::read_dir(experiments).unwrap().next().unwrap().unwrap().path().join("changes/1.json");
    assert!(!looks.exists());
    world.run(&[]).expect(0);
    plant(&world);
    check(&answer(&world, &[]), 3, &[]);
    assert!(looks.exists());
}

#[test]
fn looks_of_concurrent_processes_are_all_counted() {
    let world = world();
    world.run(&["--set", "train.instances=6"]).expect(0);
    let spec = world.path("spec.toml");
    let look = |instances: u32| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_batchscope"));
        command.args(["report", "--json"]).arg(&spec).arg("--set").arg(format!("train.instances={instances}"));
        command.arg("--store").arg(world.store()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    };
    // each of four looks by three processes
    let looking: Vec<_> = (0..12).map(|process| look(3 + process % 4)).collect();
    for process in looking {
        let finished = Finished::of_child(process).expect(0);
        assert!(!finished.err.contains("cannot be counted"), "{}", finished.err);
    }
    let store = Store::open(&world.store()).unwrap();
    let [(experiment, _)] = &store.specs().unwrap()[..] else { panic!("one experiment") };
    let mut instances: Vec<usize> = store.looks(experiment).unwrap().iter().map(|look| look.instances).collect();
    instances.sort_unstable();
    assert_eq!(instances, [3, 4, 5, 6]);
}

/// Runs on other data may share every setting. The recorded inputs of the experiment distinguish them.
#[test]
fn experiments_with_equal_settings_differ_by_their_inputs() {
    let world = world();
    world.run(&[]).expect(0);
    plant(&world);
    let before = answer(&world, &[]);
    let other = fs::read_to_string(world.path("spec.toml")).unwrap().replace("max_length = 40", "max_length = 9");
    fs::write(world.path("other.toml"), other.replace("\"tiny\"", "\"other\"")).unwrap();
    batchscope(&world, &["run", world.path("other.toml").to_str().unwrap()]).expect(0);
    assert_eq!(Store::open(&world.store()).unwrap().runs().unwrap().len(), 36);
    assert_eq!(answer(&world, &["--experiment", "tiny"]), before);

    let several = batchscope(&world, &["report"]).expect(2);
    assert!(several.err.contains("choose one with --experiment NAME"), "{}", several.err);
    assert!(several.err.contains("\n  other-") && several.err.contains("\n  tiny-"), "{}", several.err);
    let unknown = batchscope(&world, &["report", "--experiment", "mine"]).expect(2);
    assert!(unknown.err.contains("no experiment `mine`"), "{}", unknown.err);

    // without recorded inputs, the data decides; if that is gone too, the runs cannot be distinguished
    for experiment in fs::read_dir(world.store().join("experiments")).unwrap() {
        fs::remove_file(experiment.unwrap().path().join("inputs.json")).unwrap();
    }
    assert_eq!(answer(&world, &["--experiment", "tiny"]), before);
    fs::remove_dir_all(world.path("task")).unwrap();
    let ambiguous = batchscope(&world, &["report", "--experiment", "tiny"]).expect(2);
    assert!(ambiguous.err.contains("runs of 2 different data sets or models"), "{}", ambiguous.err);
}

#[test]
fn an_arm_is_not_judged_if_it_is_unknown_whether_it_learns() {
    let world = world();
    world.run(&[]).expect(0);
    plant(&world);
    let known = answer(&world, &[]);
    assert!(known["causes"][0]["verdict"].is_string());
    let experiment = fs::read_dir(world.store().join("experiments")).unwrap().next().unwrap().unwrap().path();
    fs::remove_file(experiment.join("inputs.json")).unwrap();
    assert_eq!(answer(&world, &[]), known, "the data is there to tell");
    fs::remove_dir_all(world.path("task")).unwrap();
    let unknown = answer(&world, &[]);
    assert!(unknown["causes"][0]["verdict"].is_null());
    assert!(unknown["answer"].as_str().unwrap().contains("the data folder would tell"), "{unknown}");
    assert!(unknown["causes"][1]["verdict"].is_null(), "an introduction that does not learn says as little");
}

/// To look, and then to drop what did not please, would make the rest look surer than it is.
#[test]
fn a_cause_that_is_left_out_after_a_look_still_counts() {
    let world = world();
    world.run(&[]).expect(0);
    plant(&world);
    let spec = world.path("spec.toml");
    let page = || batchscope(&world, &["report", spec.to_str().unwrap()]).expect(0).out;
    assert!(page().contains("| 98.75 % interval |"), "{}", page());
    let text = fs::read_to_string(&spec).unwrap();
    fs::write(&spec, text.replace("forgotten = { dropout_at_evaluation = true }\n", "")).unwrap();
    assert!(page().contains("| 98.75 % interval |") && !page().contains("forgotten"), "{}", page());
}

#[test]
fn without_a_store_there_is_nothing_to_report_and_none_is_made() {
    let world = World::new();
    let refused = batchscope(&world, &["report"]).expect(2);
    assert!(refused.err.contains("no store at"), "{}", refused.err);
    assert!(!world.store().exists());
    Store::open(&world.store()).unwrap();
    let refused = batchscope(&world, &["report"]).expect(2);
    assert!(refused.err.contains("no experiment in"), "{}", refused.err);
}

#[test]
fn the_table_has_every_number_and_gives_the_same_slopes() {
    let world = world();
    world.run(&[]).expect(0);
    plant(&world);
    let file = world.path("table.csv");
    batchscope(&world, &["export", "--format", "csv", "--output", file.to_str().unwrap()]).expect(0);
    let printed = batchscope(&world, &["export", "--format", "csv", "--output", "-", "--experiment", "tiny"]).expect(0);
    assert_eq!(printed.out, fs::read_to_string(&file).unwrap());

    let mut finals: BTreeMap<(String, u32, u32), (u64, f64)> = BTreeMap::new();
    let mut updates = 0;
    for row in csv::Reader::from_path(&file).unwrap().into_records() {
        let row = row.unwrap();
        assert_eq!(&row[0], "tiny");
        let (size, iid, step): (u32, u32, u64) =
            (row[2].parse().unwrap(), row[3].parse().unwrap(), row[4].parse().unwrap());
        assert_eq!(row[5].parse::<u64>().unwrap(), step * u64::from(size), "pairs seen");
        let value: f64 = row[9].parse().unwrap();
        updates += usize::from(&row[7] == "train" && &row[8] == "loss");
        if &row[7] == "valid" && &row[8] == "accuracy" {
            let last = finals.entry((row[1].to_owned(), size, iid)).or_default();
            if step >= last.0 {
                *last = (step, value);
            }
        }
    }
    // an epoch of 60 pairs, three instances, two arms that train and one that scores the baseline's weights again
    assert_eq!(updates, 2 * 3 * (30 + 7));
    assert_eq!(finals.len(), 3 * 3 * 2);
    for ((arm, size, iid), (_, accuracy)) in &finals {
        assert_eq!(*accuracy, planted(arm, *size, *iid), "{arm} {size} {iid}");
    }
}

const SIZES: [u32; 5] = [2, 8, 16, 32, 64];

/// Outcomes with this accuracy at batch size 2, this slope per doubling, and a spread between instances.
fn outcomes(first: f64, slope: f64, spread: f64, instances: u32, seed: usize) -> Outcomes {
    const WOBBLE: [f64; 7] = [0.3, -1.0, 0.8, -0.2, 1.1, -0.7, 0.1];
    let accuracy = |iid: u32, batch_size: u32| {
        let place = iid as usize * SIZES.len() + batch_size.ilog2() as usize + seed;
        first + slope * (f64::from(batch_size).log2() - 1.0) + spread * WOBBLE[place % 7]
    };
    let cells = (0..instances).flat_map(|iid| SIZES.map(|batch_size| (iid, batch_size)));
    cells
        .map(|(iid, batch_size)| Outcome { batch_size, iid, accuracy: accuracy(iid, batch_size), one_class: false })
        .collect()
}

fn page(baseline: Outcomes, causes: Vec<(&str, &str, Evidence)>) -> String {
    let causes = causes.into_iter().map(|(arm, name, evidence)| Cause {
        arm: arm.into(),
        name: name.into(),
        changes: arm.into(),
        evidence,
    });
    let judgement = judge(&Question {
        known: known_causes(),
        batch_sizes: SIZES.to_vec(),
        baseline,
        causes: causes.collect(),
        design: None,
        looks: Vec::new(),
        planned: 10,
        majority_share: Some(0.68),
        validation_examples: Some(408),
    });
    report("example", &judgement, None)
}

fn clear() -> Outcomes {
    outcomes(0.80, -0.015, 0.01, 10, 0)
}

fn removal(first: f64, slope: f64, spread: f64) -> Evidence {
    Evidence::Removal(outcomes(first, slope, spread, 10, 2))
}

#[test]
fn pages_read_well() {
    let one = |evidence| page(clear(), vec![("no-dropout", "dropout", evidence)]);
    insta::assert_snapshot!(
        "no_effect",
        page(outcomes(0.76, -0.0003, 0.02, 10, 0), vec![("no-dropout", "dropout", removal(0.76, 0.0, 0.02))])
    );
    insta::assert_snapshot!("explains", one(removal(0.79, -0.001, 0.01)));
    insta::assert_snapshot!("explains_more_than_all", one(removal(0.76, 0.009, 0.004)));
    insta::assert_snapshot!("ruled_out", one(removal(0.80, -0.0148, 0.004)));
    insta::assert_snapshot!("contributes", one(removal(0.79, -0.0095, 0.006)));
    insta::assert_snapshot!("hides", one(removal(0.84, -0.022, 0.01)));
    insta::assert_snapshot!("not_separable", one(removal(0.79, -0.0125, 0.03)));
    insta::assert_snapshot!("does_not_learn", one(removal(0.70, -0.001, 0.002)));
    insta::assert_snapshot!("at_the_ceiling", one(removal(0.997, -0.0001, 0.001)));
    insta::assert_snapshot!(
        "preliminary",
        page(outcomes(0.80, -0.015, 0.01, 3, 0), vec![("no-dropout", "dropout", removal(0.79, -0.001, 0.01))])
    );
    insta::assert_snapshot!("nothing_yet", page(Outcomes::default(), vec![]));
    let proof = Proof {
        depends_on_batch: false,
        norm: "layer norm".into(),
        largest_difference: 5.96e-8,
        with_batch_norm: 0.412,
    };
    insta::assert_snapshot!(
        "the_whole_investigation",
        page(
            clear(),
            vec![
                ("invariance check", "norm", Evidence::Proof(proof)),
                ("no-dropout", "dropout", removal(0.79, -0.001, 0.01)),
                ("equal-updates", "updates_of", removal(0.80, -0.0148, 0.004)),
                ("batch-norm", "norm", Evidence::Introduction(outcomes(0.80, -0.021, 0.01, 10, 3))),
                ("forgotten", "dropout_at_evaluation", Evidence::Introduction(outcomes(0.78, -0.0151, 0.01, 10, 4))),
            ]
        )
    );
}

/// A slope that differs from 0 at the level of one question need not at that of many.
#[test]
fn a_share_without_ends_reads_so() {
    let weak = outcomes(0.78, -0.0045, 0.02, 10, 0);
    let arms: Vec<(String, Evidence)> = (0..40).map(|n| (format!("arm-{n}"), removal(0.76, 0.0, 0.02))).collect();
    let page = page(weak, arms.iter().map(|(arm, evidence)| (arm.as_str(), "dropout", evidence.clone())).collect());
    let lines: Vec<&str> = page.lines().filter(|line| line.contains("arm-7")).collect();
    insta::assert_snapshot!("unbounded", lines.join("\n"));
}

/// It read "Not tested: , and causes that are not named here."
#[test]
fn where_every_suspect_is_tested_the_unknown_is_left() {
    let suspects = [
        "norm",
        "dropout",
        "dropout_at_evaluation",
        "updates_of",
        "learning_rate_scaling",
        "evaluation",
        "noise_of",
        "betas_of",
        "precision",
    ];
    let tested = suspects.map(|name| (name, name, Evidence::Removal(Outcomes::default())));
    let page = page(Outcomes::default(), tested.into());
    assert_eq!(page.matches("Not tested: causes that are not named here.").count(), 1, "{page}");
}
