//! Suspected causes as arms: what each of them changes, and what it does not change.

use crate::support::{Finished, World};
use batchscope::domain::choice::Evaluation;
use batchscope::domain::history::History;
use batchscope::domain::metric::Metric;
use batchscope::domain::run::RunSpec;
use batchscope::spec_file::{parse, preset};
use batchscope::store::{RunFolder, Store, read_journal};
use serde_json::Value;
use std::collections::BTreeSet;
use std::process::Command;

/// Every run of the store with its history.
fn runs(world: &World) -> Vec<(RunSpec, History)> {
    let stored = Store::open(&world.store()).unwrap().runs().unwrap();
    let history = |folder: &RunFolder| {
        let journal = read_journal(folder).unwrap();
        let entries = journal.iter().flat_map(|(_, entries)| entries);
        History::replay(entries.map(|entry| &entry.event))
    };
    stored.into_iter().map(|(folder, spec)| (spec, history(&folder))).collect()
}

#[test]
fn equal_updates_give_every_batch_size_as_many_and_score_at_the_same_fractions() {
    let world = World::new();
    world.write_spec(
        "[train]\nbatch_sizes = [2, 8, 16]\ninstances = 1\nepochs = 2\nlearning_rate = 1e-3\n\
         [arms]\nequal-updates = { updates_of = 8 }\nfew = { updates = 5 }\n",
    );
    world.run(&[]).expect(0);
    let runs = runs(&world);
    // 60 pairs: batch size 8 has 7 updates an epoch, and its run is that of the baseline
    let updates = |given: Option<u64>| {
        let mut cells: Vec<(u32, u64)> = Vec::new();
        for (spec, history) in runs.iter().filter(|(spec, _)| spec.updates == given) {
            assert_eq!(history.updates.len() as u64, history.step);
            let steps: Vec<u64> = history.evaluations.iter().map(|point| point.step).collect();
            assert_eq!(steps, [0, history.step.div_ceil(2), history.step], "batch size {}", spec.batch_size);
            cells.push((spec.batch_size, history.step));
        }
        cells.sort_unstable();
        cells
    };
    assert_eq!(updates(None), [(2, 60), (8, 14), (16, 6)]);
    assert_eq!(updates(Some(14)), [(2, 14), (16, 14)]);
    assert_eq!(updates(Some(5)), [(2, 5), (8, 5), (16, 5)]);
    let answer = world.json(&["report", "--json"]);
    let cause = |place: usize| (answer["causes"][place]["cause"].clone(), answer["causes"][place]["kind"].clone());
    assert_eq!(cause(0), ("updates_of".into(), "removal".into()));
    assert_eq!(cause(1), ("updates".into(), "removal".into()));
    let (_, not_tested) = answer["answer"].as_str().unwrap().split_once("Not tested:").unwrap();
    assert!(!not_tested.contains("the number of updates") && not_tested.contains("dropout"), "{not_tested}");
}

#[test]
fn a_scaled_rate_is_the_references_at_the_reference() {
    let world = World::new();
    world.write_spec(
        "[train]\nbatch_sizes = [2, 8]\ninstances = 1\nepochs = 1\nlearning_rate = 1e-3\n[arms]\n\
         linear = { learning_rate_scaling = \"linear\" }\n\
         square-root = { learning_rate_scaling = \"sqrt\", learning_rate_reference = 2 }\n",
    );
    world.run(&[]).expect(0);
    let mut peaks: Vec<(u32, f64)> = Vec::new();
    for (spec, history) in runs(&world) {
        let rates = history.points(Metric::LearningRate);
        let highest = rates.iter().map(|(_, rate)| *rate).fold(0.0, f64::max);
        assert_eq!(highest, spec.learning_rate, "what is trained with is what the run says of itself");
        peaks.push((spec.batch_size, spec.learning_rate));
    }
    peaks.sort_by(|a, b| a.partial_cmp(b).unwrap());
    // the baseline's two, linear's at 2, the square root's at 8: the others are the baseline's
    assert_eq!(peaks, [(2, 0.25e-3), (2, 1e-3), (8, 1e-3), (8, 2e-3)]);
    let answer = world.json(&["report", "--json"]);
    for place in [0, 1] {
        assert_eq!(answer["causes"][place]["kind"], "removal", "{answer}");
    }
}

