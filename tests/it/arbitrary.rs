//! Feeds every parser arbitrary bytes and valid files with some bytes changed. None may panic or allocate by declared
//! instead of actual sizes.

use crate::support::parquet_file::{Values, parquet, parquet_pairs};
use crate::support::torch_file::{StateDict, tensors};
use crate::support::{World, csv, fixture, jsonl, pairs, readers};
use batchscope::data::{Columns, Format, PairTokenizer};
use batchscope::domain::id::RunId;
use batchscope::domain::metric::Metric;
use batchscope::domain::sweep::Sweep;
use batchscope::event_file;
use batchscope::export::{PictureTheme, SavedRun, SavedView};
use batchscope::plot::{Curves, Figure, View};
use batchscope::store::{Store, parse_journal};
use batchscope::train::Snapshot;
use batchscope::tui::Theme;
use parquet::basic::Compression;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::fs;

/// Records the largest allocation of each thread.
struct Meter;

thread_local! {
    static LARGEST: Cell<usize> = const { Cell::new(0) };
}

#[expect(unsafe_code, reason = "an allocator's interface")]
// SAFETY: every call is passed to the system's allocator unchanged; recording its size allocates nothing.
unsafe impl GlobalAlloc for Meter {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = LARGEST.try_with(|largest| largest.set(largest.get().max(layout.size())));
        // SAFETY: the caller keeps the contract of `alloc`
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static METER: Meter = Meter;

/// More than any file below needs, and far less than a false size would request.
const MOST: usize = 64 << 20;

/// A mutation of some bytes. Positions are fractions of the length.
#[derive(Clone, Debug)]
enum Edit {
    Flip(f64, u8),
    Insert(f64, Vec<u8>),
    Remove(f64, usize),
    Cut(f64),
    /// copies a stretch to another place
    Copy(f64, f64, usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    let telling = prop_oneof![
        Just(b"\0".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\"".to_vec()),
        Just(b"-1".to_vec()),
        Just(b"99999999999999999999".to_vec()),
        Just(b"\xff\xff\xff\xff\xff\xff\xff\x7f".to_vec()),
        Just(b"null".to_vec()),
        Just(b"[[".to_vec()),
        proptest::collection::vec(any::<u8>(), 1..9),
    ];
    prop_oneof![
        (0.0..1.0, any::<u8>()).prop_map(|(at, bits)| Edit::Flip(at, bits)),
        (0.0..1.0, telling).prop_map(|(at, bytes)| Edit::Insert(at, bytes)),
        (0.0..1.0, 1..64usize).prop_map(|(at, length)| Edit::Remove(at, length)),
        (0.0..1.0).prop_map(Edit::Cut),
        (0.0..1.0, 0.0..1.0, 1..64usize).prop_map(|(from, to, length)| Edit::Copy(from, to, length)),
    ]
}

fn edited(mut bytes: Vec<u8>, edits: &[Edit]) -> Vec<u8> {
    for edit in edits {
        let place = |share: f64| (bytes.len() as f64 * share) as usize;
        let stretch = |share: f64, length: usize| place(share)..(place(share) + length).min(bytes.len());
        match edit {
            Edit::Flip(at, bits) => {
                let at = place(*at);
                bytes.get_mut(at).into_iter().for_each(|byte| *byte ^= bits);
            }
            Edit::Insert(at, new) => drop(bytes.splice(place(*at)..place(*at), new.iter().copied())),
            Edit::Remove(at, length) => drop(bytes.drain(stretch(*at, *length))),
            Edit::Cut(at) => bytes.truncate(place(*at)),
            Edit::Copy(from, to, length) => {
                let copied = bytes[stretch(*from, *length)].to_vec();
                drop(bytes.splice(place(*to)..place(*to), copied));
            }
        }
    }
    bytes
}

/// Feeds a parser arbitrary bytes and changed copies of a good file.
#[track_caller]
fn feed(cases: u32, good: &[u8], parse: impl Fn(&[u8])) {
    parse(good);
    let changed = proptest::collection::vec(edit(), 0..6).prop_map(|edits| edited(good.to_vec(), &edits));
    let bytes = prop_oneof![1 => proptest::collection::vec(any::<u8>(), 0..300), 4 => changed];
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let fed = TestRunner::new(config).run(&bytes, |bytes| {
        LARGEST.set(0);
        parse(&bytes);
        prop_assert!(LARGEST.get() < MOST, "{} bytes were allocated at once", LARGEST.get());
        Ok(())
    });
    fed.unwrap();
}

#[test]
fn sets_of_pairs() {
    let tsv = pairs(6, 1);
    for (format, good) in [(Format::Tsv, &tsv), (Format::Csv, &csv(&tsv)), (Format::Jsonl, &jsonl(&tsv))] {
        assert_eq!(Columns::default().read("a", format, good.as_bytes(), None).unwrap().examples.len(), 6);
        feed(1500, good.as_bytes(), |bytes| readers::table(format, bytes));
    }
}

#[test]
fn parquet_files() {
    let good = parquet_pairs(&pairs(40, 1));
    let read = |bytes: &[u8]| Columns::default().read("a", Format::Parquet, bytes, None);
    assert_eq!(read(&good).unwrap().examples.len(), 40);
    let plain = parquet(
        &[("text", Values::Text(vec!["a", "b", "c"])), ("label", Values::Text(vec!["yes", "no", "yes"]))],
        Compression::UNCOMPRESSED,
    );
    assert_eq!(read(&plain).unwrap().classes.names(), ["no", "yes"]);
    for good in [good, plain] {
        feed(3000, &good, |bytes| readers::set(Format::Parquet, bytes));
    }
}

#[test]
fn specs_and_overrides() {
    let good = "name = \"x\"\n[task]\npath = \"a\"\nvalidation = 0.05\n[model]\nsource = \"b\"\n[train]\nbatch_sizes = [2, 8]\n\
                dropout = 0.2\nlearning_rate = 1e-4\n[store]\nkeep_weights = \"all\"\n[arms]\na = { norm = \"rms\", epochs = 2 }\n";
    feed(1500, good.as_bytes(), |bytes| {
        std::str::from_utf8(bytes).into_iter().for_each(|text| readers::spec(text, &[]));
    });
    for given in ["train.epochs=3", "arms.a.norm=batch", "train={ batch_sizes = [4] }", "task.path=\"x y\""] {
        feed(500, given.as_bytes(), |bytes| readers::spec(good, &[String::from_utf8_lossy(bytes).into_owned()]));
    }
}

#[test]
fn models() {
    let good = |name: &str| fs::read(fixture("golden/tiny").join(name)).unwrap();
    feed(300, &good("config.json"), |bytes| drop(readers::config(bytes)));
    feed(300, &good("model.safetensors"), |bytes| drop(readers::weights("model.safetensors", bytes)));
}

/// The parts with most declared sizes.
#[test]
fn headers_of_weights() {
    let good = fs::read(fixture("golden/tiny/model.safetensors")).unwrap();
    let (length, rest) = good.split_first_chunk().unwrap();
    let (header, values) = rest.split_at(u64::from_le_bytes(*length) as usize);
    feed(300, header, |header| {
        let file = [&(header.len() as u64).to_le_bytes(), header, values].concat();
        let _ = readers::weights("model.safetensors", &file);
    });
}

/// PyTorch's two containers, whole and with a good frame around a changed pickle.
#[test]
fn pickled_weights() {
    let good = StateDict::of(&tensors(&fs::read(fixture("golden/tiny/model.safetensors")).unwrap()));
    let read = |bytes: &[u8]| readers::weights("pytorch_model.bin", bytes);
    for container in [StateDict::zip, StateDict::legacy] {
        read(&container(&good)).unwrap();
        feed(150, &container(&good), |bytes| drop(read(bytes)));
        feed(400, &good.pickle, |pickle| {
            let _ = read(&container(&StateDict { pickle: pickle.to_vec(), storages: good.storages.clone() }));
        });
    }
    // training programs write opcodes that no state dict has
    for name in ["protocol2.ckpt", "protocol4.ckpt"] {
        let checkpoint = fs::read(fixture("golden/lightning").join(name)).unwrap();
        feed(400, &checkpoint, |bytes| drop(read(bytes)));
    }
}

#[test]
fn tokenizers() {
    let world = World::new();
    let good = fs::read(world.path("model/vocab.txt")).unwrap();
    feed(300, &good, readers::vocabulary);
    let json = json_tokenizer(&good);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("tokenizer.json"), &json).unwrap();
    PairTokenizer::from_folder(folder.path(), 16).unwrap();
    feed(300, &json, readers::tokenizer_json);
    let config = serde_json::json!({
        "tokenizer_class": "BertTokenizer", "do_lower_case": false, "strip_accents": null, "model_max_length": 1e30,
        "cls_token": { "__type": "AddedToken", "content": "[CLS]", "lstrip": true, "normalized": false },
        "added_tokens_decoder": {
            "12": { "content": " w7", "lstrip": true, "rstrip": true, "single_word": false, "special": false },
            "13": { "content": "W8", "rstrip": true, "normalized": true, "special": false },
        },
        "extra_special_tokens": ["w9", "\u{301}"], "truncation_side": "left",
    });
    feed(600, &serde_json::to_vec(&config).unwrap(), readers::tokenizer_config);
}

proptest! {
    /// Added tokens that overlap, take spaces or vanish when they are normalized.
    #[test]
    fn added_tokens(contents in proptest::collection::vec("[ wé中\u{301}]{0,3}", 1..5), flags in 0u32..4096) {
        let token = |(place, content): (usize, &String)| {
            let flag = |bit: usize| flags >> ((bit + 4 * place) % 12) & 1 == 1;
            let token = serde_json::json!({
                "content": content, "lstrip": flag(0), "rstrip": flag(1), "single_word": flag(2), "normalized": flag(3),
                "special": false,
            });
            ((12 + place).to_string(), token)
        };
        let listed: serde_json::Map<_, _> = contents.iter().enumerate().map(token).collect();
        readers::tokenizer_config(serde_json::json!({ "added_tokens_decoder": listed }).to_string().as_bytes());
    }
}

/// A `tokenizer.json` of BERT's kind around the first words of a vocabulary.
fn json_tokenizer(vocabulary: &[u8]) -> Vec<u8> {
    let words = std::str::from_utf8(vocabulary).unwrap().lines().take(12);
    let words: serde_json::Map<String, serde_json::Value> =
        words.enumerate().map(|(number, word)| (word.to_owned(), number.into())).collect();
    let json = serde_json::json!({
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": [],
        "normalizer": { "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true },
        "pre_tokenizer": { "type": "BertPreTokenizer" },
        "post_processor": { "type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2] },
        "decoder": { "type": "WordPiece", "prefix": "##", "cleanup": true },
        "model": { "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": words },
    });
    serde_json::to_vec_pretty(&json).unwrap()
}

#[test]
fn what_a_store_holds() {
    let world = World::new();
    world.run(&["--set", "train.batch_sizes=[30]", "--set", "train.instances=1"]).expect(0);
    let store = Store::open(&world.store()).unwrap();
    let (run, _) = store.runs().unwrap().remove(0);
    let good = fs::read(run.path().join("attempts/1/journal.ndjson")).unwrap();
    assert!(!parse_journal(&good).0.is_empty());
    feed(500, &good, readers::journal);
    for name in ["run.json", "result.json", "attempts/1/owner.json", "attempts/1/ended.json"] {
        let good = fs::read(run.path().join(name)).unwrap();
        feed(100, &good, |bytes| {
            fs::write(run.path().join(name), bytes).unwrap();
            let _ = store.runs().unwrap();
            let _ = run.result();
        });
    }
}

#[test]
fn checkpoints_of_runs() {
    let header =
        "{\"__metadata__\":{\"step\":\"7\"},\"first.0\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}}";
    let good = [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &[1; 12]].concat();
    let snapshot = Snapshot::from_bytes(&good).unwrap();
    assert_eq!(Snapshot::from_bytes(&snapshot.to_bytes().unwrap()).unwrap(), snapshot);
    feed(1500, &good, |bytes| drop(Snapshot::from_bytes(bytes)));
}

#[test]
fn event_files() {
    let mut good = Vec::new();
    let mut writer = event_file::EventWriter::new(&mut good, 1.5).unwrap();
    writer.scalars(2.5, 1, &[("loss", 0.7), ("accuracy", 0.5)]).unwrap();
    writer.scalars(3.5, 2, &[("loss", 0.6)]).unwrap();
    let (whole, _) = event_file::read(&good);
    feed(1500, &good, |bytes| {
        let (scalars, _) = event_file::read(bytes);
        // a checksum guards every record: what is read is what was written
        assert!(scalars.iter().all(|scalar| whole.contains(scalar)), "{scalars:?}");
    });
}

#[test]
fn logs_of_other_programs() {
    let golden = |path: &str| fs::read(fixture("golden/logs").join(path)).unwrap();
    let events = golden("tensorboardx/run-0/hparams/events.out.tfevents.1700000000.host.1.0");
    let table = golden("lightning/version_0/metrics.csv");
    let lines = b"{\"step\": 1, \"loss\": NaN, \"eval\": {\"acc\": 0.5}, \"seed\": 3}\n".repeat(3);
    let state = golden("trainer/bs8-seed0/trainer_state.json");
    for (format, good) in [events, table, lines, state].iter().enumerate() {
        feed(400, good, |bytes| readers::logs(format as u8, bytes.len() / 2, bytes));
    }
}

#[test]
fn views() {
    let (sweep, look) =
        (Sweep::default(), View { pinned: [("baseline".into(), (0.1, 20750.0))].into(), ..View::default() });
    let figure = Figure::of(sweep.rows(), Metric::TrainLoss, &look, &mut Curves::default());
    let what = (Metric::TrainLoss, &look, &figure);
    let run = |number: u32| SavedRun {
        run: RunId::from_digest(&format!("{number:020}")),
        arm: "baseline".into(),
        entries: 7,
        shown: true,
    };
    let mut good = SavedView::of("a-0".into(), &sweep, &|_| true, what, PictureTheme::Dark);
    good.runs = (0..3).map(run).collect();
    good.x_ranges = look.pinned.clone();
    let good = good.to_json();
    readers::view(&good);
    feed(300, good.as_bytes(), |bytes| std::str::from_utf8(bytes).into_iter().for_each(readers::view));
}

#[test]
fn themes() {
    let good = fs::read(fixture("../themes/dark.toml")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.toml");
    feed(300, &good, |bytes| {
        fs::write(&path, bytes).unwrap();
        let _ = Theme::named(path.to_str().unwrap());
    });
}
