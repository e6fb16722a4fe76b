//! Bad input ends with exit code 2 and a message that says where, what was found, what was expected, and what to do;
//! before training, and without a trace of a store.

use crate::support::{World, csv, jsonl, pairs};
use serde_json::{Value, json};
use std::fs;

/// One thing that is broken: what it is, and words that the message must have.
type Case<'c, T> = (&'c str, T, &'c [&'c str]);

#[track_caller]
fn refuse(world: &World, what: &str, arguments: &[&str], words: &[&str]) {
    let finished = world.run(arguments);
    assert_eq!(finished.code, Some(2), "{what}: {}", finished.err);
    for word in words {
        assert!(finished.err.contains(word), "{what}: no `{word}` in: {}", finished.err);
    }
    assert!(!finished.err.contains("panicked"), "{what}: {}", finished.err);
    assert_eq!(finished.err.trim_end().lines().count(), 1, "{what}: one plain sentence: {}", finished.err);
    assert!(!world.store().exists(), "{what}: the store was touched");
}

#[test]
fn overrides() {
    let world = World::new();
    let cases: [Case<'_, &str>; 27] = [
        ("a key that is not known", "train.epoch=3", &["unknown key `epoch`", "did you mean `epochs`?"]),
        ("a table that is not known", "trian.epochs=3", &["unknown key `trian`", "did you mean `train`?"]),
        ("no value", "train.epochs", &["expected key=value", "for example --set train.epochs=3"]),
        ("no epochs", "train.epochs=0", &["--set train.epochs=0: `train.epochs` is 0, expected a whole number from 1"]),
        ("a word for a number", "train.epochs=three", &["`train.epochs` is \"three\", expected a whole number"]),
        ("half an epoch", "train.epochs=0.5", &["`train.epochs` is 0.5, expected a whole number"]),
        ("more epochs than counted", "train.epochs=4294967296", &["expected a whole number from 1 to 1000000"]),
        ("a number beyond all", "train.epochs=99999999999999999999", &["expected a whole number from 1 to 1000000"]),
        ("no instances", "train.instances=0", &["expected a whole number from 1 to 10000"]),
        ("terabytes of plan", "train.instances=4000000000", &["expected a whole number from 1 to 10000"]),
        ("a negative rate", "train.learning_rate=-0.1", &["`train.learning_rate` is -0.1, expected a positive number"]),
        ("no rate", "train.learning_rate=0", &["expected a positive number"]),
        ("a rate that is no number", "train.learning_rate=nan", &["`train.learning_rate` is nan, expected a positive"]),
        ("an endless rate", "train.learning_rate=inf", &["expected a positive number below 1e38"]),
        ("a rate beyond single precision", "train.learning_rate=1e300", &["expected a positive number below 1e38"]),
        ("warm-up beyond the end", "train.warmup_ratio=1.5", &["expected a number from 0 to 1"]),
        ("a negative decay", "train.weight_decay=-1", &["expected 0 or a positive number"]),
        ("a norm of nothing", "train.clip_norm=0", &["expected a positive number"]),
        ("a negative seed", "train.seed=-1", &["expected a whole number from 0 to 4294967295"]),
        ("one size twice", "train.batch_sizes=[8, 8]", &["`train.batch_sizes` is [8, 8]", "each once"]),
        ("a size of nothing", "train.batch_sizes=[0]", &["whole numbers from 1"]),
        ("no list", "train.batch_sizes=8", &["`train.batch_sizes` is 8, expected a list"]),
        ("a batch larger than the set", "train.batch_sizes=[61]", &["61", "larger than the training set of 60 pairs"]),
        (
            "a share that leaves nothing",
            "task.validation=0.001",
            &["leaves 60 to train on and 0", "change task.validation"],
        ),
        ("a set that is not known", "task.validation=train", &["\"dev\", \"test\" or a fraction"]),
        (
            "longer than the model",
            "task.max_length=41",
            &["task.max_length is 41", "positions for 40 tokens; set it to 40"],
        ),
        ("longer than anything", "task.max_length=18446744073709551615", &["expected a whole number of tokens"]),
    ];
    for (what, given, words) in cases {
        refuse(&world, what, &["--set", given], words);
    }
}

