//! The column layouts of known tasks. The one place that knows how tasks lay out their columns.

use crate::domain::glue::GlueTask;

/// The columns of one kind of file.
pub(super) struct ColumnLayout {
    pub first: &'static str,
    /// `None` for single sentences
    pub second: Option<&'static str>,
    pub label: &'static str,
    /// incomplete rows of such files are skipped
    pub lenient: bool,
}

impl ColumnLayout {
    pub fn sentences(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.first).chain(self.second)
    }
}

const fn pair(first: &'static str, second: &'static str, label: &'static str) -> ColumnLayout {
    ColumnLayout { first, second: Some(second), label, lenient: false }
}

const fn single(first: &'static str, label: &'static str) -> ColumnLayout {
    ColumnLayout { first, second: None, label, lenient: false }
}

/// RTE, WNLI and the hub's MRPC; also the default for unknown tasks.
pub(super) const USUAL: ColumnLayout = pair("sentence1", "sentence2", "label");
const MRPC: ColumnLayout = pair("#1 String", "#2 String", "Quality");
/// A handful of rows of the real files lack a question or the label.
const QQP: ColumnLayout = ColumnLayout { lenient: true, ..pair("question1", "question2", "is_duplicate") };
const QQP_OF_HUB: ColumnLayout = pair("question1", "question2", "label");
const MNLI: ColumnLayout = pair("sentence1", "sentence2", "gold_label");
const MNLI_OF_HUB: ColumnLayout = pair("premise", "hypothesis", "label");
const QNLI: ColumnLayout = pair("question", "sentence", "label");
/// CoLA and SST-2.
pub(super) const SINGLE: ColumnLayout = single("sentence", "label");
/// SetFit's copies of the tasks.
const SETFIT: ColumnLayout = pair("text1", "text2", "label");
const SETFIT_SINGLE: ColumnLayout = single("text", "label");

/// Pairs first, because a table with two sentences may name one of them `sentence`.
const ALL: [ColumnLayout; 10] = [USUAL, MRPC, QQP, QQP_OF_HUB, MNLI, MNLI_OF_HUB, QNLI, SETFIT, SINGLE, SETFIT_SINGLE];

/// The possible layouts of a task's own files, most likely first.
pub(super) fn layouts(task: Option<&GlueTask>) -> &'static [ColumnLayout] {
    match task.map(|task| task.name) {
        Some("cola" | "sst2") => &[SINGLE, SETFIT_SINGLE],
        Some("mrpc") => &[MRPC, USUAL, SETFIT],
        Some("qqp") => &[QQP, QQP_OF_HUB, SETFIT],
        Some("mnli") => &[MNLI, MNLI_OF_HUB, SETFIT],
        Some("qnli") => &[QNLI, SETFIT],
        Some("rte" | "wnli") => &[USUAL, SETFIT],
        _ => &ALL,
    }
}
