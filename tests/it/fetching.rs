//! Models by name: from a spec to runs, and the messages if they are not available.

use crate::support::mirror::{COMMIT, Fault, Mirror, hub_variables, sha256};
use crate::support::torch_file::{StateDict, tensors};
use crate::support::{Finished, World, status};
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

const PAGE: &str = "owner/tiny";
const WEIGHTS: &str = "model.safetensors";

/// A world whose model is only on the hub.
struct Away {
    world: World,
    mirror: Mirror,
}

impl Away {
    fn new() -> Self {
        let (world, mirror) = (World::new(), Mirror::start());
        mirror.put_folder(PAGE, &world.path("model"));
        fs::remove_dir_all(world.path("model")).unwrap();
        Self { world, mirror }
    }

    fn cache(&self) -> PathBuf {
        self.world.path("cache")
    }

    fn folder(&self) -> PathBuf {
        self.cache().join("hub/models--owner--tiny")
    }

    /// `batchscope run` of this world's spec with the model of the hub.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.world.command(&["--set", "model.source=owner/tiny"]);
        self.mirror.serves(&mut command, &self.cache());
        command.args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Finished {
        Finished::of(&mut self.command(arguments))
    }

    /// `batchscope fetch`, begun.
    fn fetch(&self) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_batchscope"));
        command.arg("fetch").arg(self.world.path("spec.toml")).args(["--set", "model.source=owner/tiny"]);
        self.mirror.serves(&mut command, &self.cache());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// That this is refused in one sentence with these words, and that nothing is in the store.
    #[track_caller]
    fn refuses(&self, command: &mut Command, words: &[&str]) {
        let refused = Finished::of(command).expect(2);
        let sentences = refused.err.lines().filter(|line| !line.starts_with("fetched "));
        assert_eq!(sentences.count(), 1, "{}", refused.err);
        words.iter().for_each(|word| assert!(refused.err.contains(word), "no `{word}` in {}", refused.err));
        assert!(!self.world.store().exists());
    }
}

#[test]
fn a_model_of_the_hub_makes_the_runs_of_its_folder() {
    let away = Away::new();
    away.run(&[]).expect(0);
    // looking at what came of it needs no network: not even one that is dead
    let run = away.world.json(&["runs", "--json"])[0]["run"].as_str().unwrap().to_owned();
    let mut export = Command::new(env!("CARGO_BIN_EXE_batchscope"));
    hub_variables(&mut export, "http://127.0.0.1:9", &away.cache());
    export.args(["export", "--format", "checkpoint", "--run", &run, "--output"]).arg(away.world.path("out"));
    Finished::of(export.arg("--store").arg(away.world.store())).expect(0);
    // the same runs: nothing is left to train
    let folder = away.folder().join("snapshots").join(COMMIT);
    let local = format!("model.source={}", folder.display());
    let again = away.world.run(&["--set", &local]).expect(0);
    assert_eq!(again.out.matches("already in the store").count(), 4, "{}", again.out);
    let bodies = away.mirror.bodies(WEIGHTS).len();
    let mut offline = away.command(&[]);
    offline.env("HF_HUB_OFFLINE", "1");
    assert_eq!(Finished::of(&mut offline).expect(0).out.matches("already in the store").count(), 4);
    assert_eq!(away.mirror.bodies(WEIGHTS).len(), bodies);
}

#[test]
fn a_folder_wins_over_a_repository_of_its_name() {
    let away = Away::new();
    let folder = away.world.path("owner/tiny");
    fs::create_dir_all(&folder).unwrap();
    let text = fs::read_to_string(away.world.path("spec.toml")).unwrap();
    fs::write(away.world.path("spec.toml"), text.replace("\"model\"", "\"owner/tiny\"")).unwrap();
    let mut command = away.world.command(&[]);
    away.mirror.serves(&mut command, &away.cache());
    away.refuses(&mut command, &["cannot read", "owner/tiny/config.json"]);
    assert!(away.mirror.seen().is_empty());
}

#[test]
fn another_architecture_is_refused_before_its_weights_are_fetched() {
    let away = Away::new();
    away.mirror.put(PAGE, "config.json", "{\"model_type\": \"gpt2\"}");
    away.refuses(&mut away.command(&[]), &["config.json describes a `gpt2` model; only the `bert` architecture"]);
    assert!(away.mirror.bodies(WEIGHTS).is_empty());
}

#[test]
fn a_tokenizer_of_another_kind_is_refused_before_the_weights_are_fetched() {
    let away = Away::new();
    away.mirror.put(PAGE, "tokenizer_config.json", "{\"tokenizer_class\": \"BertJapaneseTokenizer\"}");
    away.refuses(&mut away.command(&[]), &["tokenizer_class is `BertJapaneseTokenizer`, which finds words with MeCab"]);
    assert!(away.mirror.bodies(WEIGHTS).is_empty());
}

