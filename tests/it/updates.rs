//! What an update is made of: accumulated batches, random weights of losses, and seeds of their own.

use crate::support::training::{gradient, initial, planned, prepared, trained, worst};
use crate::support::{World, no_dropout};
use batchscope::data::{epoch_order, gather};
use batchscope::domain::identity::run_id;
use batchscope::domain::random::{Key, Purpose};
use batchscope::model::Masks;
use batchscope::resolve::Prepared;
use batchscope::store::Store;
use batchscope::train::{Learner, UpdateInput, loss_weights};

/// 60 pairs: 32 leave 28 out of every epoch.
fn train(batch_size: u32, more: &str) -> String {
    format!("[train]\nbatch_sizes = [{batch_size}]\ninstances = 2\nupdates = 12\nlearning_rate = 2e-3\n{more}\n")
}

/// The proof that people ask of gradient accumulation: dropout, schedule, order and left-out pairs are the same.
#[test]
fn accumulated_batches_train_as_one_batch_of_their_size() {
    let world = World::new();
    let (whole, eighths) = (prepared(&world, &train(32, "")), prepared(&world, &train(4, "accumulate = 8")));
    let (expected, found) = (trained(&whole, 0), trained(&eighths, 0));
    let small = trained(&prepared(&world, &train(4, "")), 0);
    let (difference, apart) = (worst(&expected, &found), worst(&expected, &small));
    assert!(difference < 2e-5 && difference < apart / 100.0, "{difference}, batches of 4 end {apart} apart");
    let (of_whole, of_eighths) = (planned(&whole, 0), planned(&eighths, 0));
    assert_ne!(run_id(&of_whole), run_id(&of_eighths), "it is trained, not taken from the other");
    let sizes =
        |spec: &batchscope::domain::run::RunSpec| (spec.updates_per_epoch(), spec.pairs_seen(12), spec.epochs_begun());
    assert_eq!(sizes(&of_eighths), sizes(&of_whole));
}

/// Also with the noise of another batch size, whose draws belong to the update.
#[test]
fn accumulated_batches_share_the_draws_of_their_update() {
    let world = World::new();
    let noisy = trained(&prepared(&world, &train(32, "noise_of = 2")), 0);
    let found = trained(&prepared(&world, &train(4, "noise_of = 2\naccumulate = 8")), 0);
    let plain = trained(&prepared(&world, &train(32, "")), 0);
    let (difference, apart) = (worst(&noisy, &found), worst(&noisy, &plain));
    assert!(difference < 2e-5 && difference < apart / 100.0, "{difference}, without noise it ends {apart} apart");
}

#[test]
fn too_many_batches_for_the_training_set_are_refused() {
    let world = World::new();
    world.write_spec(&train(8, "accumulate = 8"));
    let refused = world.run(&[]).expect(2).err;
    assert!(
        refused.contains("accumulate is 8") && refused.contains("60 pairs do not fill so many batches of 8"),
        "{refused}"
    );
}

/// The gradient of each training example by itself, flat.
fn gradients_of_examples(prepared: &Prepared, masks: &Masks) -> Vec<Vec<f64>> {
    let mut model = initial(prepared, &planned(prepared, 0));
    let one = |number: u32| gradient(&mut model, &gather(&prepared.train, &[number]), masks);
    let examples: Vec<_> = (0..prepared.train.len() as u32).map(one).collect();
    examples.into_iter().map(|groups| groups.concat().into_iter().map(f64::from).collect()).collect()
}

/// The mean of weighted gradients.
fn mean(gradients: &[Vec<f64>], chosen: &[u32], weight: impl Fn(usize) -> f64) -> Vec<f64> {
    let mut mean = vec![0.0; gradients[0].len()];
    for (place, number) in chosen.iter().enumerate() {
        let share = weight(place) / chosen.len() as f64;
        mean.iter_mut().zip(&gradients[*number as usize]).for_each(|(sum, value)| *sum += share * value);
    }
    mean
}

fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum()
}

#[test]
fn an_update_with_weights_is_by_the_weighted_gradients_of_its_examples() {
    let world = World::new();
    let prepared = prepared(&world, &train(8, ""));
    let gradients = gradients_of_examples(&prepared, &no_dropout());
    let numbers: Vec<u32> = (3..11).collect();
    let weights = loss_weights(Key::new(1, Purpose::LossWeights), 8, 2);
    let expected = mean(&gradients, &numbers, |place| weights[place].into());
    let norm = expected.iter().map(|value| value.powi(2)).sum::<f64>().sqrt();
    for size in [8, 4, 2] {
        let batches: Vec<_> = numbers.chunks(size).map(|numbers| gather(&prepared.train, numbers)).collect();
        let mut learner = Learner::new(initial(&prepared, &planned(&prepared, 0)), 0.01);
        let masks = no_dropout();
        let input = UpdateInput { batches: &batches, weights: Some(&weights), masks: &masks };
        let found = learner.update(input, 0.0, 1.0, &mut |_| {}).unwrap().unwrap();
        assert!((f64::from(found.gradient_norm) / norm - 1.0).abs() < 1e-4, "batches of {size}: {found:?}, {norm}");
    }
}

