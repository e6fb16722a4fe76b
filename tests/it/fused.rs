//! The fused layer is the composed layer: the same numbers forward and backward, whatever the shape. A pass for the
//! logits alone, whose last layer computes the first token of each sequence only, is a pass over every token.

use crate::support::{batch_of, tiny_config};
use batchscope::domain::batch::Batch;
use batchscope::domain::choice::{Norm, Precision};
use batchscope::domain::model::ModelConfig;
use batchscope::domain::random::{Key, Purpose};
use batchscope::domain::run::DropoutRates;
use batchscope::model::{Bert, Group, Implementation, Masks, Pass, Simd, Weights};
use batchscope::train::Learner;
use candle_core::{Device, Tensor};
use std::collections::BTreeMap;

fn model(config: &ModelConfig, norm: Norm, implementation: Implementation) -> Bert {
    let words: Vec<u32> = (0..config.vocab_size as u32).collect();
    Bert::new(config, norm, &Weights::random(config, 1), &words, 2, 1, 0).unwrap().implemented(implementation)
}

/// Numbers of a pass by their names.
type Numbers = BTreeMap<String, Vec<f32>>;

/// A training pass over every token: logits, all gradients, hidden states.
fn pass_over_tokens(model: &mut Bert, batch: &Batch, masks: &Masks) -> Numbers {
    let output = model.forward(batch, Pass::Train(masks)).unwrap();
    let mut numbers = backward(model, batch, &output.logits);
    numbers.extend(output.hidden.iter().enumerate().map(|(layer, x)| (format!("hidden {layer}"), floats(x))));
    numbers
}

/// A training pass for the logits alone: logits, all gradients.
fn pass_for_logits(model: &mut Bert, batch: &Batch, masks: &Masks) -> Numbers {
    let logits = model.logits(batch, Pass::Train(masks)).unwrap();
    backward(model, batch, &logits)
}

const PASSES: [fn(&mut Bert, &Batch, &Masks) -> Numbers; 2] = [pass_over_tokens, pass_for_logits];

fn backward(model: &Bert, batch: &Batch, logits: &Tensor) -> Numbers {
    let labels = Tensor::from_slice(&batch.labels, batch.len(), &Device::Cpu).unwrap();
    candle_nn::loss::cross_entropy(logits, &labels).unwrap().backward().unwrap();
    let mut numbers = Numbers::from([("logits".to_owned(), floats(logits))]);
    for group in &model.groups {
        let gradient = group.gradient();
        numbers.extend(group.layout().views().iter().map(|view| (view.name.clone(), gradient[view.range()].to_vec())));
    }
    numbers
}

