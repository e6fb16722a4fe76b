//! Made-up runs of a sweep: the common fixture of tests, unit tests and benches.
#![allow(dead_code, reason = "each of them uses a part")]

use batchscope::app::App;
use batchscope::domain::ablation::{self, Patch, Value};
use batchscope::domain::arm::Arm;
use batchscope::domain::choice::{ClipNorm, Evaluation, Norm, Precision};
use batchscope::domain::event::{JournalEntry, RunEvent, SweepEvent};
use batchscope::domain::history::Progress;
use batchscope::domain::id::RunId;
use batchscope::domain::model::ModelConfig;
use batchscope::domain::numbers::Numbers;
use batchscope::domain::run::{DataIdentity, DropoutRates, ModelIdentity, NUMERICS, PlannedRun, RunSpec};
use batchscope::domain::run_label::{LabelledRun, Length, RunLabel};
use batchscope::domain::scores::Scores;
use batchscope::domain::series::Sample;
use batchscope::domain::symbol::Symbol;

const SIZES: [u32; 5] = [2, 8, 16, 32, 64];

/// A small run to build others on.
pub fn spec(batch_size: u32, train_examples: u32) -> RunSpec {
    RunSpec {
        numerics: NUMERICS,
        batch_size,
        iid: 0,
        seed: 0,
        data: DataIdentity {
            train: "train".into(),
            train_examples,
            validation: "validation".into(),
            validation_examples: 10,
            classes: 2,
            further_sets: Vec::new(),
        },
        model: ModelIdentity { config: ModelConfig::bert_mini(100), weights: "random".into() },
        epochs: 2,
        updates: None,
        learning_rate: 1e-3,
        warmup_ratio: 0.1,
        weight_decay: 0.01,
        clip_norm: ClipNorm::At(1.0),
        evaluations_per_epoch: 1,
        shuffle: true,
        dropout: DropoutRates { hidden: 0.1, attention: 0.1, classifier: 0.1 },
        dropout_at_evaluation: false,
        evaluation: Evaluation::Whole,
        norm: Norm::Layer,
        precision: Precision::F32,
        accumulate: 1,
        noise_of: None,
        head_seed: None,
        order_seed: None,
        dropout_seed: None,
        numbers: Numbers::default(),
    }
}

/// A run of a sweep, as [`plan`] and [`grid`] have them.
pub fn planned(arm: &str, batch_size: u32, iid: u32) -> PlannedRun {
    let small = spec(batch_size, 400); // not the embedded corpus's examples
    let data =
        DataIdentity { train: "t".into(), validation: "v".into(), validation_examples: 300, ..small.data.clone() };
    // not the preset's rate, so no run of a preset is the same
    let spec = RunSpec { iid, data, epochs: 5, learning_rate: 2e-5, evaluations_per_epoch: 2, ..small };
    let spec = match arm {
        "no-dropout" => RunSpec { dropout: DropoutRates::OFF, ..spec },
        "batch-norm" => RunSpec { norm: Norm::Batch, ..spec },
        _ => spec,
    };
    named(arm, spec)
}

/// A run of an arm with a separate name; its spec may equal that of another arm.
pub fn named(arm: &str, spec: RunSpec) -> PlannedRun {
    let id = RunId::from_digest(&format!("{arm}{:05}{:05}", spec.batch_size, spec.iid));
    PlannedRun { id, arm: arm.into(), spec, keep_weights: false }
}

/// The baseline and arms of other learning rates.
pub fn arms(count: u32) -> Vec<Arm> {
    let other = |number: u32| {
        let mut changes = Patch::default();
        assert!(changes.set(ablation::LEARNING_RATE, Value::Number(3e-6 * f64::from(number))));
        Arm { name: format!("arm{number}"), changes }
    };
    std::iter::once(Arm::baseline()).chain((1..count).map(other)).collect()
}

/// These arms at five batch sizes with so many instances each, in the order in which a sweep plans them.
pub fn grid(arms: &[Arm], instances: u32) -> Vec<PlannedRun> {
    let of_instance = |iid| arms.iter().flat_map(move |arm| SIZES.map(|size| planned(&arm.name, size, iid)));
    (0..instances).flat_map(of_instance).collect()
}

pub fn plan(arm: &str) -> Vec<PlannedRun> {
    (0..2).flat_map(|iid| SIZES.map(|size| planned(arm, size, iid))).collect()
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
            let accuracy = 0.6767 + lift / f64::from(run.spec.batch_size).log2() + 0.004 * f64::from(run.spec.iid % 10);
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

/// A run of another program, of which this much is known.
pub fn found(arm: Option<&str>, batch_size: Option<u32>, iid: u32) -> LabelledRun {
    let name =
        format!("logs/{}{}-{iid}", arm.unwrap_or("run"), batch_size.map_or(String::new(), |size| format!("-{size}")));
    let rate = if arm == Some("hot") { "1e-4" } else { "2e-5" };
    let columns = [(Symbol::of("learning_rate"), rate.to_owned()), (Symbol::of("optimizer"), "adam".to_owned())];
    let label = RunLabel {
        arm: arm.map(str::to_owned),
        batch_size: batch_size.into(),
        iid: Some(iid),
        length: Length { updates: batch_size.map(|size| 1000 / u64::from(size)), ..Length::default() },
        columns: columns.into(),
        name: Some(name.clone()),
    };
    let digest: String = name.bytes().rev().map(|byte| format!("{byte:02x}")).collect();
    LabelledRun { id: RunId::from_digest(&digest), label }
}

/// What it has logged up to an update: a loss every fifth, an accuracy every twentieth.
pub fn logged(run: &LabelledRun, updates: u64) -> SweepEvent {
    let sample = |step: u64, value: f64| Sample { step, seconds: step as f64, value };
    let size = f64::from(run.label.batch_size.known().unwrap_or(8));
    let loss = |step: u64| sample(step, 0.7 - 0.3 * step as f64 / 200.0);
    let accuracy = |step: u64| sample(step, 0.68 + 0.1 * (1.0 - (-(step as f64) / 60.0).exp()) / size.log2());
    let losses = (1..=updates / 5).map(|at| (Symbol::of("train/loss"), loss(5 * at)));
    let accuracies = (0..=updates / 20).map(|at| (Symbol::of("eval/accuracy"), accuracy(20 * at)));
    SweepEvent::Logged { run: run.id.clone(), samples: losses.chain(accuracies).collect(), progress: Progress::Running }
}

/// Events of a run as a front receives them.
pub fn news(run: &PlannedRun, events: Vec<RunEvent>) -> impl Iterator<Item = SweepEvent> {
    events.into_iter().enumerate().map(|(number, event)| {
        let time = 1000.0 + event.step() as f64 * f64::from(run.spec.batch_size) / 100.0;
        let entry = JournalEntry { number: number as u64, time, event };
        SweepEvent::Run { run: run.id.clone(), attempt: 1, entry }
    })
}

pub fn tell(app: &mut App, run: &PlannedRun, events: Vec<RunEvent>) {
    news(run, events).for_each(|event| app.receive(event));
}
