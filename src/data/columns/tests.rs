use super::*;

fn examples(columns: Columns<'_>, text: &str) -> Result<Vec<Example>, DataError> {
    Ok(columns.read("a.tsv", Format::Tsv, text.as_bytes(), None)?.examples)
}

fn message(text: &str) -> String {
    examples(Columns::default(), text).unwrap_err().to_string()
}

#[test]
fn every_layout_of_mrpc_gives_the_same_pairs() {
    let pair = Example { label: 1, first: "A b .".into(), second: Some("C d .".into()) };
    let other = Example { label: 0, first: "E".into(), second: Some("F".into()) };
    let expected = [pair, other];
    let mrpc = "\u{feff}Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n1\t10\t11\tA b .\tC d .\n0\t1\t2\tE\tF\n";
    assert_eq!(examples(Columns::default(), mrpc).unwrap(), expected);
    let usual = "idx\tlabel\tsentence2\tsentence1\n7\t1\tC d .\tA b .\n8\t0\tF\tE\n";
    assert_eq!(examples(Columns::default(), usual).unwrap(), expected);
    let columns = Columns { sentence1: Some("question"), label: Some("same"), ..Columns::default() };
    assert_eq!(examples(columns, "question\tsentence2\tsame\nA b .\tC d .\t1\nE\tF\t0\n").unwrap(), expected);
}

#[test]
fn single_sentences_are_read() {
    let alone = |text: &str| Example { label: 0, first: text.into(), second: None };
    let columns = Columns { sentence: Some("review"), ..Columns::default() };
    let found = examples(columns, "review\tsentence1\tsentence2\tlabel\nA\tx\ty\t0\nB\tx\ty\t1\n").unwrap();
    assert_eq!(found[0], alone("A"));
    assert_eq!(examples(Columns::default(), "idx\tsentence\tlabel\n1\tA\t0\n2\tB\t1\n").unwrap()[0], alone("A"));
}

#[test]
fn a_column_has_one_role() {
    let text = "sentence1\tsentence2\tlabel\nA\tB\t1\nC\tD\t0\n";
    let message = |columns| examples(columns, text).unwrap_err().to_string();
    assert_eq!(
        message(Columns { sentence1: Some("sentence2"), ..Columns::default() }),
        "a.tsv: task.sentence1 and task.sentence2 both name the column `sentence2`; each needs its own column"
    );
    let label = Columns { label: Some("sentence1"), ..Columns::default() };
    assert!(message(label).contains("task.sentence1 and task.label both name the column `sentence1`"));
}

#[test]
fn names_of_columns_ignore_case() {
    let found = examples(Columns::default(), "Sentence1\tSENTENCE2\tLabel\nA\tB\t1\nC\tD\t0\n").unwrap();
    assert_eq!(found[0], Example { label: 1, first: "A".into(), second: Some("B".into()) });
}

#[test]
fn rows_without_a_gold_label_are_left_out_and_counted() {
    let text = "sentence\tlabel\nA\t0\nB\t-1\nC\t1\n\t-\nD\t\n";
    let set = Columns::default().read("a.tsv", Format::Tsv, text.as_bytes(), None).unwrap();
    assert_eq!((set.examples.len(), set.unlabelled, set.classes.names().len()), (2, 3, 2));
    assert_eq!(
        set.notes,
        ["a.tsv: left out 3 rows without a label (the first on line 3); if -1 is a class, write task.classes = \
          [\"-1\", \"0\", \"1\"]"]
    );
}

