//! Writes pictures of the charts and of the screen, and copies the path of the newest one.

use crate::app::state::{Action, App, Effect, Message};
use crate::domain::sweep::Row;
use crate::export::{Content, Picture, PictureTheme, SavedView, subject};
use crate::store::Store;
use std::path::{Path, PathBuf};

/// A picture of the first chart's metric, or of final scores if these are shown, with every visible arm.
pub(super) fn picture(app: &mut App) -> Vec<Effect> {
    let listing = app.listing();
    let figure = app.figure_of(app.metric, &listing);
    let shows = |row: &Row| listing.shows(row);
    let what = (app.metric, &app.view, &figure);
    let experiment = experiment(app);
    let view = SavedView::of(experiment, &app.sweep, &shows, what, app.picture_theme);
    let scores = app.visible_final_scores(&listing);
    let is_final = app.final_chart || scores.is_some();
    let (view, content) = match is_final {
        true => (view.of_final_scores(app.final_metric()), Content::FinalScores(scores)),
        false => (view, Content::Curves(figure)),
    };
    let (metric, picture) = (view.metric, Picture::new(view, content, &app.sweep, subject_of(app)));
    if picture.is_empty() {
        app.say(format!("no {}{} to draw yet", if is_final { "final " } else { "" }, metric.title()), false);
        return Vec::new();
    }
    vec![Effect::Picture(Box::new(picture))]
}

pub(super) fn screen(app: &App) -> Vec<Effect> {
    let (version, experiment) = (env!("CARGO_PKG_VERSION"), experiment(app));
    vec![Effect::Screen { provenance: format!("batchscope {version} · experiment {experiment} · its screen") }]
}

/// The experiment's folder in the store, or the watched path.
fn experiment(app: &App) -> String {
    app.watched.clone().unwrap_or_else(|| Store::experiment_folder(&app.spec).to_string())
}

fn subject_of(app: &App) -> String {
    app.watched.clone().unwrap_or_else(|| subject(&app.spec))
}

pub(super) fn next_theme(app: &mut App) {
    app.picture_theme = app.picture_theme.other();
    let background = match app.picture_theme {
        PictureTheme::Light => "white",
        PictureTheme::Dark => "dark",
    };
    app.say(format!("saved charts have a {background} background"), false);
}

pub(super) fn copy_path(app: &mut App) -> Vec<Effect> {
    let Some(path) = app.written.as_ref().map(|path| path.display().to_string()) else {
        let said = Message::from("nothing to copy yet: ").key(Action::Picture).text(" and ").key(Action::Screen);
        let said = said.text(" write pictures, ").key(Action::CopyPath).text(" copies the path of the newest");
        app.say(said, false);
        return Vec::new();
    };
    app.say(format!("copied {path}"), false);
    vec![Effect::Copy(path)]
}

/// Reports a written picture. Its name comes first, because a long line is cut at the end.
pub(super) fn wrote(app: &mut App, path: PathBuf) {
    let name = path.file_name().unwrap_or_default().display();
    let folder = path.parent().unwrap_or(Path::new("")).display();
    let said = Message::from(format!("wrote {name} into {folder}; ")).key(Action::CopyPath).text(" copies the path");
    app.say(said, false);
    app.written = Some(path);
}