#[test]
fn specs() {
    let head = "[task]\npath = \"task\"\nmax_length = 40\n[model]\nsource = \"model\"\n";
    let cases: [Case<'_, Vec<u8>>; 19] = [
        ("an empty file", b"".to_vec(), &["spec.toml: [task] is incomplete, expected path = \"FOLDER\""]),
        ("no model", b"[task]\npath = \"task\"\n".to_vec(), &["[model] is incomplete, expected source = "]),
        ("no task", b"[task]\n[model]\nsource = \"model\"\n".to_vec(), &["spec.toml, line 1: [task] is incomplete"]),
        ("no TOML", b"\n{\"task\": 3}".to_vec(), &["spec.toml, line 2: "]),
        ("bytes that are no text", b"name = \"x\"\nq = \"\xff\"".to_vec(), &["spec.toml, line 2: not valid UTF-8"]),
        ("a NUL byte", format!("{head}[train]\nepochs = 3\0\n").into_bytes(), &["spec.toml, line 7: "]),
        ("one key twice", format!("{head}source = \"x\"\n").into_bytes(), &["spec.toml, line 6: duplicate key"]),
        ("an unknown key", format!("{head}weights = 3\n").into_bytes(), &["line 6: unknown key `weights`", "source"]),
        ("a typo", format!("{head}[train]\nepoch = 3\n").into_bytes(), &["line 7: unknown key `epoch`", "`epochs`?"]),
        (
            "a word for a number",
            format!("{head}[train]\n\nepochs = \"three\"\n").into_bytes(),
            &["spec.toml, line 8: `train.epochs` is \"three\", expected a whole number from 1 to 1000000"],
        ),
        ("a table for a number", format!("{head}[train.epochs]\n").into_bytes(), &["line 6: `train.epochs` is"]),
        (
            "a number for a table",
            format!("train = 3\n{head}").into_bytes(),
            &["line 1: `train` is 3, expected a table"],
        ),
        ("a number for a path", b"[task]\npath = 3\n".to_vec(), &["line 2: `task.path` is 3, expected the path of"]),
        ("a name that is a path", format!("name = \"../x\"\n{head}").into_bytes(), &["line 1: `name` is \"../x\""]),
        (
            "an arm that is no table",
            format!("{head}[arms]\nodd = 3\n").into_bytes(),
            &["line 7: arm `odd`: expected a table"],
        ),
        (
            "a norm that is not known",
            format!("{head}[arms]\nodd = {{ norm = \"group\" }}\n").into_bytes(),
            &["line 7: `arms.odd.norm` is \"group\", expected \"layer\", \"batch\", \"rms\" or \"none\""],
        ),
        (
            "an arm that changes the sweep",
            format!("{head}[arms.odd]\ninstances = 3\n").into_bytes(),
            &["line 7: unknown key `instances`"],
        ),
        (
            "two arms of one meaning",
            format!("{head}[arms]\na = {{ dropout = \"off\" }}\nb = {{ dropout = \"off\" }}\n").into_bytes(),
            &["line 8: arm `b`: means the same as `a`; leave one of them out"],
        ),
        (
            "columns of the embedded corpus",
            b"[task]\nname = \"demo\"\nlabel = \"x\"\n[model]\nsource = \"embedded\"\n".to_vec(),
            &["leave task.label out"],
        ),
    ];
    for (what, text, words) in cases {
        let world = World::new();
        fs::write(world.path("spec.toml"), text).unwrap();
        refuse(&world, what, &[], words);
    }
    let world = World::new();
    fs::remove_file(world.path("spec.toml")).unwrap();
    refuse(&world, "a spec that is not there", &[], &["neither a preset (demo) nor a file that can be read"]);
}

