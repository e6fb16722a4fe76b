use super::*;
use crate::domain::arm::BASELINE;
use crate::domain::event::{JournalEntry, RunEvent, SweepEvent};
use crate::domain::metric::Metric;
use crate::domain::property::Property;
use crate::domain::run::PlannedRun;
use crate::domain::run::made_up::{found, logged, spec as example};
use crate::domain::scores::Scores;
use crate::domain::symbol::Symbol;
use proptest::prelude::*;
use tui_input::InputRequest;

fn id(arm: &str, batch_size: u32, iid: u32) -> RunId {
    RunId::from_digest(&format!("{arm}{batch_size:05}{iid:05}"))
}

fn name(row: &Row) -> String {
    format!("{}/{}/{}", row.label.arm(), row.label.batch_size, row.label.iid.unwrap())
}

/// Two arms, batch sizes 2 and 8, two instances of each, in the order in which runs are planned.
fn sweep() -> Sweep {
    let mut sweep = Sweep::default();
    for arm in [BASELINE, "off"] {
        let cells = (0..2).flat_map(|iid| [2, 8].map(|batch_size| (batch_size, iid)));
        let runs = cells.map(|(batch_size, iid)| {
            let mut spec = example(batch_size, 80);
            spec.iid = iid;
            PlannedRun { id: id(arm, batch_size, iid), arm: arm.into(), spec, keep_weights: false }
        });
        sweep.apply(SweepEvent::Planned(runs.collect()));
    }
    sweep
}

fn tell(sweep: &mut Sweep, run: RunId, events: Vec<RunEvent>) {
    for (number, event) in events.into_iter().enumerate() {
        let entry = JournalEntry { number: number as u64, time: 1000.0 + number as f64, event };
        sweep.apply(SweepEvent::Run { run: run.clone(), attempt: 1, entry });
    }
}

/// A run that has these accuracies after 0, 5, 10, ... updates, and goes on.
fn score(sweep: &mut Sweep, run: RunId, accuracies: &[f64]) {
    let mut events = vec![RunEvent::Started { step: 0 }];
    events.extend(
        (0..)
            .step_by(5)
            .zip(accuracies)
            .map(|(step, accuracy)| RunEvent::Evaluation { step, scores: Scores::of(1.0 - accuracy, *accuracy) }),
    );
    tell(sweep, run, events);
}

/// The same, to its end.
fn finish(sweep: &mut Sweep, run: RunId, accuracies: &[f64]) {
    score(sweep, run.clone(), accuracies);
    tell(sweep, run, vec![RunEvent::Finished { step: 20 }]);
}

/// Runs by name, members of a cell indented; cells by arm and batch size.
fn shown(table: &Table, sweep: &Sweep) -> Vec<String> {
    let items = table.listing(sweep).items;
    let text = |item: &Item<'_>| match item.subject() {
        Subject::Cell(cell) => format!("{}/{}", cell.arm, cell.batch_size),
        Subject::Run(_) if item.is_member => format!("  {}", name(item.row)),
        Subject::Run(_) => name(item.row),
    };
    items.iter().map(text).collect()
}

fn selected(table: &Table, sweep: &Sweep) -> String {
    let listing = table.listing(sweep);
    shown(table, sweep).remove(listing.place).trim().to_owned()
}

fn typed(table: &mut Table, sweep: &Sweep, text: &str) {
    table.filter.act(Typing::Begin, sweep);
    for letter in text.chars() {
        table.filter.act(Typing::Edit(InputRequest::InsertChar(letter)), sweep);
    }
}

fn sorted_by(column: Column, descending: bool) -> Table {
    Table { sort: Some((column, descending)), ..Table::default() }
}

#[test]
fn rows_that_rank_the_same_stay_as_planned_and_missing_scores_come_last_both_ways() {
    let mut sweep = sweep();
    score(&mut sweep, id(BASELINE, 8, 0), &[0.5, 0.7]);
    score(&mut sweep, id(BASELINE, 2, 1), &[0.5, 0.8]);
    let first = |descending| shown(&sorted_by(Column::Score(Metric::ValidAccuracy), descending), &sweep)[..3].to_vec();
    assert_eq!(first(true), ["baseline/2/1", "baseline/8/0", "baseline/2/0"]);
    assert_eq!(first(false), ["baseline/8/0", "baseline/2/1", "baseline/2/0"]);
    let by_size = shown(&sorted_by(Column::BatchSize, false), &sweep);
    assert_eq!(by_size[..4], ["baseline/2/0", "baseline/2/1", "off/2/0", "off/2/1"]);
}

