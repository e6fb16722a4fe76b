//! Configurations, weights and tokenizers.

use super::{Case, refuse};
use crate::support::World;
use serde_json::{Value, json};
use std::fs;

#[test]
fn configurations() {
    let cases: [Case<'_, (&str, Value)>; 19] = [
        (
            "another architecture",
            ("model_type", json!("gpt2")),
            &["config.json describes a `gpt2` model", "only the `bert`"],
        ),
        (
            "positions of another kind",
            ("position_embedding_type", json!("relative_key")),
            &["`position_embedding_type` is \"relative_key\": such a model computes something else"],
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
        (
            "one token type",
            ("type_vocab_size", json!(1)),
            &["token_type_embeddings.weight` has shape [2, 32], expected [1, 32]"],
        ),
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
        ("an unknown activation", ("hidden_act", json!("prelu")), &["`hidden_act` is \"prelu\", expected one of gelu"]),
        ("a decoder", ("is_decoder", json!(true)), &["config.json: `is_decoder` is true", "take one without it"]),
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
        ("an empty file", b"", &["config.json is an empty file", "fetch it again"]),
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
        ("nothing", |_| vec![], &["model.safetensors is an empty file", "fetch it again"]),
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
    let missing = world.path("none").display().to_string();
    refuse(
        &world,
        "a missing folder",
        &["--set", &format!("model.source={missing}")],
        &["model.source: there is no folder", "/none; a model of the hub goes by OWNER/NAME"],
    );
}

#[test]
fn tokenizers() {
    let good = fs::read_to_string(World::new().path("model/vocab.txt")).unwrap();
    let cases: [Case<'_, (&str, Vec<u8>)>; 9] = [
        (
            "more words than rows",
            ("vocab.txt", good.replacen("w5\n", &"x\n".repeat(50), 1).into_bytes()),
            &["the model's word table has 97 rows; they do not belong together"],
        ),
        ("nothing", ("vocab.txt", vec![]), &["vocab.txt: `[UNK]` is missing"]),
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
        (
            "a tokenizer of another kind",
            ("tokenizer_config.json", b"{\"tokenizer_class\": \"BertJapaneseTokenizer\"}".to_vec()),
            &[
                "tokenizer_config.json: tokenizer_class is `BertJapaneseTokenizer`, which finds words with MeCab",
                "choose a model",
            ],
        ),
        (
            "another name than the vocabulary's",
            ("special_tokens_map.json", b"{\"cls_token\": \"<s>\"}".to_vec()),
            &["vocab.txt: `<s>` is missing", "tokenizer_config.json names them if they differ"],
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
    refuse(&world, "no tokenizer at all", &[], &["has neither tokenizer.json nor vocab.txt; copy the one"]);
}
