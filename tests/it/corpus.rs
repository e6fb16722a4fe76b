//! The embedded corpus is, byte for byte, the output of its generator.

#[path = "../../examples/make_demo_corpus/corpus/mod.rs"]
pub mod made;

use batchscope::data::{Examples, PairTokenizer, read_embedded};
use std::path::Path;

#[test]
fn the_committed_files_are_what_the_program_makes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/demo");
    let files = made::files();
    assert_eq!(files.len(), 3);
    for (name, contents) in files {
        let committed = std::fs::read_to_string(folder.join(name)).unwrap();
        assert!(committed == contents, "data/demo/{name} is not what examples/make_demo_corpus makes");
    }
}

#[test]
fn the_corpus_has_the_size_balance_and_length_it_promises() {
    let sets = read_embedded().unwrap();
    let (train, dev) = (&sets.train, sets.validation.as_ref().unwrap());
    assert_eq!((train.len(), dev.len()), (320, 300));
    for set in [train, dev] {
        let positive = set.iter().filter(|pair| pair.label == 1).count() as f64 / set.len() as f64;
        assert!((0.65..0.70).contains(&positive), "{positive} are paraphrases");
    }
    let vocabulary = include_bytes!("../../data/demo/vocab.txt");
    let tokenizer = PairTokenizer::from_vocabulary("vocab.txt", vocabulary, true, 512).unwrap();
    for set in [train, dev] {
        let examples = Examples::encode(set, &tokenizer).unwrap();
        assert!((23.0..25.0).contains(&examples.mean_length()), "{} tokens a pair", examples.mean_length());
        assert!(examples.longest() <= 64);
        let unknown = 1; // the place of [UNK] in vocab.txt
        assert!(!examples.tokens().contains(&unknown), "a word is unknown to the vocabulary");
    }
    assert!(tokenizer.vocabulary_size() <= 2400);
}
