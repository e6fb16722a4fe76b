//! Properties of the model that do not depend on its weights.

use crate::support::{batch_of, no_dropout, tiny_config, tiny_model};
use batchscope::data::WordRows;
use batchscope::domain::batch::Batch;
use batchscope::domain::choice::Norm;
use batchscope::domain::run::DropoutRates;
use batchscope::model::{Bert, Masks, Pass, Weights};
use batchscope::train::Learner;
use candle_core::{Device, Tensor};

const NORMS: [Norm; 4] = [Norm::Layer, Norm::Batch, Norm::Rms, Norm::None];

fn loss(model: &mut Bert, batch: &Batch, masks: &Masks) -> Tensor {
    let logits = model.logits(batch, Pass::Train(masks)).unwrap();
    let labels = Tensor::from_slice(&batch.labels, batch.len(), &Device::Cpu).unwrap();
    candle_nn::loss::cross_entropy(&logits, &labels).unwrap()
}

fn logits(model: &mut Bert, batch: &Batch) -> Vec<Vec<f32>> {
    model.logits(batch, Pass::Evaluate(None)).unwrap().to_vec2().unwrap()
}

#[test]
fn every_trainable_tensor_gets_a_gradient() {
    for norm in NORMS {
        let mut model = tiny_model(norm);
        let masks = Masks::new(DropoutRates { hidden: 0.1, attention: 0.1, classifier: 0.1 }, 0, 0, 0);
        loss(&mut model, &batch_of(&[12, 7, 9, 4]), &masks).backward().unwrap();
        for group in &model.groups {
            let gradient = group.gradient();
            for view in group.layout().views() {
                let largest = gradient[view.range()].iter().fold(0f32, |most, value| most.max(value.abs()));
                // a key bias adds the same number to every score of a query: softmax does not see it
                if view.name.ends_with("key.bias") && norm == Norm::Layer {
                    assert!(largest < 1e-5, "{}: {largest}", view.name);
                } else if !view.name.ends_with("key.bias") {
                    assert!(largest > 1e-7, "{norm:?}: {} has no gradient", view.name);
                }
            }
        }
    }
}

#[test]
fn gradients_are_the_slopes_of_the_loss() {
    // central differences in f32 are good to about 1e-3 of a slope of order 0.1
    let step = 1e-2f32;
    for norm in NORMS {
        let batch = batch_of(&[5, 3, 4]);
        let masks = Masks::new(DropoutRates { hidden: 0.2, attention: 0.2, classifier: 0.2 }, 0, 0, 0);
        let mut model = tiny_model(norm);
        loss(&mut model, &batch, &masks).backward().unwrap();
        for group in 0..model.groups.len() {
            let gradient = model.groups[group].gradient();
            let (place, slope) = gradient
                .iter()
                .enumerate()
                .max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))
                .map(|(place, slope)| (place, *slope))
                .unwrap();
            let mut moved = |by: f32| {
                model.groups[group].update(|values, _| values[place] += by).unwrap();
                loss(&mut model, &batch, &masks).to_scalar::<f32>().unwrap()
            };
            let (above, below) = (moved(step), moved(-2.0 * step));
            moved(step);
            let measured = (above - below) / (2.0 * step);
            assert!(
                (measured - slope).abs() < 0.03 * slope.abs() + 1e-3,
                "{norm:?}, group {group}: slope {slope}, measured {measured}"
            );
        }
    }
}

#[test]
fn an_example_scores_the_same_alone_and_in_company() {
    for norm in NORMS {
        let mut model = tiny_model(norm);
        let company = batch_of(&[6, 1, 12, 3]);
        let together = logits(&mut model, &company);
        for (number, tokens) in company.sequences().enumerate() {
            let mut alone = Batch::default();
            alone.push(0, 0, &company.tokens[tokens.clone()], &company.token_types[tokens]);
            let single = logits(&mut model, &alone);
            for (a, b) in single[0].iter().zip(&together[number]) {
                assert!((a - b).abs() < 1e-5, "{norm:?}: {a} alone, {b} in company");
            }
        }
    }
}

#[test]
fn batch_norm_alone_lets_examples_see_each_other_while_training() {
    for norm in NORMS {
        let first_logits = |lengths: &[usize]| {
            let mut model = tiny_model(norm);
            let logits = model.logits(&batch_of(lengths), Pass::Train(&no_dropout())).unwrap();
            logits.to_vec2::<f32>().unwrap()[0].clone()
        };
        let (alone, company) = (first_logits(&[6]), first_logits(&[6, 9]));
        let difference = alone.iter().zip(&company).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        match norm {
            Norm::Batch => assert!(difference > 1e-3, "batch norm: {difference}"),
            _ => assert!(difference < 1e-5, "{norm:?}: {difference}"),
        }
    }
}

#[test]
fn a_task_that_uses_few_words_trains_the_same_as_with_the_whole_table() {
    let config = tiny_config();
    let weights = Weights::random(&config, 1);
    let whole: Vec<u32> = (0..config.vocab_size as u32).collect();
    let batch = batch_of(&[6, 4]);
    let mut used: Vec<u32> = batch.tokens.clone();
    used.sort_unstable();
    used.dedup();
    let mut small_batch = batch.clone();
    for token in &mut small_batch.tokens {
        *token = used.binary_search(token).unwrap() as u32;
    }
    let train = |words: &[u32], batch: &Batch| {
        let model = Bert::new(&config, Norm::Layer, &weights, words, 2, 1, 0).unwrap();
        let mut learner = Learner::new(model, 0.01);
        (0..3).map(|_| learner.step(batch, &no_dropout(), 1e-2, 1.0).unwrap().unwrap().loss).collect::<Vec<f32>>()
    };
    assert_eq!(train(&whole, &batch), train(&used, &small_batch));
}

#[test]
fn word_rows_come_from_encoded_examples() {
    let sets = batchscope::data::read_embedded().unwrap();
    let vocabulary = include_bytes!("../../data/demo/vocab.txt");
    let tokenizer = batchscope::data::PairTokenizer::from_vocabulary("vocab.txt", vocabulary, true, 128).unwrap();
    let examples = batchscope::data::Examples::encode(&sets.train, &tokenizer).unwrap();
    let rows = WordRows::used_by(&[&examples]);
    assert!(rows.words().len() > 300 && rows.words().len() <= tokenizer.vocabulary_size());
}
