//! One training step of BERT-mini on the demo corpus: composed from candle's operations, fused, and fused in bfloat16.
//!
//! `RAYON_NUM_THREADS=1 CANDLE_NUM_THREADS=1 cargo bench --bench step` prints each; their ratio within one run is what counts
//! (docs/PERFORMANCE.md).

use batchscope::data::{Examples, PairTokenizer, WordRows, gather, read_embedded};
use batchscope::domain::choice::{Norm, Precision};
use batchscope::domain::model::ModelConfig;
use batchscope::domain::run::DropoutRates;
use batchscope::model::{Bert, Implementation, Masks, Weights};
use batchscope::train::Learner;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

fn step(criterion: &mut Criterion) {
    let vocabulary = include_bytes!("../data/demo/vocab.txt");
    let tokenizer = PairTokenizer::from_vocabulary("vocab.txt", vocabulary, true, 64).unwrap();
    let mut examples = Examples::encode(&read_embedded().unwrap().train, &tokenizer).unwrap();
    let rows = WordRows::used_by(&[&examples]);
    rows.renumber(&mut examples);
    let config = ModelConfig::bert_mini(tokenizer.vocabulary_size());
    let weights = Weights::random(&config, 0);
    let rates = DropoutRates { hidden: 0.1, attention: 0.1, classifier: 0.1 };
    let masks = Masks::new(rates, 0, 0, 0);
    let mut group = criterion.benchmark_group("training step");
    group.sample_size(10);
    for batch_size in [2u32, 8, 64] {
        let numbers: Vec<u32> = (0..batch_size).collect();
        let batch = gather(&examples, &numbers);
        group.throughput(Throughput::Elements(batch_size.into()));
        for (implementation, precision) in [
            (Implementation::Composed, Precision::F32),
            (Implementation::Fused, Precision::F32),
            (Implementation::Fused, Precision::Bf16),
        ] {
            let id = BenchmarkId::new(format!("{implementation:?} {}", precision.name()), batch_size);
            group.bench_with_input(id, &batch, |bencher, batch| {
                let model = Bert::new(&config, Norm::Layer, &weights, rows.words(), 2, 0, 0).unwrap();
                let model = model.implemented(implementation).with_precision(precision);
                let mut learner = Learner::new(model, 0.01);
                bencher.iter(|| learner.step(batch, &masks, 1e-4, 1.0).unwrap());
            });
        }
    }
    group.finish();
}

criterion_group!(benches, step);
criterion_main!(benches);