/// As Python's tools lay them beside the vocabulary; the model that lacks them is the one of every other test here.
#[test]
fn all_small_files_of_a_tokenizer_are_fetched() {
    let away = Away::new();
    for (name, text) in [
        ("tokenizer_config.json", "{\"do_lower_case\": false}"),
        ("special_tokens_map.json", "{\"mask_token\": \"w7\"}"),
        ("added_tokens.json", "{\"w5 w6\": 97}"),
    ] {
        away.mirror.put(PAGE, name, text);
        Finished::of_child(away.fetch()).expect(0);
        let fetched = away.folder().join("snapshots").join(COMMIT).join(name);
        assert_eq!(fs::read_to_string(fetched).unwrap(), text);
        // the mirror changes what its only commit has, which no hub does
        fs::remove_dir_all(away.cache()).unwrap();
    }
}

#[test]
fn a_task_that_is_none_is_refused_before_anything_is_fetched() {
    let away = Away::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_batchscope"));
    command.args(["fetch", "mrpc", "--set", "task.name=stsb", "--set", "model.source=owner/tiny"]);
    away.mirror.serves(&mut command, &away.cache());
    away.refuses(&mut command, &["`stsb` asks for a number between 0 and 5, which is regression"]);
    assert!(away.mirror.seen().is_empty());
    let refused = Finished::of(&mut command).err;
    assert_eq!(refused.matches("the task `stsb`").count(), 1, "it is said once: {refused}");
}

#[test]
fn shards_are_fetched_with_their_index() {
    let (away, model) = (Away::new(), World::new());
    let folder = model.path("model");
    let tensors = candle_core::safetensors::load(folder.join(WEIGHTS), &candle_core::Device::Cpu).unwrap();
    let shard = |name: &str| format!("model-0000{}-of-00002.safetensors", 1 + usize::from(name.contains("layer")));
    let places: BTreeMap<&String, String> = tensors.keys().map(|name| (name, shard(name))).collect();
    for file in ["config.json", "vocab.txt"] {
        away.mirror.put("owner/cut", file, fs::read(folder.join(file)).unwrap());
    }
    for file in ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"] {
        let part: HashMap<_, _> =
            tensors.iter().filter(|(name, _)| shard(name) == file).map(|(name, t)| (name.clone(), t.clone())).collect();
        candle_core::safetensors::save(&part, folder.join(file)).unwrap();
        away.mirror.put("owner/cut", file, fs::read(folder.join(file)).unwrap());
    }
    let index = serde_json::json!({ "weight_map": places }).to_string();
    away.mirror.put("owner/cut", "model.safetensors.index.json", index.into_bytes());
    away.run(&["--set", "model.source=owner/cut", "--set", "train.instances=1"]).expect(0);
    // the same runs as of the whole file
    let whole = away.run(&["--set", "train.instances=1"]).expect(0);
    assert_eq!(whole.out.matches("already in the store").count(), 2, "{}", whole.out);
}

#[test]
fn older_repositories_have_a_pickle_and_a_vocabulary() {
    let (away, model) = (Away::new(), World::new());
    let bytes = |name: &str| fs::read(model.path("model").join(name)).unwrap();
    let state = StateDict::of(&tensors(&bytes(WEIGHTS)));
    for (name, content, words) in [
        (
            "config.json",
            bytes("config.json"),
            "owner/old has no file model.safetensors or model.safetensors.index.json or pytorch_model.bin",
        ),
        ("pytorch_model.bin", b"no pickle".to_vec(), "owner/old has no file tokenizer.json or vocab.txt"),
        ("vocab.txt", bytes("vocab.txt"), "pytorch_model.bin: not a usable PyTorch file"),
    ] {
        away.mirror.put("owner/old", name, content);
        away.refuses(&mut away.command(&["--set", "model.source=owner/old"]), &[words]);
        // the mirror changes what its only commit has, which no hub does
        fs::remove_dir_all(away.cache()).unwrap();
    }
    away.mirror.put("owner/old", "pytorch_model.bin", state.legacy());
    away.run(&["--set", "model.source=owner/old", "--set", "train.instances=1"]).expect(0);
}