/// Three runs of another program, of the last of which neither arm nor batch size is known.
fn found_sweep() -> Sweep {
    let runs = [found(Some("adam"), Some(8), 0), found(Some("hot"), Some(2), 0), found(None, None, 1)];
    let mut sweep = Sweep::default();
    sweep.apply(SweepEvent::Found(runs.to_vec()));
    runs.iter().for_each(|run| sweep.apply(logged(run, 100)));
    sweep
}

#[test]
fn of_runs_without_a_spec_what_is_unknown_comes_last_both_ways() {
    let sweep = found_sweep();
    let ordered = |column, descending| shown(&sorted_by(column, descending), &sweep);
    assert_eq!(ordered(Column::BatchSize, false), ["hot/2/0", "adam/8/0", "-/-/1"]);
    assert_eq!(ordered(Column::BatchSize, true), ["adam/8/0", "hot/2/0", "-/-/1"]);
    assert_eq!(ordered(Column::Arm, true), ["hot/2/0", "adam/8/0", "-/-/1"]);
    assert_eq!(ordered(Column::Label(Symbol::of("learning_rate")), true), ["hot/2/0", "adam/8/0", "-/-/1"]);
    assert_eq!(ordered(Column::Name, false), ["adam/8/0", "hot/2/0", "-/-/1"]);
    let accuracy = Column::Score(Metric::Logged(Symbol::of("eval/accuracy")));
    assert_eq!(ordered(accuracy, true)[0], "hot/2/0");
    assert!(Column::all(&sweep).contains(&accuracy));
    let cells = shown(&Table { grouped: true, ..Table::default() }, &sweep);
    assert_eq!(cells, ["adam/8", "hot/2", "-/-"]);
}

#[test]
fn a_filter_finds_what_labels_say_and_what_was_logged() {
    let sweep = found_sweep();
    for (text, kept) in [
        ("bs=8", 1),
        ("bs!=8", 2),
        ("arm=hot", 1),
        ("lr=1e-4", 1),
        ("learning_rate<1e-3", 3),
        ("optimizer=adam", 3),
        ("run~logs/adam", 1),
        ("updates=125", 1),
        ("eval/accuracy>0.75", 1),
        ("dropout=on", 0),
    ] {
        let mut table = Table::default();
        typed(&mut table, &sweep, text);
        assert_eq!(table.filter.error(), None, "{text}");
        assert_eq!(table.listing(&sweep).kept, kept, "{text}");
    }
}

#[test]
fn the_selection_stays_on_its_run_when_news_move_it() {
    let mut sweep = sweep();
    let mut table = sorted_by(Column::Score(Metric::ValidAccuracy), true);
    score(&mut sweep, id(BASELINE, 2, 0), &[0.6]);
    score(&mut sweep, id(BASELINE, 8, 0), &[0.5]);
    table.select_by(&sweep, 1);
    assert_eq!(selected(&table, &sweep), "baseline/8/0");
    score(&mut sweep, id(BASELINE, 8, 0), &[0.5, 0.9]);
    assert_eq!(shown(&table, &sweep)[0], "baseline/8/0");
    assert_eq!(selected(&table, &sweep), "baseline/8/0");
    table.group();
    assert_eq!(selected(&table, &sweep), "baseline/8", "in place of the run, its cell");
    table.group();
    assert_eq!(selected(&table, &sweep), "baseline/8/0");
}

#[test]
fn without_a_selection_the_table_follows_what_is_trained() {
    let mut sweep = sweep();
    let table = Table::default();
    assert_eq!(selected(&table, &sweep), "baseline/2/0");
    finish(&mut sweep, id(BASELINE, 2, 0), &[0.5]);
    score(&mut sweep, id(BASELINE, 2, 1), &[0.5]);
    assert_eq!(selected(&table, &sweep), "baseline/2/1");
    finish(&mut sweep, id(BASELINE, 2, 1), &[0.5]);
    assert_eq!(selected(&table, &sweep), "baseline/2/1", "the last done");
}