#[test]
fn sets() {
    let tsv = pairs(60, 1);
    let (csv, jsonl) = (csv(&tsv), jsonl(&tsv));
    let bytes = |text: String| text.into_bytes();
    let spoilt = |text: &str, with: &[u8]| [text.as_bytes(), with].concat();
    let one_class = |text: &str, one: &str, zero: &str| bytes(text.replace(one, zero));
    let cases: [Case<'_, (&str, Vec<u8>)>; 27] = [
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
            &["train.jsonl, line 61", "no text in `sentence2`"],
        ),
        (
            "text that is no text",
            ("train.jsonl", bytes(format!("{jsonl}{{\"label\": 1, \"sentence1\": \"A\", \"sentence2\": [1]}}\n"))),
            &["line 61", "no text in `sentence2`"],
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
            &["line 62", "`Quality` is `maybe`, expected a whole number from 0 to 1"],
        ),
        ("a label beyond the classes", ("train.csv", bytes(format!("{csv}A,B,2\n"))), &["line 62", "`label` is `2`"]),
        (
            "a label that is a fraction",
            ("train.jsonl", bytes(jsonl.replace("\"label\":1", "\"label\":1.0"))),
            &["`label` is `1.0`, expected a whole number"],
        ),
        ("no label", ("train.csv", bytes(format!("{csv}A,B,\n"))), &["line 62", "`label` is nothing"]),
        (
            "a set that nobody labelled",
            ("train.jsonl", bytes(jsonl.replace("\"label\":1", "\"label\":-1"))),
            &["the label is -1", "no labels", "take another set"],
        ),
        (
            "bytes that are no text",
            ("train.tsv", spoilt(&tsv, b"1\t1\t2\tA\xff\tB\n")),
            &["train.tsv, line 62: not valid UTF-8; convert"],
        ),
        (
            "UTF-16",
            ("train.csv", csv.encode_utf16().flat_map(u16::to_le_bytes).collect()),
            &["train.csv, line 1: holds a NUL byte"],
        ),
        (
            "bytes that are no text, in JSON",
            ("train.jsonl", spoilt(&jsonl, b"{\"label\": 1, \"a\": \"\xc3\"}\n")),
            &["train.jsonl, line 61: not valid UTF-8"],
        ),
        ("a NUL byte", ("train.tsv", spoilt(&tsv, b"1\t1\t2\tA\0\tB\n")), &["train.tsv, line 62: holds a NUL byte"]),
        ("nothing", ("train.tsv", vec![]), &["train.tsv: the file is empty"]),
        ("blank lines", ("train.jsonl", b"\n \n".to_vec()), &["train.jsonl: the file is empty"]),
        (
            "a header alone",
            ("train.csv", b"sentence1,sentence2,label\n".to_vec()),
            &["train.csv: there is a header and no row below"],
        ),
        (
            "a header alone, MRPC's",
            ("train.tsv", bytes(tsv.lines().take(1).collect())),
            &["train.tsv: there is a header and no row"],
        ),
        (
            "one class",
            ("train.tsv", one_class(&tsv, "\n1\t", "\n0\t")),
            &["train.tsv: every pair has the label 0", "at least two classes"],
        ),
        (
            "one class, in CSV",
            ("train.csv", one_class(&csv, ",0\n", ",1\n")),
            &["train.csv: every pair has the label 1"],
        ),
        (
            "columns of other names",
            ("train.csv", bytes(csv.replace("sentence1", "text1"))),
            &["no column `sentence1`", "found text1, sentence2, label", "task.sentence1"],
        ),
        (
            "two columns of one name",
            ("train.csv", bytes(csv.replace("sentence2", "sentence1"))),
            &["two columns are called `sentence1`"],
        ),
        (
            "a set of another name",
            ("training.tsv", bytes(tsv.clone())),
            &["holds no training set", "train.tsv, train.csv, train.jsonl"],
        ),
        (
            "a set for evaluation alone",
            ("train.tsv", bytes(tsv.clone())),
            &["none of dev.tsv, dev.csv", "to validate on", "task.validation"],
        ),
    ];
    for (what, (name, contents), words) in cases {
        let world = World::new();
        world.write_sets(&[]);
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
        &["task.path is /no/such/folder, which is no folder"],
    );
    let spec = world.path("spec.toml").display().to_string();
    refuse(&world, "a file", &["--set", &format!("task.path={spec}")], &["spec.toml, which is no folder"]);
    world.write_sets(&[("train.tsv", &train), ("train.csv", &csv(&train)), ("dev.tsv", &dev)]);
    refuse(&world, "one set in two formats", &[], &["train.tsv and", "train.csv are both there; remove"]);
    world.write_sets(&[("train.tsv", &train), ("dev.tsv", &dev), ("validation.jsonl", &jsonl(&dev))]);
    refuse(&world, "one set under two names", &[], &["dev.tsv and", "validation.jsonl are both there"]);
    world.write_sets(&[("train.tsv", &train), ("dev.tsv", &dev), ("test.csv", &csv(&dev).replace(",1\n", ",-1\n"))]);
    refuse(&world, "validation without labels", &["--set", "task.validation=test"], &["test.csv", "the label is -1"]);
    refuse(
        &world,
        "a set and a model",
        &["--set", "task.name=demo"],
        &["task.name is `demo`", "leave one of them out"],
    );
    fs::create_dir(world.path("task/dev.jsonl")).unwrap();
    fs::remove_file(world.path("task/dev.tsv")).unwrap();
    refuse(&world, "a folder in place of a set", &[], &["cannot read", "dev.jsonl"]);
}