/// The covariance of a batch of 4 from batches of 16, against the gradients of single examples: its trace, and its share in
/// one direction. Batches are drawn from 60 pairs without being put back, as in an epoch.
#[test]
fn weighted_gradients_have_the_covariance_of_a_smaller_batch() {
    let world = World::new();
    let gradients = gradients_of_examples(&prepared(&world, &train(8, "")), &no_dropout());
    let all: Vec<u32> = (0..gradients.len() as u32).collect();
    let whole = mean(&gradients, &all, |_| 1.0);
    let direction: Vec<f64> = gradients[0].iter().zip(&whole).map(|(of_one, mean)| of_one - mean).collect();
    let along = |gradient: &[f64]| {
        gradient.iter().zip(&whole).zip(&direction).map(|((g, m), d)| (g - m) * d).sum::<f64>().powi(2)
    };
    let key = Key::new(2, Purpose::LossWeights);
    let covariance = |size: usize, weighted: bool| {
        let (mut trace, mut of_direction, draws) = (0.0, 0.0, 1500);
        for draw in 0..draws {
            let chosen = &epoch_order(all.len(), true, 9, 0, draw)[..size];
            let weights = loss_weights(key.with(draw.into()), size as u32, 4);
            let gradient = mean(&gradients, chosen, |place| if weighted { weights[place].into() } else { 1.0 });
            trace += squared_distance(&gradient, &whole);
            of_direction += along(&gradient);
        }
        [trace / f64::from(draws), of_direction / f64::from(draws)]
    };
    let (small, large, noisy) = (covariance(4, false), covariance(16, false), covariance(16, true));
    // S (1/b - 1/N), where S is the sample covariance of N = 60
    let count = gradients.len() as f64;
    let trace: f64 = gradients.iter().map(|gradient| squared_distance(gradient, &whole)).sum::<f64>() / (count - 1.0);
    let of_direction = gradients.iter().map(|gradient| along(gradient)).sum::<f64>() / (count - 1.0);
    let expected = [trace, of_direction].map(|whole| whole * (1.0 / 4.0 - 1.0 / count));
    for place in 0..2 {
        for found in [small[place], noisy[place]] {
            assert!((found / expected[place] - 1.0).abs() < 0.15, "{place}: {found}, expected {}", expected[place]);
        }
        assert!(large[place] < 0.4 * expected[place], "{place}: a batch of 16 has {}", large[place]);
    }
}

/// Instances differ in head, order and masks: with all three fixed they are one run's bits, with any of them free they are not.
#[test]
fn each_seed_fixes_one_source_of_the_differences_between_instances() {
    let world = World::new();
    let seeds = ["head_seed = 7", "order_seed = 7", "dropout_seed = 7"];
    let apart = |given: &[&str]| {
        // a checkpoint's own head is the same for all instances
        let prepared = prepared(&world, &format!("head = \"fresh\"\n{}", train(8, &given.join("\n"))));
        worst(&trained(&prepared, 0), &trained(&prepared, 1))
    };
    assert_eq!(apart(&seeds), 0.0);
    for free in 0..3 {
        let fixed: Vec<&str> = (0..3).filter(|place| *place != free).map(|place| seeds[place]).collect();
        assert!(apart(&fixed) > 0.0, "{fixed:?}");
    }
    // instance 0 of the run's own seed is what the baseline has
    let own = prepared(&world, &train(8, "head_seed = 0\norder_seed = 0\ndropout_seed = 0"));
    let baseline = prepared(&world, &train(8, ""));
    assert_eq!(run_id(&planned(&own, 0)), run_id(&planned(&baseline, 0)));
    assert_ne!(run_id(&planned(&own, 1)), run_id(&planned(&baseline, 1)));
}

#[test]
fn arms_take_them_and_what_they_do_not_change_is_in_no_digest() {
    let world = World::new();
    world.write_spec(
        "[train]\nbatch_sizes = [4, 8]\ninstances = 1\nepochs = 1\n[arms]\n\
         accumulated = { accumulate = 2 }\nnoisy = { noise_of = 4 }\nsteady = { betas_of = 4 }\n\
         unclipped = { clip_norm = \"off\" }\nrates = { learning_rates = { 4 = 1e-4, 8 = 2e-4 } }\n\
         seeds = { head_seed = 3, order_seed = 4, dropout_seed = 5 }\n",
    );
    world.run(&[]).expect(0);
    let runs = Store::open(&world.store()).unwrap().runs().unwrap();
    // of `noisy` and `steady`, batch size 4 is the baseline's
    assert_eq!(runs.len(), 2 + 2 + 1 + 1 + 2 + 2 + 2);
    let baseline = world.json(&["runs", "list", "arm=baseline", "--json"]);
    for run in baseline.as_array().unwrap() {
        let folder = world.store().join("runs").join(run["run"].as_str().unwrap());
        let text = std::fs::read_to_string(folder.join("run.json")).unwrap();
        for key in ["accumulate", "noise", "beta", "epsilon", "head_seed", "order", "dropout_seed"] {
            assert!(!text.contains(key), "{key}: {text}");
        }
        assert!(text.contains("\"clip_norm\": 1.0"), "{text}");
    }
    for (filter, count) in [("accumulate=2", 2), ("noise_of=4", 1), ("beta1<0.9", 1)] {
        assert_eq!(world.json(&["runs", "list", filter, "--json"]).as_array().unwrap().len(), count, "{filter}");
    }
    let answer = world.json(&["report", "--json"]);
    for cause in ["noise_of", "betas_of", "learning_rates"] {
        let found = answer["causes"].as_array().unwrap().iter().find(|found| found["cause"] == cause).unwrap();
        assert_eq!(found["kind"], "removal", "{found}");
    }
    let refused = world.run(&["--set", "train.clip_norm=none"]).expect(2).err;
    assert!(refused.contains("expected a positive number below 1e38, or \"off\""), "{refused}");
}