#[test]
fn columns_to_sort_by_go_round_through_the_order_of_the_plan() {
    let (sweep, mut table) = (sweep(), Table::default());
    let columns = Column::ALL.len() - 1; // no deviation between runs that are not grouped
    for _ in 0..columns {
        table.sort_by_neighbour(&sweep, true);
        assert!(table.sort.is_some_and(|(column, _)| column != Column::Deviation));
    }
    table.sort_by_neighbour(&sweep, true);
    assert_eq!(table.sort, None);
    table.sort_by_neighbour(&sweep, false);
    assert_eq!(table.sort, Some((Column::Left, false)));
    table.reverse();
    assert_eq!(table.sort, Some((Column::Left, true)));
}

#[test]
fn a_cell_has_the_mean_of_its_finished_runs_alone() {
    let mut sweep = sweep();
    finish(&mut sweep, id(BASELINE, 2, 0), &[0.5, 0.9, 0.7]);
    score(&mut sweep, id(BASELINE, 2, 1), &[0.1]);
    let mut table = Table::default();
    table.group();
    assert_eq!(shown(&table, &sweep), ["baseline/2", "baseline/8", "off/2", "off/8"]);
    let measures = |sweep: &Sweep| {
        let listing = table.listing(sweep);
        listing.measures(&listing.items[0])
    };
    let half = measures(&sweep);
    assert_eq!((half.instance, half.score(Metric::ValidAccuracy), half.deviation), (Some(1), Some(0.7), None));
    assert_eq!(half.stage, Stage::Running);
    finish(&mut sweep, id(BASELINE, 2, 1), &[0.5, 0.5, 0.8]);
    let whole = measures(&sweep);
    assert_eq!((whole.instance, whole.stage), (Some(2), Stage::Finished));
    let close = |found: Option<f64>, wanted: f64| assert!((found.unwrap() - wanted).abs() < 1e-12, "{found:?}");
    close(whole.score(Metric::ValidAccuracy), 0.75);
    close(whole.deviation, 0.005f64.sqrt());
    close(whole.best, 0.85);
}

#[test]
fn an_arm_is_compared_with_the_baseline_run_of_the_same_batch_size_and_instance() {
    let mut sweep = sweep();
    finish(&mut sweep, id(BASELINE, 8, 1), &[0.5, 0.6, 0.75]);
    score(&mut sweep, id("off", 8, 1), &[0.5, 0.5]);
    let difference = |sweep: &Sweep, run: &RunId| {
        let listing = Table::default().listing(sweep);
        let item = listing.items.iter().find(|item| item.row.id == *run).unwrap();
        listing.measures(item).difference.map(|difference| (1000.0 * difference).round())
    };
    assert_eq!(difference(&sweep, &id("off", 8, 1)), Some(-100.0), "after the same update");
    finish(&mut sweep, id("off", 8, 1), &[0.5, 0.5, 0.7, 0.8]);
    assert_eq!(difference(&sweep, &id("off", 8, 1)), Some(50.0), "both at their ends");
    assert_eq!(difference(&sweep, &id("off", 8, 0)), None);
    assert_eq!(difference(&sweep, &id(BASELINE, 8, 1)), None, "not with itself");
}

#[test]
fn a_cell_opens_and_shows_some_all_or_none_of_its_runs() {
    let sweep = sweep();
    let mut table = Table::default();
    table.group();
    assert!(table.open(&sweep));
    let opened = ["baseline/2", "  baseline/2/0", "  baseline/2/1", "baseline/8", "off/2", "off/8"];
    assert_eq!(shown(&table, &sweep), opened);
    let state = |table: &Table| table.listing(&sweep).items[0].shown;
    table.select_by(&sweep, 1);
    table.hide(&sweep);
    assert_eq!(state(&table), Shown::Some);
    let on_charts = |table: &Table| {
        let listing = table.listing(&sweep);
        sweep.rows().iter().filter(|row| listing.shows(row)).count()
    };
    assert_eq!(on_charts(&table), 7);
    table.select_by(&sweep, -1);
    table.hide(&sweep);
    assert_eq!((state(&table), on_charts(&table)), (Shown::All, 8), "from some to all");
    table.hide(&sweep);
    assert_eq!((state(&table), on_charts(&table)), (Shown::None, 6));
    assert!(table.open(&sweep), "folds away again");
    assert_eq!(shown(&table, &sweep).len(), 4);
}