#[test]
fn configurations() {
    let cases: [Case<'_, (&str, Value)>; 18] = [
        (
            "another architecture",
            ("model_type", json!("gpt2")),
            &["config.json describes a `gpt2` model", "only the `bert`"],
        ),
        (
            "positions of another kind",
            ("position_embedding_type", json!("relative_key")),
            &["`relative_key`, only `absolute`"],
        ),
        (
            "a word for a number",
            ("hidden_size", json!("many")),
            &["`hidden_size` is \"many\", expected a whole number from 1 to 65536"],
        ),
        ("a fraction", ("hidden_size", json!(32.5)), &["`hidden_size` is 32.5, expected a whole number"]),
        ("a negative size", ("vocab_size", json!(-1)), &["`vocab_size` is -1, expected a whole number"]),
        (
            "nothing of it",
            ("num_hidden_layers", json!(0)),
            &["`num_hidden_layers` is 0, expected a whole number from 1"],
        ),
        ("terabytes", ("vocab_size", json!(1u64 << 60)), &["`vocab_size` is 1152921504606846976, expected"]),
        ("endless layers", ("num_hidden_layers", json!(u64::MAX)), &["`num_hidden_layers` is 18446744073709551615"]),
        (
            "heads that do not divide",
            ("num_attention_heads", json!(5)),
            &["32 is not a multiple of `num_attention_heads` 5"],
        ),
        ("one token type", ("type_vocab_size", json!(1)), &["pairs of sentences need 2 token types"]),
        (
            "a rate beyond 1",
            ("hidden_dropout_prob", json!(1.5)),
            &["`hidden_dropout_prob` is 1.5, expected a number of at least 0"],
        ),
        (
            "a negative epsilon",
            ("layer_norm_eps", json!(-1.0)),
            &["`layer_norm_eps` is -1.0, expected a positive number"],
        ),
        ("an unknown activation", ("hidden_act", json!("swish")), &["`hidden_act` is \"swish\", expected one of gelu"]),
        ("a list", ("hidden_act", json!([1, 2])), &["`hidden_act` is [1,2]"]),
        (
            "fewer positions than weights",
            ("max_position_embeddings", json!(39)),
            &["has shape [40, 32], expected [39, 32]"],
        ),
        (
            "more positions than weights",
            ("max_position_embeddings", json!(64)),
            &["has shape [40, 32], expected [64, 32] by config.json"],
        ),
        (
            "fewer words than weights",
            ("vocab_size", json!(96)),
            &["word_embeddings.weight` has shape [97, 32], expected [96, 32]"],
        ),
        ("more layers than weights", ("num_hidden_layers", json!(3)), &["`bert.encoder.layer.2.", "is missing"]),
    ];
    for (what, (key, value), words) in cases {
        let world = World::new();
        let path = world.path("model/config.json");
        let mut config: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        config[key] = value;
        fs::write(&path, config.to_string()).unwrap();
        refuse(&world, what, &[], words);
    }
    let cases: [Case<'_, &[u8]>; 5] = [
        ("an empty file", b"", &["config.json: not a BERT configuration: EOF"]),
        ("half a file", b"{\n\"hidden_size\": 3,\n", &["not a BERT configuration", "line 3"]),
        ("a list", b"[1]", &["config.json: not a BERT configuration"]),
        ("an object of nothing", b"{}", &["missing field `vocab_size`"]),
        ("bytes that are no text", b"{\"hidden_act\": \"\xff\"}", &["not a BERT configuration", "line 1"]),
    ];
    for (what, contents, words) in cases {
        let world = World::new();
        fs::write(world.path("model/config.json"), contents).unwrap();
        refuse(&world, what, &[], words);
    }
    let world = World::new();
    fs::remove_file(world.path("model/config.json")).unwrap();
    refuse(&world, "a missing file", &[], &["cannot read", "config.json"]);
}