#[test]
fn updates_of_a_batch_that_cannot_be_made_are_refused() {
    let world = World::new();
    world.write_spec("[arms]\nequal = { updates_of = 100 }\n");
    let refused = world.run(&["--set", "train.batch_sizes=[2]"]).expect(2);
    assert!(refused.err.contains("arm equal: updates_of is 100"), "{}", refused.err);
    assert!(!world.store().exists());
}

/// What a spec does not say leaves no trace: stores of before keep their experiments.
#[test]
fn experiments_of_before_keep_their_names() {
    let text = "name = \"mine\"\n[task]\npath = \"/data\"\n[model]\nsource = \"/model\"\n";
    let spec = parse("mine", text, &[]).unwrap();
    assert_eq!(Store::experiment_folder(&spec), "mine-0bb8e802b524");
    let said = format!("{text}[train]\nlearning_rate_scaling = \"none\"\nlearning_rate_reference = 8\n");
    assert_eq!(Store::experiment_folder(&parse("mine", &said, &[]).unwrap()), Store::experiment_folder(&spec));
}

/// The row of the invariance check.
fn proof(answer: &Value) -> Option<&Value> {
    answer["causes"].as_array().unwrap().iter().find(|cause| cause["kind"] == "proof")
}

#[test]
fn layer_norm_does_not_see_the_batch_and_batch_norm_does() {
    for (norm, verdict) in [
        ("layer", "does not mix examples"),
        ("rms", "does not mix examples"),
        ("none", "does not mix examples"),
        ("batch", "not separable yet"),
    ] {
        let world = World::new();
        world.write_spec(&format!("[train]\nbatch_sizes = [8]\ninstances = 1\nepochs = 1\nnorm = \"{norm}\"\n"));
        world.run(&[]).expect(0);
        let answer = world.json(&["report", "--json"]);
        let proof = proof(&answer).unwrap();
        assert_eq!((&proof["cause"], &proof["verdict"]), (&"norm".into(), &verdict.into()), "{norm}");
        let number = |key: &str| proof[key].as_f64().unwrap();
        let (in_use, with_batch_norm) = (number("largest_difference"), number("largest_difference_with_batch_norm"));
        assert!(with_batch_norm > 1e-3, "{norm}: {proof}");
        match norm {
            "batch" => assert_eq!(in_use, with_batch_norm),
            _ => assert!(in_use < 1e-5, "{norm}: {proof}"),
        }
        for null in ["slope", "share", "change", "low", "high", "n"] {
            assert!(proof[null].is_null(), "{null}");
        }
        assert!(!answer["answer"].as_str().unwrap().split_once("Not tested").unwrap().1.contains("the normalization"));
    }
}

#[test]
fn the_invariance_check_is_stored_and_skipped_without_a_model() {
    let world = World::new();
    world.write_spec("[train]\nbatch_sizes = [8]\ninstances = 1\nepochs = 1\n");
    world.run(&[]).expect(0);
    let remembered = || {
        let folder = std::fs::read_dir(world.store().join("experiments")).unwrap().next().unwrap().unwrap().path();
        folder.join("invariance.json")
    };
    let gone = |gone: bool| {
        let (here, away) = (world.path("model"), world.path("model elsewhere"));
        let (from, to) = if gone { (here, away) } else { (away, here) };
        std::fs::rename(from, to).unwrap();
    };
    gone(true);
    let without = world.batchscope(&["report", "--json"]).expect(0);
    assert!(without.err.contains("the invariance check of tiny was skipped: its data or its model"), "{}", without.err);
    assert!(proof(&serde_json::from_str(&without.out).unwrap()).is_none());
    assert!(!remembered().exists());
    gone(false);
    let first = world.json(&["report", "--json"]);
    assert!(remembered().exists());
    gone(true);
    let again = world.batchscope(&["report", "--json"]).expect(0);
    assert_eq!(again.err, "");
    assert_eq!(proof(&serde_json::from_str(&again.out).unwrap()), proof(&first));
    // it says nothing about another model's weights
    let text = std::fs::read_to_string(remembered()).unwrap();
    let mut other: Value = serde_json::from_str(&text).unwrap();
    other["weights"] = "others".into();
    std::fs::write(remembered(), other.to_string()).unwrap();
    assert!(proof(&world.json(&["report", "--json"])).is_none());
}

