use super::*;
use proptest::prelude::*;
use serde_json::json;
use std::fs;

const VOCABULARY: &str = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\ncat\nsat\n##s\n.\na\n";

fn tokenizer(max_length: usize) -> PairTokenizer {
    PairTokenizer::from_vocabulary("vocab.txt", VOCABULARY.as_bytes(), true, max_length).unwrap()
}

/// A folder with this vocabulary and these files beside it.
fn folder(files: &[(&str, serde_json::Value)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("vocab.txt"), VOCABULARY).unwrap();
    for (name, value) in files {
        fs::write(folder.path().join(name), value.to_string()).unwrap();
    }
    folder
}

fn refusal(files: &[(&str, serde_json::Value)]) -> String {
    PairTokenizer::from_folder(folder(files).path(), 128).err().unwrap().to_string()
}

fn notes(files: &[(&str, serde_json::Value)]) -> String {
    PairTokenizer::from_folder(folder(files).path(), 128).unwrap().notes().join("\n")
}

/// A `tokenizer.json` around the same vocabulary, framed by this post-processor.
fn file(post_processor: serde_json::Value) -> serde_json::Value {
    let words: serde_json::Map<_, _> =
        VOCABULARY.lines().enumerate().map(|(number, word)| (word.to_owned(), number.into())).collect();
    json!({
        "version": "1.0",
        "truncation": { "direction": "Right", "max_length": 6, "strategy": "LongestFirst", "stride": 0 },
        "padding": {
            "strategy": { "Fixed": 64 }, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0, "pad_type_id": 0,
            "pad_token": "[PAD]",
        },
        "added_tokens": [],
        "normalizer": {
            "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null,
            "lowercase": true,
        },
        "pre_tokenizer": { "type": "BertPreTokenizer" },
        "post_processor": post_processor,
        "decoder": null,
        "model": {
            "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": words,
        },
    })
}

