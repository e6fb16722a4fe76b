//! The model that is compiled into the program.

use batchscope::domain::model::ModelConfig;
use batchscope::domain::spec::{EMBEDDED, EMBEDDED_RANDOM, Spec};
use batchscope::resolve::{Sources, prepare};
use batchscope::spec_file::{parse, preset};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;

fn spec(source: &str) -> Spec {
    parse("demo", preset("demo").unwrap(), &[format!("model.source={source}")]).unwrap()
}

#[test]
fn it_is_small_and_its_digests_are_those_in_the_readme() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let readme = fs::read_to_string(data.join("README.md")).unwrap();
    let mut bytes = 0;
    for name in ["config.json", "model.safetensors"] {
        let file = fs::read(data.join("demo/model").join(name)).unwrap();
        bytes += file.len();
        let digest: String = Sha256::digest(&file).iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(readme.contains(&format!("| `model/{name}` | `{digest}` |")), "{name} is {digest}");
    }
    assert!(bytes < 8_000_000, "{bytes} bytes");
}

#[test]
fn random_weights_have_its_shape_and_words_and_nothing_of_what_it_learned() {
    let (learned, random) = (
        prepare(spec(EMBEDDED), &Sources::cached()).unwrap(),
        prepare(spec(EMBEDDED_RANDOM), &Sources::cached()).unwrap(),
    );
    let initializer_range = ModelConfig::BERT_INITIALIZER_RANGE;
    assert_eq!(ModelConfig { initializer_range, ..learned.model.config }, random.model.config);
    assert_eq!(learned.data, random.data);
    assert_ne!(learned.model.weights, random.model.weights);
    let other_seed =
        parse("demo", preset("demo").unwrap(), &["model.source=embedded-random", "train.seed=1"].map(String::from));
    assert_ne!(prepare(other_seed.unwrap(), &Sources::cached()).unwrap().model.weights, random.model.weights);
}