#[test]
fn a_sweep_of_several_arms_announces_purpose_and_cost() {
    let world = World::new();
    world.write_spec(
        "[train]\nbatch_sizes = [2, 8]\ninstances = 2\nepochs = 1\n[arms]\nno-dropout = { dropout = \"off\" }\n\
         equal-updates = { updates_of = 8 }\n",
    );
    let said = world.run(&["--workers", "1"]).expect(0).err;
    for part in [
        "An example's logits do not depend on its batch with layer norm",
        "baseline (4 runs, about 0:0",
        "no-dropout (4 runs, about 0:0",
        "dropout off: if the effect of batch size goes with it, dropout made it",
        // at batch size 8 they are the baseline's
        "equal-updates (2 runs, about 0:0",
        "in total 10 runs, about 0:0",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let said = world.run(&[]).expect(0).err;
    assert!(!said.contains("no-dropout"), "nothing is left to train: {said}");
}

#[test]
fn the_investigation_has_an_arm_for_every_suspect() {
    let listed = Finished::of(Command::new(env!("CARGO_BIN_EXE_batchscope")).arg("presets")).expect(0).out;
    let names: Vec<&str> = listed.lines().skip(1).filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(names, ["demo", "mrpc", "mrpc-dev", "mnli-lr", "why-batch-size"]);
    for line in listed.lines().skip(1) {
        assert!(line.contains(" runs, about "), "what it costs here: {line}");
    }
    let spec = parse("why-batch-size", preset("why-batch-size").unwrap(), &[]).unwrap();
    let keys: BTreeSet<&str> =
        spec.arms.iter().flat_map(|arm| arm.changes.ablations()).map(|ablation| ablation.key).collect();
    let suspects = ["dropout", "dropout_at_evaluation", "evaluation", "learning_rate_scaling", "norm", "updates_of"];
    assert_eq!(keys, suspects.into());
}

/// Runs of the world's store that leave dropout on at evaluation.
fn forgotten(world: &World) -> Vec<(RunSpec, History)> {
    let mut found = runs(world);
    found.retain(|(spec, _)| spec.dropout_at_evaluation);
    found.sort_by_key(|(spec, _)| (spec.iid, spec.batch_size));
    found
}

#[test]
fn what_is_only_scored_again_keeps_its_weights_where_all_are_to_be_kept() {
    let settings = "[train]\nbatch_sizes = [8]\ninstances = 1\nepochs = 1\n[store]\nkeep_weights = \"all\"\n";
    let world = World::new();
    world.write_spec(settings);
    world.run(&[]).expect(0);
    world.write_spec(&format!("{settings}[arms]\nforgotten = {{ dropout_at_evaluation = true }}\n"));
    assert!(world.run(&[]).expect(0).out.contains("scores final weights again"));
    let runs = Store::open(&world.store()).unwrap().runs().unwrap();
    assert_eq!(runs.len(), 2);
    assert!(runs.iter().all(|(folder, _)| folder.kept_weights().is_some()));
}

#[test]
fn an_evaluation_change_scores_kept_weights_again_and_trains_nothing() {
    const ARMS: &str = "[arms]\nforgotten = { dropout_at_evaluation = true }\n";
    let train = "[train]\nbatch_sizes = [2, 8]\ninstances = 2\nepochs = 2\nlearning_rate = 1e-3\n";
    let (kept, lost) = (World::new(), World::new());
    for (world, keep) in [(&kept, "baseline"), (&lost, "none")] {
        let store = format!("[store]\nkeep_weights = \"{keep}\"\n");
        world.write_spec(&format!("{train}{store}"));
        world.run(&[]).expect(0);
        world.write_spec(&format!("{train}{store}{ARMS}"));
    }
    let said = lost.run(&[]).expect(0).err;
    assert!(said.contains("4 of them must be trained again"), "{said}");
    let scored = kept.run(&[]).expect(0);
    assert!(!scored.err.contains("trained again"), "{}", scored.err);
    assert!(scored.out.contains("forgotten bs 2 #0  scores final weights again"), "{}", scored.out);
    let (scored, trained) = (forgotten(&kept), forgotten(&lost));
    assert_eq!((scored.len(), trained.len()), (4, 4));
    for ((spec, scored), (same, trained)) in scored.iter().zip(&trained) {
        assert_eq!(spec, same);
        assert!(scored.updates.is_empty() && !trained.updates.is_empty());
        assert_eq!(scored.last_evaluation(), trained.last_evaluation(), "the same bits either way");
        assert_eq!((&scored.progress, scored.step), (&trained.progress, trained.step));
    }
    assert_eq!(kept.json(&["report", "--json"])["causes"][0], lost.json(&["report", "--json"])["causes"][0]);
}

#[test]
fn full_batches_alone_leave_the_rest_of_the_validation_set_out() {
    let world = World::new();
    let train = "[train]\nbatch_sizes = [2, 8]\ninstances = 1\nepochs = 1\nlearning_rate = 1e-3\n";
    world.write_spec(&format!("{train}[arms]\npartial = {{ evaluation = \"full-batches\" }}\n"));
    let said = world.run(&[]).expect(0).out;
    assert!(said.contains("partial bs 8 #0  scores final weights again"), "{said}");
    let accuracy = |batch_size: u32, evaluation: Evaluation| {
        let found =
            runs(&world).into_iter().find(|(spec, _)| (spec.batch_size, spec.evaluation) == (batch_size, evaluation));
        found.unwrap().1.last_evaluation().unwrap().scores.accuracy
    };
    // of the 20 pairs of the dev set, all are in batches of 2, and 16 in batches of 8
    assert_eq!(accuracy(2, Evaluation::FullBatches), accuracy(2, Evaluation::Whole));
    let (partial, whole) = (16.0 * accuracy(8, Evaluation::FullBatches), 20.0 * accuracy(8, Evaluation::Whole));
    assert!((partial - partial.round()).abs() < 1e-9, "{partial} of 16");
    assert!((0.0..=4.0).contains(&(whole - partial).round()), "{partial} of the first 16, {whole} of all 20");
    let told = world.json(&["report", "--json"])["causes"][0].clone();
    assert_eq!((&told["cause"], &told["kind"]), (&"evaluation".into(), &"introduction".into()));
    world.write_spec("[train]\nbatch_sizes = [2, 32]\n[arms]\npartial = { evaluation = \"full-batches\" }\n");
    let refused = world.run(&[]).expect(2).err;
    assert!(
        refused.contains("arm partial: evaluation is \"full-batches\", and the validation set's 20 pairs"),
        "{refused}"
    );
}

#[test]
fn weights_that_do_not_read_are_trained_again() {
    let world = World::new();
    let train = "[train]\nbatch_sizes = [8]\ninstances = 1\nepochs = 1\n";
    world.write_spec(train);
    world.run(&[]).expect(0);
    let (folder, _) = Store::open(&world.store()).unwrap().runs().unwrap().remove(0);
    let weights = folder.path().join("attempts/1/weights.safetensors");
    let bytes = std::fs::read(&weights).unwrap();
    std::fs::write(&weights, &bytes[..bytes.len() / 2]).unwrap();
    world.write_spec(&format!("{train}[arms]\nforgotten = {{ dropout_at_evaluation = true }}\n"));
    world.run(&[]).expect(0);
    assert_eq!(forgotten(&world)[0].1.updates.len(), 7);
}