#[test]
fn several_files_are_one_set() {
    let part = |place, text: &str| Columns::default().part(place, Format::Tsv, text.as_bytes()).unwrap();
    let parts = || vec![part("a.tsv", "sentence\tlabel\nA\tx\n"), part("b.tsv", "label\tsentence\ny\tB\nx\t\n")];
    let error = Columns::default().examples(parts(), None).unwrap_err().to_string();
    assert!(error.starts_with("b.tsv, line 3: `sentence` is empty"), "{error}");
    let mut whole = parts();
    whole[1].table.rows.pop();
    let set = Columns::default().examples(whole, None).unwrap();
    assert_eq!(set.classes.names(), ["x", "y"]);
    assert_eq!(set.examples.iter().map(|example| example.label).collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn a_task_is_not_read_with_the_layout_of_another() {
    let columns = Columns { task: GlueTask::named("qnli").ok(), ..Columns::default() };
    let message = examples(columns, "sentence1\tsentence2\tlabel\nA\tB\t1\n").unwrap_err().to_string();
    assert!(
        message.starts_with("a.tsv: no columns `question` and `sentence`, found sentence1, sentence2, label"),
        "{message}"
    );
}

#[test]
fn incomplete_rows_of_qqp_are_counted_unless_there_are_many() {
    let header = "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n";
    let rows = |count: usize| (0..count).map(|row| format!("{row}\t1\t2\tA?\tB?\t{}\n", row % 2)).collect::<String>();
    let broken = "9\t1\t2\tA?\n9\t1\t2\tA?\t\t1\n";
    let text = format!("{header}{}{broken}{}", rows(150), rows(150));
    let set = Columns::default().read("a.tsv", Format::Tsv, text.as_bytes(), None).unwrap();
    assert_eq!((set.examples.len(), set.skipped), (300, 2));
    let message = message(&format!("{header}{}{broken}", rows(20)));
    assert!(message.starts_with("a.tsv: 2 of 22 rows lack a sentence or a label"), "{message}");
}

#[test]
fn errors_name_their_line() {
    let head = "sentence1\tsentence2\tlabel\n";
    assert_eq!(
        message(&format!("{head}A\tB\t1\nA\tB\tyes\nA\tB\tno\n")),
        "a.tsv, line 3: the label in `label` is `yes`, expected a whole number from 0 on"
    );
    let known = Classes::named(&["0", "1"]);
    let labels = |labels: &str| {
        let rows: String = labels.split(' ').map(|label| format!("A\tB\t{label}\n")).collect();
        Columns::default().read("a.tsv", Format::Tsv, format!("{head}{rows}").as_bytes(), Some(&known))
    };
    assert_eq!(
        labels("1 yes 7 0 no").unwrap_err().to_string(),
        "a.tsv, line 3: the label in `label` is `yes`, expected a whole number from 0 to 1; 2 more rows have such labels"
    );
    for label in ["3", "0.5", "-2", "4294967297", "99999999999999999999"] {
        assert!(labels(label).unwrap_err().to_string().contains("expected a whole number from 0 to 1"), "{label}");
    }
    assert!(
        message(&format!("{head}A\tB\t-1\n"))
            .starts_with("a.tsv, line 2: the label is `-1`: these examples have no labels")
    );
    assert!(message(&format!("{head}A\t \t1\nA\tB\t0\n")).starts_with("a.tsv, line 2: `sentence2` is empty"));
}

#[test]
fn all_missing_columns_are_named_with_a_remedy() {
    assert_eq!(
        message("first\tsecond\tlabel\nA\tB\t1\n"),
        "a.tsv: no columns `sentence1` and `sentence2`, found first, second, label; name the right ones with \
         task.sentence1 = \"...\" and task.sentence2 = \"...\"; use task.sentence for single sentences"
    );
    assert_eq!(
        message("idx\tsentence\ttarget\n1\tA\t1\n"),
        "a.tsv: no column `label`, found idx, sentence, target; if it is `target`, write task.label = \"target\""
    );
    let columns = Columns { sentence: Some("review"), ..Columns::default() };
    let stars = examples(columns, "review\tstars\tdate\nA\t1\tx\n").unwrap_err().to_string();
    assert!(stars.contains("no column `label`") && stars.ends_with("with task.label = \"...\""), "{stars}");
    assert!(message("index\tsentence1\tsentence2\n1\tA\tB\n").ends_with("neither to train nor to validate"));
    assert!(message("sentence1\tsentence1\tlabel\nA\tB\t1\n").contains("two columns are named `sentence1`"));
}
