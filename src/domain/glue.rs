//! The classification tasks of GLUE (Wang et al. 2019): what is known of them before a file is there.

use super::metric::Metric;
use super::nearest::suggestion;

/// A task. Its files, and the columns in them, are `data`'s business.
#[derive(Debug, PartialEq)]
pub struct GlueTask {
    /// as the hub calls it
    pub name: &'static str,
    /// in the order of their numbers
    pub classes: &'static [&'static str],
    /// the scores that GLUE reports, first the one it ranks by
    pub scores: &'static [Metric],
    pub train_examples: u32,
    pub validation_examples: u32,
    /// tokens of a training example with BERT's uncased vocabulary, special ones included, roughly
    pub mean_tokens: f64,
}

const fn task(
    name: &'static str,
    classes: &'static [&'static str],
    scores: &'static [Metric],
    [train_examples, validation_examples]: [u32; 2],
    mean_tokens: f64,
) -> GlueTask {
    GlueTask { name, classes, scores, train_examples, validation_examples, mean_tokens }
}

const ACCURACY: &[Metric] = &[Metric::ValidAccuracy];
const F1: &[Metric] = &[Metric::ValidF1, Metric::ValidAccuracy];
const MATTHEWS: &[Metric] = &[Metric::ValidMatthews];

pub const GLUE: [GlueTask; 8] = [
    task("cola", &["unacceptable", "acceptable"], MATTHEWS, [8_551, 1_043], 11.0),
    task("sst2", &["negative", "positive"], ACCURACY, [67_349, 872], 13.0),
    task("mrpc", &["not_equivalent", "equivalent"], F1, [3_668, 408], 53.0),
    task("qqp", &["not_duplicate", "duplicate"], F1, [363_846, 40_430], 31.0),
    task("mnli", &["entailment", "neutral", "contradiction"], ACCURACY, [392_702, 9_815], 39.0),
    task("qnli", &["entailment", "not_entailment"], ACCURACY, [104_743, 5_463], 51.0),
    task("rte", &["entailment", "not_entailment"], ACCURACY, [2_490, 277], 69.0),
    task("wnli", &["not_entailment", "entailment"], ACCURACY, [635, 71], 38.0),
];

/// Why a name is none of a task that can be trained.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownTask {
    #[error(
        "the task `{name}` asks for a number between 0 and 5, which is regression; batchscope trains classifiers: {}",
        names()
    )]
    Regression { name: String },
    #[error("the task `{name}` has no training set; the tasks are {}", names())]
    Diagnostic { name: String },
    #[error("there is no task `{name}`; the tasks are {}{}", names(), suggestion(.name, GLUE.map(|task| task.name)))]
    Unknown { name: String },
}

impl GlueTask {
    /// The task of this name, in any of the spellings that are about: `SST-2` is `sst2`.
    pub fn named(name: &str) -> Result<&'static GlueTask, UnknownTask> {
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
        let name = name.to_owned();
        match plain.as_str() {
            "stsb" => Err(UnknownTask::Regression { name }),
            "ax" | "axb" => Err(UnknownTask::Diagnostic { name }),
            plain => GLUE.iter().find(|task| task.name == plain).ok_or(UnknownTask::Unknown { name }),
        }
    }
}

/// The task that a spec may name; nothing for other data.
pub fn task_of(name: Option<&str>) -> Option<&'static GlueTask> {
    GlueTask::named(name?).ok()
}

/// What a chart shows first: accuracy, which answers are about, but where GLUE does not report it.
pub fn first_metric(task: Option<&GlueTask>) -> Metric {
    let scores = task.map_or(ACCURACY, |task| task.scores);
    if scores.contains(&Metric::ValidAccuracy) { Metric::ValidAccuracy } else { scores[0] }
}

/// Whether a metric says something of a task of so many classes. F1 is that of class 1 where there are two, and the mean
/// over classes where there are more; of GLUE's tasks, F1 and Matthews' correlation are for those that report them.
pub fn fits(metric: Metric, task: Option<&GlueTask>, classes: u32) -> bool {
    let is_reported = || task.is_none_or(|task| task.scores.contains(&metric));
    match metric {
        Metric::ValidF1 => classes == 2 && is_reported(),
        Metric::ValidMacroF1 => classes > 2 && is_reported(),
        Metric::ValidMatthews => is_reported(),
        _ => true,
    }
}

fn names() -> String {
    GLUE.map(|task| task.name).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_goes_by_any_of_its_spellings() {
        for name in ["sst2", "SST-2", "sst_2"] {
            assert_eq!(GlueTask::named(name).unwrap().name, "sst2");
        }
    }

    #[test]
    fn charts_begin_with_what_glue_reports_and_answers_are_about() {
        let first = |name| first_metric(task_of(name));
        assert_eq!(first(Some("cola")), Metric::ValidMatthews);
        for accuracy in [Some("mrpc"), Some("qqp"), Some("rte"), Some("demo"), None] {
            assert_eq!(first(accuracy), Metric::ValidAccuracy, "{accuracy:?}");
        }
        assert!(fits(Metric::ValidF1, task_of(Some("mrpc")), 2) && !fits(Metric::ValidF1, task_of(Some("cola")), 2));
    }

    #[test]
    fn what_is_no_classification_is_refused_by_name() {
        let message = |name| GlueTask::named(name).unwrap_err().to_string();
        assert!(
            message("STS-B").starts_with("the task `STS-B` asks for a number between 0 and 5, which is regression")
        );
        assert!(message("ax").starts_with("the task `ax` has no training set"));
        assert!(message("mprc").ends_with("rte, wnli; did you mean `mrpc`?"), "{}", message("mprc"));
    }
}