fn bert_processing() -> serde_json::Value {
    json!({ "type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2] })
}

#[test]
fn a_pair_carries_its_separators_and_types() {
    let (tokens, types) = tokenizer(128).encode("The cats sat.", Some("A cat")).unwrap();
    assert_eq!(tokens, [2, 5, 6, 8, 7, 9, 3, 10, 6, 3]);
    assert_eq!(types, [0, 0, 0, 0, 0, 0, 0, 1, 1, 1]);
}

#[test]
fn a_sentence_alone_is_of_type_0() {
    let (tokens, types) = tokenizer(128).encode("The cats sat.", None).unwrap();
    assert_eq!(tokens, [2, 5, 6, 8, 7, 9, 3]);
    assert_eq!(types, [0; 7]);
    assert_eq!(tokenizer(5).encode("The cats sat.", None).unwrap().0, [2, 5, 6, 8, 3]);
}

#[test]
fn the_longer_sentence_is_cut_first() {
    let (tokens, types) = tokenizer(8).encode("the cat sat the cat sat", Some("a cat")).unwrap();
    assert_eq!(tokens, [2, 5, 6, 7, 3, 10, 6, 3]);
    assert_eq!(types.iter().filter(|kind| **kind == 1).count(), 3);
}

#[test]
fn special_tokens_in_a_sentence_are_tokens() {
    let (tokens, _) = tokenizer(128).encode("the [MASK] sat[SEP]", None).unwrap();
    assert_eq!(tokens, [2, 5, 4, 7, 3, 3]);
}

#[test]
fn padding_and_truncation_asked_for_by_the_file_are_switched_off() {
    for class in ["BertTokenizer", "PreTrainedTokenizerFast"] {
        let config = json!({ "tokenizer_class": class, "model_input_names": ["input_ids", "token_type_ids"] });
        let folder = folder(&[("tokenizer.json", file(bert_processing())), ("tokenizer_config.json", config)]);
        let read = PairTokenizer::from_folder(folder.path(), 128).unwrap();
        let pair = ("the cats sat .", Some("a cat"));
        assert_eq!(read.encode(pair.0, pair.1).unwrap(), tokenizer(128).encode(pair.0, pair.1).unwrap());
        assert_eq!(read.notes(), Vec::<String>::new());
    }
}

#[test]
fn a_tokenizer_that_frames_no_pairs_is_refused_where_it_is_kept() {
    let kept = |post_processor: serde_json::Value| {
        refusal(&[
            ("tokenizer.json", file(post_processor)),
            ("tokenizer_config.json", json!({ "tokenizer_class": "PreTrainedTokenizerFast" })),
        ])
    };
    for (what, post_processor) in [
        ("nothing", json!(null)),
        (
            "RoBERTa's",
            json!({ "type": "RobertaProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2], "trim_offsets": true, "add_prefix_space": false }),
        ),
        ("the wrong way round", json!({ "type": "BertProcessing", "sep": ["[CLS]", 2], "cls": ["[SEP]", 3] })),
    ] {
        let error = kept(post_processor);
        assert!(error.contains("not [CLS] a [SEP] b [SEP]"), "{what}: {error}");
    }
}

#[test]
fn a_vocabulary_without_special_tokens_is_refused() {
    let error = PairTokenizer::from_vocabulary("vocab.txt", b"[UNK]\n[CLS]\nthe\n", true, 128).err().unwrap();
    assert!(error.to_string().contains("`[SEP]` is missing"), "{error}");
    assert!(PairTokenizer::from_vocabulary("vocab.txt", VOCABULARY.as_bytes(), true, 4).is_err());
    let config = |config: serde_json::Value| refusal(&[("tokenizer_config.json", config)]);
    assert!(config(json!({ "cls_token": "<s>" })).contains("`<s>` is missing"));
    assert!(config(json!({ "unk_token": "<unk>" })).contains("`<unk>` is missing"));
    assert!(config(json!({ "sep_token": null })).contains("`sep_token` is null, expected the name"));
}

#[test]
fn what_is_no_berts_is_refused_by_name() {
    let class = |class: &str| refusal(&[("tokenizer_config.json", json!({ "tokenizer_class": class }))]);
    assert!(class("BertJapaneseTokenizer").contains("`BertJapaneseTokenizer`, which finds words with MeCab"));
    assert!(class("PreTrainedTokenizerFast").contains("reads tokenizer.json alone"));
    let of_model = refusal(&[("config.json", json!({ "tokenizer_class": "AlbertTokenizer" }))]);
    assert!(of_model.contains("config.json") && of_model.contains("SentencePiece"), "{of_model}");
    let mut unigram = file(bert_processing());
    unigram["model"] = json!({ "type": "Unigram", "unk_id": 0, "vocab": [["a", 0.0]] });
    assert!(refusal(&[("tokenizer.json", unigram)]).contains("its model is `Unigram`, and BERT's is `WordPiece`"));
    let versions = json!({ "fast_tokenizer_files": ["tokenizer.json", "tokenizer.4.0.0.json"] });
    assert!(refusal(&[("tokenizer_config.json", versions)]).contains("names \"tokenizer.4.0.0.json\""));

    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("spiece.model"), "").unwrap();
    let error = PairTokenizer::from_folder(folder.path(), 128).err().unwrap().to_string();
    assert!(error.contains("spiece.model is SentencePiece's"), "{error}");
}

#[test]
fn values_of_another_kind_are_refused_with_key_and_place() {
    for (key, value, words) in [
        ("do_lower_case", json!("true"), "`do_lower_case` is \"true\", expected true or false"),
        ("strip_accents", json!(1), "`strip_accents` is 1, expected true or false"),
        ("truncation_side", json!("up"), "`truncation_side` is \"up\", expected \"left\" or \"right\""),
        ("cls_token", json!(7), "`cls_token` is 7, expected a token as text"),
        ("added_tokens_decoder", json!({ "x": "y" }), "`added_tokens_decoder` is \"x\", expected an object"),
        ("additional_special_tokens", json!({}), "`additional_special_tokens` is {}, expected a list"),
    ] {
        let error = refusal(&[("tokenizer_config.json", json!({ key: value }))]);
        assert!(error.contains("tokenizer_config.json") && error.contains(words), "{error}");
    }
    let error = refusal(&[("added_tokens.json", json!({ "\u{301}": 11 }))]);
    assert!(error.contains("the added token \"\\u{301}\" has nothing left when it is normalized"), "{error}");
    let error = refusal(&[(
        "tokenizer_config.json",
        json!({ "added_tokens_decoder": { "11": { "content": "<x>", "rstrip": true }, "12": { "content": " y" } } }),
    )]);
    assert!(error.contains("the added token \" y\" begins with a space"), "{error}");
    let error = refusal(&[("added_tokens.json", json!({ "x": -1 }))]);
    assert!(error.contains("added_tokens.json") && error.contains("`x` is -1, expected the number"), "{error}");
}

#[test]
fn what_has_no_effect_is_said() {
    let notes_of = |config| notes(&[("tokenizer_config.json", config)]);
    assert_eq!(notes_of(json!({ "do_basic_tokenize": true, "never_split": null, "model_max_length": 1e30 })), "");
    let said = notes_of(json!({ "do_basic_tokenize": false, "never_split": ["a"], "model_max_length": 64 }));
    assert!(said.contains("do_basic_tokenize = false, never_split = [\"a\"] has no effect"), "{said}");
    assert!(said.contains("model_max_length is 64, and task.max_length 128 is what counts"), "{said}");
    let mut cased = file(bert_processing());
    cased["normalizer"]["lowercase"] = json!(false);
    cased["model"]["max_input_chars_per_word"] = json!(9);
    let said = notes(&[("tokenizer.json", cased)]);
    assert!(said.contains("tokenizer.json: normalizer, max_input_chars_per_word replaced"), "{said}");
}

#[test]
fn a_text_of_megabytes_costs_what_is_read_of_it() {
    let long = "the cat sat. ".repeat(1 << 18);
    for max_length in [32, 33] {
        let tokenizer = tokenizer(max_length);
        let mut long = Sentence::new(&tokenizer.tokenizer, &long, tokenizer.in_pieces);
        let mut short = Sentence::new(&tokenizer.tokenizer, "the cat", tokenizer.in_pieces);
        assert_eq!(tokenizer.shares(&mut long, &mut short).unwrap(), (max_length - 5, 2));
        assert!(!long.is_whole() && long.len() < 10_000, "{} tokens were encoded", long.len());
    }
    // which of two is longer by one token is found out at their ends
    let other = format!("{long}cat");
    let (tokens, types) = tokenizer(32).encode(&other, Some(&long)).unwrap();
    assert_eq!((tokens.len(), types.iter().filter(|kind| **kind == 1).count()), (32, 15));
    let (_, types) = tokenizer(32).encode(&long, Some(&other)).unwrap();
    assert_eq!(types.iter().filter(|kind| **kind == 1).count(), 16);
}

proptest! {
    #[test]
    fn pieces_are_what_the_whole_is(
        text in "([the cats.\u{301}\u{200d}中\u{a0}\t\n\r\u{c}\u{b}é😀]{0,12}( |\\[MASK\\]|\\[SEP\\]|\n|a)){0,12}",
        piece in 1usize..20,
        lower_case: bool,
    ) {
        let tokenizer = PairTokenizer::from_vocabulary("a", VOCABULARY.as_bytes(), lower_case, 64).unwrap();
        prop_assert!(tokenizer.in_pieces);
        let mut whole = Sentence::new(&tokenizer.tokenizer, &text, false);
        whole.finish().unwrap();
        let mut pieces = Sentence::in_pieces_of(&tokenizer.tokenizer, &text, piece);
        pieces.finish().unwrap();
        prop_assert_eq!(pieces.first(usize::MAX), whole.first(usize::MAX));
    }

    #[test]
    fn a_pair_fills_its_room(first in "[thecatsa. ]{0,60}", second in "[thecatsa. ]{0,60}", max_length in 5usize..40) {
        let (whole, _) = tokenizer(512).encode(&first, Some(&second)).unwrap();
        let (tokens, types) = tokenizer(max_length).encode(&first, Some(&second)).unwrap();
        prop_assert_eq!(tokens.len(), whole.len().min(max_length));
        prop_assert_eq!(tokens.len(), types.len());
        prop_assert_eq!((tokens[0], tokens[tokens.len() - 1]), (2, 3));
    }
}