#[test]
fn pinned_rows_come_first_whatever_the_order() {
    let mut sweep = sweep();
    finish(&mut sweep, id(BASELINE, 2, 0), &[0.9]);
    let mut table = sorted_by(Column::Score(Metric::ValidAccuracy), true);
    table.select_by(&sweep, 5);
    assert_eq!(selected(&table, &sweep), "off/8/0");
    table.pin(&sweep);
    assert_eq!(shown(&table, &sweep)[..2], ["off/8/0", "baseline/2/0"]);
    assert_eq!(selected(&table, &sweep), "off/8/0");
    table.group();
    assert_eq!(shown(&table, &sweep)[..2], ["off/8/0", "baseline/2"], "out of its cell");
    table.select_by(&sweep, 1);
    table.pin(&sweep);
    assert_eq!(shown(&table, &sweep)[..2], ["baseline/2", "off/8/0"], "whole cells before runs");
    table.pin(&sweep);
    assert_eq!(shown(&table, &sweep)[..2], ["off/8/0", "baseline/2"]);
}

#[test]
fn a_filter_holds_while_it_is_typed_and_hides_from_the_charts() {
    let mut sweep = sweep();
    finish(&mut sweep, id("off", 8, 0), &[0.9]);
    let mut table = Table::default();
    typed(&mut table, &sweep, "bs=8 arm=off acc>0.75");
    let listing = table.listing(&sweep);
    assert_eq!((listing.kept, listing.all), (1, 8));
    assert_eq!(shown(&table, &sweep), ["off/8/0"]);
    assert!(!listing.shows(&sweep.rows()[0]));
    // an unfinished word leaves in force what could be read before it
    typed(&mut table, &sweep, " loss");
    assert_eq!(shown(&table, &sweep), ["off/8/0"]);
    table.filter.act(Typing::Drop, &sweep);
    assert_eq!(shown(&table, &sweep).len(), 8);
    assert!(!table.filter.is_typing() && table.filter.input().value().is_empty());
}

#[test]
fn a_filter_on_scores_does_not_change_the_mean_of_a_cell() {
    let mut sweep = sweep();
    finish(&mut sweep, id(BASELINE, 2, 0), &[0.5]);
    finish(&mut sweep, id(BASELINE, 2, 1), &[0.9]);
    let mut table = Table::default();
    table.group();
    typed(&mut table, &sweep, "acc>0.75");
    assert!(table.open(&sweep));
    assert_eq!(shown(&table, &sweep), ["baseline/2", "  baseline/2/1"]);
    let listing = table.listing(&sweep);
    assert_eq!(listing.measures(&listing.items[0]).score(Metric::ValidAccuracy), Some(0.7));
}

#[test]
fn a_selection_that_is_filtered_away_comes_back() {
    let sweep = sweep();
    let mut table = Table::default();
    table.select_by(&sweep, 7);
    typed(&mut table, &sweep, "bs=2");
    assert_eq!(selected(&table, &sweep), "baseline/2/0");
    table.filter.act(Typing::Drop, &sweep);
    assert_eq!(selected(&table, &sweep), "off/8/1");
}

#[test]
fn tab_completes_names_then_values() {
    let sweep = sweep();
    let mut table = Table::default();
    let text = |table: &Table| table.filter.input().value().to_owned();
    typed(&mut table, &sweep, "");
    assert!(table.filter.completion().candidates.contains(&"bs=".to_owned()), "an empty line offers all");
    typed(&mut table, &sweep, "b");
    for wanted in ["bs=", "best>", "beta1=", "beta2=", "bs="] {
        table.filter.act(Typing::Complete, &sweep);
        assert_eq!(text(&table), wanted);
    }
    typed(&mut table, &sweep, "2,");
    assert_eq!(table.filter.completion().candidates, ["2", "8"]);
    typed(&mut table, &sweep, "8 ar");
    table.filter.act(Typing::Complete, &sweep);
    assert_eq!(text(&table), "bs=2,8 arm=");
    typed(&mut table, &sweep, "o");
    table.filter.act(Typing::Complete, &sweep);
    assert_eq!(text(&table), "bs=2,8 arm=off");
    assert_eq!(shown(&table, &sweep).len(), 4);
    // in the middle of a line, what follows stays
    table.filter.act(Typing::Drop, &sweep);
    typed(&mut table, &sweep, " bs=2");
    table.filter.act(Typing::Edit(InputRequest::GoToStart), &sweep);
    typed(&mut table, &sweep, "norm=l");
    table.filter.act(Typing::Complete, &sweep);
    assert_eq!(text(&table), "norm=layer bs=2");
}