fn floats(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

fn norm_of(values: impl Iterator<Item = f32>) -> f64 {
    values.map(|value| f64::from(value).powi(2)).sum::<f64>().sqrt()
}

#[track_caller]
fn assert_same(config: &ModelConfig, norm: Norm, lengths: &[usize], rates: DropoutRates) {
    let masks = Masks::new(rates, 5, 0, 0);
    let batch = batch_of(lengths);
    let [mut composed, mut fused] =
        [Implementation::Composed, Implementation::Fused].map(|implementation| model(config, norm, implementation));
    let definition = pass_over_tokens(&mut composed, &batch, &masks);
    clear_gradients(&mut composed);
    let same = [
        ("fused", pass_over_tokens(&mut fused, &batch, &masks)),
        ("composed, logits alone", pass_for_logits(&mut composed, &batch, &masks)),
        ("fused, logits alone", {
            clear_gradients(&mut fused);
            pass_for_logits(&mut fused, &batch, &masks)
        }),
    ];
    assert_eq!(definition.len(), same[0].1.len());
    for (kind, (name, ours)) in same.iter().flat_map(|(kind, numbers)| numbers.iter().map(move |one| (kind, one))) {
        let theirs = &definition[name];
        assert_eq!(ours.len(), theirs.len());
        let difference = norm_of(ours.iter().zip(theirs).map(|(a, b)| a - b));
        let bound = 2e-5 * norm_of(theirs.iter().copied()) + 1e-6;
        assert!(difference <= bound, "{kind}: {norm:?} {lengths:?} {name}: differs by {difference}, bound {bound}");
    }
}

fn clear_gradients(model: &mut Bert) {
    model.groups.iter_mut().for_each(Group::clear_gradient);
}

const ON: DropoutRates = DropoutRates { hidden: 0.2, attention: 0.3, classifier: 0.1 };

#[test]
fn every_norm_with_and_without_dropout() {
    let config = ModelConfig { initializer_range: 0.2, ..tiny_config() };
    for norm in [Norm::Layer, Norm::Batch, Norm::Rms, Norm::None] {
        for rates in [ON, DropoutRates::OFF, DropoutRates { attention: 0.0, ..ON }, DropoutRates { hidden: 0.0, ..ON }]
        {
            assert_same(&config, norm, &[7, 4, 9], rates);
        }
    }
}

#[test]
fn single_tokens_and_long_sequences() {
    let config = ModelConfig { initializer_range: 0.2, ..tiny_config() };
    for lengths in [&[1][..], &[1, 1, 1], &[32], &[1, 32, 2], &[16, 17, 15, 31, 3]] {
        assert_same(&config, Norm::Layer, lengths, ON);
    }
}

#[test]
fn widths_that_are_no_multiple_of_a_vector() {
    for (hidden_size, heads, intermediate_size) in [(6, 1, 5), (12, 3, 50), (40, 5, 33), (96, 2, 200)] {
        let config = ModelConfig {
            hidden_size,
            num_attention_heads: heads,
            intermediate_size,
            initializer_range: 0.2,
            ..tiny_config()
        };
        assert_same(&config, Norm::Layer, &[5, 11], ON);
    }
}

#[test]
fn buffers_of_a_larger_batch_leave_nothing_behind() {
    let config = ModelConfig { initializer_range: 0.2, ..tiny_config() };
    let (large, small) = (batch_of(&[30, 20, 32]), batch_of(&[3, 5]));
    let masks = Masks::new(ON, 5, 0, 0);
    let mut used = model(&config, Norm::Layer, Implementation::Fused);
    for (before, pass) in PASSES.into_iter().flat_map(|before| PASSES.map(|pass| (before, pass))) {
        before(&mut used, &large, &masks);
        clear_gradients(&mut used);
        let fresh = pass(&mut model(&config, Norm::Layer, Implementation::Fused), &small, &masks);
        assert_eq!(pass(&mut used, &small, &masks), fresh);
    }
}

#[test]
fn batch_norm_evaluates_by_what_it_followed() {
    let config = ModelConfig { initializer_range: 0.2, ..tiny_config() };
    let (batch, masks) = (batch_of(&[30, 20, 32]), Masks::new(ON, 5, 0, 0));
    let [composed, fused] = [Implementation::Composed, Implementation::Fused].map(|implementation| {
        let mut model = model(&config, Norm::Batch, implementation);
        for _ in 0..3 {
            model.forward(&batch, Pass::Train(&masks)).unwrap();
        }
        let scored = model.forward(&batch_of(&[5, 9]), Pass::Evaluate(None)).unwrap().hidden;
        let running = model.running.iter().flat_map(|running| running.mean.iter().chain(&running.variance));
        let numbers: Vec<f32> = running.copied().collect();
        (numbers, scored.last().unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap())
    });
    assert!(composed.0.iter().any(|number| *number != 0.0 && *number != 1.0), "nothing was followed");
    for (composed, fused) in [(composed.0, fused.0), (composed.1, fused.1)] {
        let difference = norm_of(composed.iter().zip(&fused).map(|(a, b)| a - b));
        assert!(difference <= 2e-5 * norm_of(composed.into_iter()), "differs by {difference}");
    }
}

#[test]
fn gradients_of_two_passes_add_up() {
    let config = ModelConfig { initializer_range: 0.2, ..tiny_config() };
    let (batch, masks) = (batch_of(&[5, 9]), Masks::new(ON, 5, 0, 0));
    for pass in PASSES {
        let mut model = model(&config, Norm::Layer, Implementation::Fused);
        pass(&mut model, &batch, &masks);
        let once: Vec<Vec<f32>> = model.groups.iter().map(Group::gradient).collect();
        pass(&mut model, &batch, &masks);
        for (group, once) in model.groups.iter_mut().zip(&once) {
            let twice = group.gradient();
            let difference = norm_of(twice.iter().zip(once).map(|(twice, once)| twice - 2.0 * once));
            assert!(difference <= 1e-5 * norm_of(twice.into_iter()), "differs by {difference}");
            group.clear_gradient();
        }
        pass(&mut model, &batch, &masks);
        let again: Vec<Vec<f32>> = model.groups.iter().map(Group::gradient).collect();
        assert_eq!(again, once, "a gradient that begins anew holds nothing of the one before");
    }
}

#[test]
fn a_pass_for_the_logits_scores_as_a_pass_over_every_token() {
    let config = ModelConfig { initializer_range: 0.2, ..tiny_config() };
    let batch = batch_of(&[1, 30, 20, 1, 32]);
    let masks = Masks::new(ON, 5, 0, 0);
    for norm in [Norm::Layer, Norm::Batch, Norm::Rms, Norm::None] {
        for implementation in [Implementation::Composed, Implementation::Fused] {
            let mut model = model(&config, norm, implementation);
            for pass in [Pass::Evaluate(None), Pass::Evaluate(Some(&masks))] {
                let whole = floats(&model.forward(&batch, pass).unwrap().logits);
                let logits = floats(&model.logits(&batch, pass).unwrap());
                let difference = norm_of(logits.iter().zip(&whole).map(|(a, b)| a - b));
                assert!(difference <= 2e-5 * norm_of(whole.into_iter()), "{norm:?} {implementation:?}: {difference}");
            }
        }
    }
}

/// The order of every sum is fixed, so vectors of any width give the same bits.
#[test]
fn loops_give_the_same_bits_with_every_kind_of_instructions() {
    let config = ModelConfig { initializer_range: 0.2, hidden_size: 36, intermediate_size: 75, ..tiny_config() };
    let (batch, masks) = (batch_of(&[1, 30, 20, 17]), Masks::new(ON, 5, 0, 0));
    let trained = |simd: Simd, norm: Norm| {
        simd.at_most();
        let mut learner = Learner::new(model(&config, norm, Implementation::Fused), 0.01);
        let losses: Vec<f32> = (0..3).map(|_| learner.step(&batch, &masks, 1e-2, 1.0).unwrap().unwrap().loss).collect();
        (losses, learner.finish().unwrap().tensors().unwrap())
    };
    for norm in [Norm::Layer, Norm::Batch, Norm::Rms, Norm::None] {
        let widest = trained(Simd::widest(), norm);
        for narrower in [Simd::Portable, Simd::Avx2] {
            assert!(trained(narrower, norm) == widest, "{norm:?}: {narrower:?} differs");
        }
    }
    Simd::widest().at_most();
}

#[test]
fn an_empty_batch_is_an_error() {
    let masks = Masks::new(ON, 5, 0, 0);
    for implementation in [Implementation::Composed, Implementation::Fused] {
        for precision in Precision::ALL {
            let mut model = model(&tiny_config(), Norm::Layer, implementation).with_precision(precision);
            assert!(model.forward(&Batch::default(), Pass::Train(&masks)).is_err());
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(40))]
    #[test]
    fn any_shape(
        lengths in proptest::collection::vec(1usize..33, 1..6),
        heads in 1usize..5,
        head_size in 1usize..12,
        intermediate_size in 1usize..70,
        norm in proptest::sample::select(vec![Norm::Layer, Norm::Batch, Norm::Rms, Norm::None]),
        (hidden, attention) in proptest::sample::select(vec![(0.0, 0.0), (0.2, 0.0), (0.0, 0.3), (0.2, 0.3)]),
    ) {
        // batch norm divides by the deviation of the batch: one token has none
        let lengths = if norm == Norm::Batch && lengths.iter().sum::<usize>() < 8 { vec![8] } else { lengths };
        // a row of few numbers has hardly a deviation to divide by
        let hidden_size = (heads * head_size).max(4).next_multiple_of(heads);
        let config = ModelConfig {
            hidden_size,
            num_attention_heads: heads,
            intermediate_size,
            initializer_range: 0.2,
            ..tiny_config()
        };
        assert_same(&config, norm, &lengths, DropoutRates { hidden, attention, classifier: 0.1 });
    }
}

#[test]
fn a_backward_pass_must_belong_to_the_newest_forward_pass() {
    let config = tiny_config();
    let mut model = model(&config, Norm::Layer, Implementation::Fused);
    let (batch, masks) = (batch_of(&[4, 6]), Masks::new(ON, 5, 0, 0));
    let first = model.logits(&batch, Pass::Train(&masks)).unwrap();
    model.forward(&batch, Pass::Evaluate(None)).unwrap();
    let error = first.sum_all().unwrap().backward().unwrap_err().to_string();
    assert!(error.contains("another forward pass came between"), "{error}");
}

/// Its gradient is 0 but for rounding.
fn is_bias_of_keys(name: &str) -> bool {
    name.ends_with("attention.self.key.bias")
}

/// How far numbers may be apart, relative to their norms.
#[track_caller]
fn assert_near(found: &Numbers, expected: &Numbers, bound: f64, what: &str) {
    assert_eq!(found.len(), expected.len());
    for (name, expected) in expected.iter().filter(|(name, _)| !is_bias_of_keys(name)) {
        let difference = norm_of(found[name].iter().zip(expected).map(|(a, b)| a - b));
        let size = norm_of(expected.iter().copied());
        assert!(difference <= bound * size + 1e-6, "{what}: {name} differs by {difference}, its norm is {size}");
    }
}

/// How far numbers are apart, relative to their norms: the root mean square over all of them by name.
fn distance(found: &Numbers, expected: &Numbers) -> f64 {
    let squares: Vec<f64> = expected
        .iter()
        .filter(|(name, _)| !is_bias_of_keys(name))
        .map(|(name, expected)| {
            let difference = norm_of(found[name].iter().zip(expected).map(|(a, b)| a - b));
            (difference / norm_of(expected.iter().copied()).max(1e-6)).powi(2)
        })
        .collect();
    (squares.iter().sum::<f64>() / squares.len() as f64).sqrt()
}

/// Every parameter moved by this share of it, up or down.
fn moved(mut model: Bert, share: f32, key: Key) -> Bert {
    for (number, group) in model.groups.iter_mut().enumerate() {
        let key = key.with(number as u64);
        let change = |values: &mut [f32], _: &mut [f32]| {
            for (place, value) in values.iter_mut().enumerate() {
                *value *= if key.bits(place as u32).is_multiple_of(2) { 1.0 + share } else { 1.0 - share };
            }
        };
        group.update(change).unwrap();
    }
    model
}

/// Another order of sums changes the last digits of float32. Now and then one of them then rounds to the other neighbour,
/// a 256th away, and so do others in the layers that follow. How much that makes is seen in the composed layers: moving
/// their parameters by a millionth, some 16 units in the last place, moves them as far. `fused::linear` compares single
/// products more closely.
#[test]
fn in_bfloat16_the_fused_layer_is_the_composed_one_but_for_the_order_of_sums() {
    let (mut fused_from_composed, mut moved_from_composed) = (Vec::new(), Vec::new());
    for (hidden_size, heads, intermediate_size) in [(32, 2, 64), (12, 3, 50), (96, 2, 200)] {
        let config = ModelConfig {
            hidden_size,
            num_attention_heads: heads,
            intermediate_size,
            initializer_range: 0.2,
            ..tiny_config()
        };
        for (norm, lengths) in
            [(Norm::Layer, &[5, 11][..]), (Norm::Layer, &[1]), (Norm::Batch, &[7, 4, 9]), (Norm::Rms, &[32, 1, 16])]
        {
            let (batch, masks) = (batch_of(lengths), Masks::new(ON, 5, 0, 0));
            let rounded = |implementation| model(&config, norm, implementation).with_precision(Precision::Bf16);
            for pass in PASSES {
                let composed = pass(&mut rounded(Implementation::Composed), &batch, &masks);
                let fused = pass(&mut rounded(Implementation::Fused), &batch, &masks);
                let what = format!("{norm:?} {lengths:?} {hidden_size}");
                assert_near(&fused, &composed, 0.015, &what);
                fused_from_composed.push(distance(&fused, &composed));
                let key = Key::new(7, Purpose::Initialise).with(fused_from_composed.len() as u64);
                let moved = pass(&mut moved(rounded(Implementation::Composed), 1e-6, key), &batch, &masks);
                moved_from_composed.push(distance(&moved, &composed));
                // nothing has built up in the first layer yet
                let first = |numbers: &Numbers| -> Numbers {
                    numbers
                        .iter()
                        .filter(|(name, _)| *name == "hidden 1")
                        .map(|(k, v)| (k.clone(), v.clone()))
                        .collect()
                };
                assert_near(&first(&fused), &first(&composed), 0.001, &what);
            }
        }
    }
    let mean = |all: &[f64]| all.iter().sum::<f64>() / all.len() as f64;
    let (fused, moved) = (mean(&fused_from_composed), mean(&moved_from_composed));
    assert!(fused <= 2.0 * moved && fused < 2e-3, "fused layers are {fused} from composed ones, moved ones {moved}");
}

/// The rounding of an operand is off by at most 2^-9 of it.
#[test]
fn bfloat16_differs_from_float32_by_what_its_eight_bits_explain() {
    let config = ModelConfig { initializer_range: 0.2, ..tiny_config() };
    for lengths in [&[7, 4, 9, 20][..], &[1], &[1, 1, 32]] {
        let (batch, masks) = (batch_of(lengths), Masks::new(ON, 5, 0, 0));
        for pass in PASSES {
            let [single, half] = [Precision::F32, Precision::Bf16].map(|precision| {
                pass(&mut model(&config, Norm::Layer, Implementation::Fused).with_precision(precision), &batch, &masks)
            });
            assert_near(&half, &single, 0.03, "bfloat16");
            assert!(half["logits"] != single["logits"], "nothing was rounded");
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(40))]
    #[test]
    fn in_bfloat16_any_shape_has_the_gradients_of_float32(
        lengths in proptest::collection::vec(1usize..33, 1..6),
        heads in 1usize..5,
        head_size in 1usize..12,
        intermediate_size in 1usize..70,
        norm in proptest::sample::select(vec![Norm::Layer, Norm::Rms]),
    ) {
        // a row of few numbers has hardly a deviation to divide by
        let hidden_size = (heads * head_size).max(16).next_multiple_of(heads);
        let config = ModelConfig {
            hidden_size,
            num_attention_heads: heads,
            intermediate_size,
            initializer_range: 0.1,
            ..tiny_config()
        };
        let (batch, masks) = (batch_of(&lengths), Masks::new(ON, 5, 0, 0));
        let [single, half] = [Precision::F32, Precision::Bf16].map(|precision| {
            pass_for_logits(&mut model(&config, norm, Implementation::Fused).with_precision(precision), &batch, &masks)
        });
        let apart = distance(&half, &single);
        proptest::prop_assert!(apart <= 0.02, "{norm:?} {lengths:?} {hidden_size}: {apart}");
    }
}

/// Weights are packed again after an update, and only then.
#[test]
fn in_bfloat16_every_update_is_seen_by_the_next_pass() {
    let config = ModelConfig { initializer_range: 0.2, ..tiny_config() };
    let (batch, masks) = (batch_of(&[1, 30, 20, 17]), Masks::new(ON, 5, 0, 0));
    let losses = |implementation, instructions: Simd| {
        instructions.at_most();
        let model = model(&config, Norm::Layer, implementation).with_precision(Precision::Bf16);
        let mut learner = Learner::new(model, 0.01);
        (0..6).map(|_| learner.step(&batch, &masks, 1e-2, 1.0).unwrap().unwrap().loss).collect::<Vec<f32>>()
    };
    let composed = losses(Implementation::Composed, Simd::widest());
    assert!(composed[5] < composed[0] - 0.1, "nothing was learned: {composed:?}");
    for instructions in [Simd::Portable, Simd::widest()] {
        let fused = losses(Implementation::Fused, instructions);
        let near = composed.iter().zip(&fused).all(|(composed, fused)| (composed - fused).abs() < 0.02);
        assert!(near, "{instructions:?}: {fused:?}, composed {composed:?}");
        assert_eq!(fused, losses(Implementation::Fused, instructions), "the same bits again");
    }
    Simd::widest().at_most();
}
