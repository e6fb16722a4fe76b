//! Small models and data to test with.

use batchscope::domain::arm::Norm;
use batchscope::domain::batch::Batch;
use batchscope::domain::model::ModelConfig;
use batchscope::domain::random::{Key, Purpose};
use batchscope::domain::run::DropoutRates;
use batchscope::model::{Bert, Masks, Weights};
use std::path::PathBuf;

/// A file or folder that belongs to the tests.
pub fn fixture(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests").join(path)
}

/// A BERT small enough to check number by number.
pub fn tiny_config() -> ModelConfig {
    ModelConfig {
        vocab_size: 40,
        hidden_size: 16,
        num_hidden_layers: 2,
        num_attention_heads: 4,
        intermediate_size: 32,
        max_position_embeddings: 32,
        ..ModelConfig::bert_mini(40)
    }
}

/// A model with drawn weights and every row of its word table.
pub fn tiny_model(norm: Norm) -> Bert {
    let config = tiny_config();
    // larger than BERT's own deviation, so that nothing is close to zero by accident
    let config = ModelConfig { initializer_range: 0.2, ..config };
    let words: Vec<u32> = (0..config.vocab_size as u32).collect();
    Bert::new(&config, norm, &Weights::random(&config, 1), &words, 2, 1, 0).unwrap()
}

/// Sequences of these lengths with arbitrary tokens; the second half of each is of the second sentence.
pub fn batch_of(lengths: &[usize]) -> Batch {
    let key = Key::new(3, Purpose::Initialise);
    let mut batch = Batch::default();
    for (number, &length) in lengths.iter().enumerate() {
        let stream = key.with(number as u64);
        let tokens: Vec<u32> = (0..length as u32).map(|place| stream.bits(place) % 40).collect();
        let types: Vec<u32> = (0..length).map(|place| u32::from(place >= length.div_ceil(2))).collect();
        batch.push(number as u32, number as u32 % 2, &tokens, &types);
    }
    batch
}

pub fn no_dropout() -> Masks {
    Masks::new(DropoutRates::OFF, 0, 0, 0)
}