/// A safetensors file: the length of its header, its header, its values.
struct File {
    header: Value,
    values: Vec<u8>,
}

impl File {
    fn golden(world: &World) -> Self {
        let bytes = fs::read(world.path("model/model.safetensors")).unwrap();
        let (length, rest) = bytes.split_first_chunk().unwrap();
        let (header, values) = rest.split_at(u64::from_le_bytes(*length) as usize);
        Self { header: serde_json::from_slice(header).unwrap(), values: values.to_vec() }
    }

    fn bytes(&self) -> Vec<u8> {
        let header = self.header.to_string();
        [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &self.values].concat()
    }

    /// The entry of the pooler's bias, 32 values.
    fn bias(&mut self) -> &mut Value {
        &mut self.header["bert.pooler.dense.bias"]
    }

    /// Writes values over the pooler's bias.
    fn write(mut self, values: &[u8]) -> Vec<u8> {
        let start = self.bias()["data_offsets"][0].as_u64().unwrap() as usize;
        self.values[start..start + values.len()].copy_from_slice(values);
        self.bytes()
    }

    fn change(mut self, change: impl FnOnce(&mut Value)) -> Vec<u8> {
        change(self.bias());
        self.bytes()
    }
}

#[test]
fn weights() {
    type Break = fn(File) -> Vec<u8>;
    let cases: [Case<'_, Break>; 17] = [
        ("nothing", |_| vec![], &["model.safetensors: not a usable safetensors file", "in 0 bytes", "fetch it again"]),
        ("no header", |file| file.bytes()[..7].to_vec(), &["not a usable safetensors file", "in 7 bytes"]),
        ("half a header", |file| file.bytes()[..1000].to_vec(), &["not a usable safetensors file"]),
        (
            "half the values",
            |file| file.bytes()[..50_000].to_vec(),
            &["not a usable safetensors file", "in 50000 bytes"],
        ),
        ("bytes behind the end", |file| [file.bytes(), vec![0; 4]].concat(), &["not a usable safetensors file"]),
        (
            "a header longer than all",
            |file| [&u64::MAX.to_le_bytes(), &file.bytes()[8..]].concat(),
            &["header too large"],
        ),
        (
            "a header longer than the file",
            |file| [&90_000_000u64.to_le_bytes(), &file.bytes()[8..]].concat(),
            &["invalid header length"],
        ),
        (
            "a header that is no text",
            |file| [&file.bytes()[..8], &vec![0xff; 200_000]].concat(),
            &["invalid UTF-8 in header"],
        ),
        (
            "offsets beyond the file",
            |file| file.change(|bias| bias["data_offsets"] = json!([90_000, 9_000_000])),
            &["invalid offset"],
        ),
        ("offsets backwards", |file| file.change(|bias| bias["data_offsets"] = json!([500, 100])), &["not a usable"]),
        (
            "two tensors in one place",
            |file| file.change(|bias| bias["data_offsets"] = json!([0, 128])),
            &["invalid offset for tensor"],
        ),
        (
            "a shape beyond counting",
            |file| file.change(|bias| bias["shape"] = json!([u64::MAX, u64::MAX])),
            &["not a usable safetensors"],
        ),
        (
            "a shape that lies",
            |file| file.change(|bias| bias["shape"] = json!([31])),
            &["invalid shape, data type, or offset"],
        ),
        (
            "a kind that lies",
            |file| file.change(|bias| bias["dtype"] = json!("F64")),
            &["invalid shape, data type, or offset"],
        ),
        (
            "whole numbers",
            |file| file.change(|bias| bias["dtype"] = json!("I32")),
            &["`bert.pooler.dense.bias` holds I32, expected F32"],
        ),
        (
            "a value that is no number",
            |file| file.write(&f32::NAN.to_le_bytes()),
            &["`bert.pooler.dense.bias` holds values that are not finite", "take another"],
        ),
        ("an endless value", |file| file.write(&f32::NEG_INFINITY.to_le_bytes()), &["not finite"]),
    ];
    for (what, break_it, words) in cases {
        let world = World::new();
        let broken = break_it(File::golden(&world));
        fs::write(world.path("model/model.safetensors"), broken).unwrap();
        refuse(&world, what, &[], words);
    }
    let world = World::new();
    fs::remove_file(world.path("model/model.safetensors")).unwrap();
    refuse(&world, "a missing file", &[], &["cannot read", "model.safetensors"]);
    let missing = world.path("none").display().to_string();
    refuse(
        &world,
        "a missing folder",
        &["--set", &format!("model.source={missing}")],
        &["cannot read", "none/config.json"],
    );
}