#[test]
fn an_error_is_told_once_a_word_can_become_nothing_any_more() {
    let sweep = sweep();
    let mut table = Table::default();
    for (more, wrong) in [("s", false), ("t", false), ("at", false), ("=", true)] {
        typed(&mut table, &sweep, more);
        assert_eq!(table.filter.error().is_some(), wrong, "{}", table.filter.input().value());
    }
    assert!(table.filter.error().unwrap().contains("did you mean `state`"));
    table.filter.act(Typing::Keep, &sweep);
    assert!(table.filter.is_typing(), "a line that says nothing is not kept");
    table.filter.act(Typing::Drop, &sweep);
    typed(&mut table, &sweep, "acc>");
    assert_eq!(table.filter.error(), None, "the number is still to come");
    typed(&mut table, &sweep, "high");
    assert!(table.filter.error().unwrap().contains("`high` is not a number"));
}

proptest! {
    #[test]
    fn nothing_but_the_cursor_keys_moves_the_cursor(
        grouped in any::<bool>(), steps in 0isize..8, deeds in prop::collection::vec((0u8..7, 0usize..8, 0.0..1.0f64), 0..40),
    ) {
        let mut sweep = sweep();
        let mut table = Table { grouped, ..Table::default() };
        table.select_by(&sweep, steps);
        let before = selected(&table, &sweep);
        for (deed, place, accuracy) in deeds {
            match deed {
                0 => table.sort_by_neighbour(&sweep, true),
                1 => table.sort_by_neighbour(&sweep, false),
                2 => table.reverse(),
                3 => table.hide(&sweep),
                4 => table.pin(&sweep),
                5 if grouped => prop_assert!(table.open(&sweep)),
                _ => {
                    let run = sweep.rows()[place].id.clone();
                    score(&mut sweep, run, &[0.5, accuracy]);
                }
            }
            prop_assert_eq!(&selected(&table, &sweep), &before);
            let runs = shown(&table, &sweep);
            let distinct: std::collections::BTreeSet<&String> = runs.iter().collect();
            prop_assert_eq!(distinct.len(), runs.len(), "each row once: {:?}", runs);
        }
    }
}

#[test]
fn every_score_can_be_sorted_and_filtered_by() {
    let mut sweep = sweep();
    for (iid, matthews) in [(0, -0.25), (1, 0.5)] {
        let scores = Scores { f1: Some(0.9), matthews: Some(matthews), ..Scores::of(0.4, 0.7) };
        let events = vec![RunEvent::Started { step: 0 }, RunEvent::Evaluation { step: 0, scores }];
        tell(&mut sweep, id(BASELINE, 8, iid), events);
    }
    let sorted = shown(&sorted_by(Column::Score(Metric::ValidMatthews), true), &sweep);
    assert_eq!(sorted[..2], ["baseline/8/1", "baseline/8/0"]);
    for (filter, kept) in
        [("matthews>0", 1), ("matthews<=0.5", 2), ("f1>=0.9", 2), ("macro_f1>0", 0), ("accuracy=0.7", 2)]
    {
        let mut table = Table::default();
        typed(&mut table, &sweep, filter);
        assert_eq!(table.listing(&sweep).kept, kept, "{filter}");
    }
    for metric in Metric::SCORES {
        assert!(Column::ALL.contains(&Column::Score(metric)), "{metric:?} has no column");
        let known = column::filter_names(&sweep);
        assert!(metric.names().iter().all(|name| known.contains(name)), "{metric:?} is unknown to the filter");
    }
}

#[test]
fn the_page_of_keys_has_every_name_of_the_filter() {
    let page = include_str!("../../../../docs/KEYS.md");
    let quoted = |names: Vec<String>| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" ");
    let short = |beginning: &String| beginning.trim_end_matches(['=', '<', '>']).to_owned();
    let properties: Vec<String> = Property::all().map(|property| property.names()[0].to_owned()).collect();
    let columns =
        column::filter_beginnings(&sweep()).iter().map(short).filter(|name| !properties.contains(name)).collect();
    for row in [format!("| columns | {} |", quoted(columns)), format!("| of a spec | {} |", quoted(properties))] {
        assert!(page.contains(&row), "docs/KEYS.md lacks this row of its table of names:\n{row}");
    }
}
