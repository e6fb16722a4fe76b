//! Runs of a sweep that nobody trains.

use batchscope::app::App;
use batchscope::domain::choice::Evaluation;
use batchscope::domain::choice::Norm;
use batchscope::domain::event::{Entry, RunEvent, SweepEvent};
use batchscope::domain::id::RunId;
use batchscope::domain::model::ModelConfig;
use batchscope::domain::numbers::Numbers;
use batchscope::domain::run::{DataIdentity, DropoutRates, ModelIdentity, NUMERICS, PlannedRun, RunSpec};
use batchscope::domain::scores::Scores;

pub fn planned(arm: &str, batch_size: u32, iid: u32) -> PlannedRun {
    let config = ModelConfig::bert_mini(100);
    let spec = RunSpec {
        numerics: NUMERICS,
        batch_size,
        iid,
        seed: 0,
        data: DataIdentity {
            train: "t".into(),
            train_examples: 400, // not the embedded corpus's
            validation: "v".into(),
            validation_examples: 300,
            classes: 2,
            also: Vec::new(),
        },
        model: ModelIdentity { config, weights: "random".into() },
        epochs: 5,
        updates: None,
        learning_rate: 2e-5, // not the preset's, so no run of a preset is the same
        warmup_ratio: 0.1,
        weight_decay: 0.01,
        clip_norm: 1.0,
        evaluations_per_epoch: 2,
        shuffle: true,
        dropout: DropoutRates { hidden: 0.1, attention: 0.1, classifier: 0.1 },
        dropout_at_evaluation: false,
        evaluation: Evaluation::Whole,
        norm: Norm::Layer,
        numbers: Numbers::default(),
    };
    let spec = match arm {
        "no-dropout" => RunSpec { dropout: DropoutRates::OFF, ..spec },
        "batch-norm" => RunSpec { norm: Norm::Batch, ..spec },
        _ => spec,
    };
    PlannedRun {
        id: RunId::from_digest(&format!("{arm}{batch_size:05}{iid:05}")),
        arm: arm.into(),
        spec,
        keep_weights: false,
    }
}

pub fn plan(arm: &str) -> Vec<PlannedRun> {
    (0..2).flat_map(|iid| [2, 8, 16, 32, 64].map(|batch_size| planned(arm, batch_size, iid))).collect()
}

/// Events of a run up to a share of its length, at a steady pace.
pub fn progress(run: &PlannedRun, share: f64) -> Vec<RunEvent> {
    let last = (run.spec.updates() as f64 * share) as u64;
    let mut events = vec![RunEvent::Started { step: 0 }];
    for step in 0..=last {
        if step > 0 {
            let loss = 0.7 - 0.3 * step as f32 / run.spec.updates() as f32;
            events.push(RunEvent::Update { step, loss, accuracy: 0.5, learning_rate: 1e-4, gradient_norm: 1.0 });
        }
        if run.spec.evaluates_after(step) {
            let lift = 0.16 * (1.0 - (-(step as f64) * f64::from(run.spec.batch_size) / 1200.0).exp());
            let accuracy = 0.6767 + lift / f64::from(run.spec.batch_size).log2() + 0.004 * f64::from(run.spec.iid);
            events.push(RunEvent::Evaluation {
                step,
                scores: Scores { f1: Some(accuracy), ..Scores::of(1.3 - accuracy, accuracy) },
            });
        }
    }
    if last == run.spec.updates() {
        events.push(RunEvent::Finished { step: last });
    }
    events
}

pub fn tell(app: &mut App, run: &PlannedRun, events: Vec<RunEvent>) {
    for (number, event) in events.into_iter().enumerate() {
        let time = 1000.0 + event.step() as f64 * f64::from(run.spec.batch_size) / 100.0;
        let entry = Entry { number: number as u64, time, event };
        app.hear(SweepEvent::Run { run: run.id.clone(), attempt: 1, entry });
    }
}