#[test]
fn without_a_network_the_message_names_a_remedy() {
    let away = Away::new();
    let mut dead = away.command(&[]);
    dead.env("HF_ENDPOINT", "http://127.0.0.1:9");
    let instead = ["run `batchscope demo`, which needs no network", "name local folders as model.source"];
    away.refuses(&mut dead, &[&["http://127.0.0.1:9 cannot be reached"][..], &instead].concat());
    let mut offline = away.command(&[]);
    offline.env("HF_HUB_OFFLINE", "1");
    away.refuses(&mut offline, &[&["config.json of owner/tiny is not in the cache"][..], &instead].concat());
    away.refuses(
        &mut away.command(&["--set", "model.source=owner/typo"]),
        &["has no repository `owner/typo`, or hides it", "nor is there a folder `owner/typo` here"],
    );
    let mut wrong = away.command(&[]);
    wrong.env("HF_ENDPOINT", "me:secret@hub");
    away.refuses(&mut wrong, &["HF_ENDPOINT is `...@hub`, expected an address"]);
    // commands without files of the hub are not affected
    let local = World::new();
    let mut folder = local.command(&["--set", "train.instances=1", "--set", "train.batch_sizes=[30]"]);
    Finished::of(folder.env("HF_ENDPOINT", "nonsense")).expect(0);
}

#[test]
fn fetch_prints_all_paths() {
    let away = Away::new();
    let fetched = Finished::of_child(away.fetch()).expect(0);
    let folder = away.folder().join("snapshots").join(COMMIT);
    assert_eq!(fetched.out, format!("model\towner/tiny\t{}\n", folder.display()));
    assert!(fetched.err.contains("fetched model.safetensors"), "{}", fetched.err);
    assert!(!away.world.store().exists());
    let mut demo = Command::new(env!("CARGO_BIN_EXE_batchscope"));
    assert!(Finished::of(demo.args(["fetch", "demo"])).expect(0).err.contains("nothing to fetch"));
}

#[test]
fn fetch_names_missing_files_with_a_suggestion() {
    let world = World::new();
    let refused = |set: &str| world.anything(&["fetch", "spec.toml", "--set", set]).expect(2).err;
    let model = refused("model.source=bert-base-uncased");
    assert!(model.contains("there is no folder") && model.contains("`google-bert/bert-base-uncased`"), "{model}");
    let own = refused("model.source=./checkpoint");
    assert!(own.contains("checkpoint; a model of the hub goes by OWNER/NAME"), "{own}");
    assert!(refused("task.path=none").contains("none, which is not a folder"));
    fs::remove_file(world.path("task/dev.tsv")).unwrap();
    assert!(refused("model.source=model").contains("none of dev.tsv, dev.csv"));
    fs::write(world.path("task/dev.tsv"), "").unwrap();
    world.anything(&["fetch", "spec.toml"]).expect(0);
}

/// A fetch that hangs after half of the weights, and how many bytes those are.
fn half_way(away: &Away) -> (Child, u64) {
    let bytes = fs::read(crate::support::fixture("golden/tiny").join(WEIGHTS)).unwrap();
    let half = bytes.len() / 2;
    away.mirror.break_file(WEIGHTS, &[Fault::Hold(half)]);
    let child = away.fetch();
    let partial = away.folder().join("blobs").join(format!("{}.incomplete", sha256(&bytes)));
    while fs::metadata(&partial).map_or(0, |found| found.len()) < half as u64 {
        std::thread::yield_now();
    }
    (child, half as u64)
}

#[track_caller]
fn assert_goes_on(away: &Away, half: u64) {
    away.mirror.break_file(WEIGHTS, &[]);
    assert!(!away.folder().join("snapshots").join(COMMIT).join(WEIGHTS).exists());
    away.run(&[]).expect(0);
    let last = away.mirror.bodies(WEIGHTS).pop().unwrap();
    assert_eq!(last.from, Some(half as usize), "{last:?}");
}

#[test]
fn a_killed_download_resumes() {
    let away = Away::new();
    let (mut child, half) = half_way(&away);
    child.kill().unwrap();
    child.wait().unwrap();
    away.mirror.release();
    assert_goes_on(&away, half);
}

#[cfg(unix)]
#[test]
fn an_interrupted_download_says_how_to_resume() {
    let away = Away::new();
    let (child, half) = half_way(&away);
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::INT).unwrap();
    let left = Finished::of_child(child).expect(130);
    assert!(left.err.contains("rerun the same command to resume"), "{}", left.err);
    away.mirror.release();
    assert_goes_on(&away, half);
}

#[test]
fn two_processes_fetch_a_file_once() {
    let away = Away::new();
    let (first, _) = half_way(&away);
    let mut second = away.fetch();
    let (mut lines, mut told) = (std::io::BufReader::new(second.stderr.take().unwrap()), String::new());
    while !told.contains("another process is downloading model.safetensors; waiting for it") {
        assert_ne!(std::io::BufRead::read_line(&mut lines, &mut told).unwrap(), 0, "{told}");
    }
    away.mirror.release();
    Finished::of_child(first).expect(0);
    std::io::Read::read_to_string(&mut lines, &mut told).unwrap();
    assert!(status(&mut second).success(), "{told}");
    assert_eq!(away.mirror.bodies(WEIGHTS).into_iter().filter(|seen| seen.elsewhere).count(), 1, "{told}");
}