#[test]
fn tokenizers() {
    let good = fs::read_to_string(World::new().path("model/vocab.txt")).unwrap();
    let cases: [Case<'_, (&str, Vec<u8>)>; 7] = [
        (
            "more words than rows",
            ("vocab.txt", good.replacen("w5\n", &"x\n".repeat(50), 1).into_bytes()),
            &["the model's word table has 97 rows; they do not belong together"],
        ),
        ("nothing", ("vocab.txt", vec![]), &["vocab.txt: `[SEP]` is missing"]),
        (
            "no special tokens",
            ("vocab.txt", good.replace("[CLS]", "x").into_bytes()),
            &["vocab.txt: `[CLS]` is missing"],
        ),
        (
            "bytes that are no text",
            ("vocab.txt", [good.as_bytes(), b"\xff\n"].concat()),
            &["vocab.txt: not a usable tokenizer"],
        ),
        ("no tokenizer", ("tokenizer.json", b"{}".to_vec()), &["tokenizer.json: not a usable tokenizer"]),
        (
            "half a tokenizer",
            ("tokenizer.json", b"{\"version\": \"1.0\", ".to_vec()),
            &["tokenizer.json: not a usable tokenizer"],
        ),
        ("a list", ("tokenizer_config.json", b"[".to_vec()), &["tokenizer_config.json: not a usable tokenizer"]),
    ];
    for (what, (name, contents), words) in cases {
        let world = World::new();
        fs::write(world.path("model").join(name), contents).unwrap();
        refuse(&world, what, &[], words);
    }
    let world = World::new();
    fs::remove_file(world.path("model/vocab.txt")).unwrap();
    refuse(&world, "no tokenizer at all", &[], &["holds neither tokenizer.json nor vocab.txt; copy the one"]);
}
