//! Keys that write pictures: of the charts, of the screen, and where the newest one is.

use super::effect::Effect;
use super::state::App;
use crate::export::{Picture, PictureTheme, SavedView};
use crate::store::Store;
use std::path::{Path, PathBuf};

impl App {
    /// Of the first chart's metric, with every arm that is shown.
    pub(super) fn picture(&mut self) -> Vec<Effect> {
        let figure = self.figure();
        let shows = self.table.shows(&self.sweep);
        let what = (self.metric, &self.view, &figure);
        let experiment = Store::experiment_folder(&self.spec).to_string();
        let view = SavedView::of(experiment, &self.sweep, &shows, what, self.picture_theme);
        drop(shows);
        let picture = Picture::new(view, figure, &self.sweep, &self.spec);
        if picture.is_empty() {
            self.say(format!("no {} to draw yet", self.metric.title()), false);
            return Vec::new();
        }
        vec![Effect::Picture(Box::new(picture))]
    }

    pub(super) fn screen(&self) -> Vec<Effect> {
        let (version, experiment) = (env!("CARGO_PKG_VERSION"), Store::experiment_folder(&self.spec));
        vec![Effect::Screen { provenance: format!("batchscope {version} · experiment {experiment} · its screen") }]
    }

    pub(super) fn next_picture_theme(&mut self) {
        self.picture_theme = self.picture_theme.other();
        let ground = match self.picture_theme {
            PictureTheme::Light => "on white",
            PictureTheme::Dark => "dark",
        };
        self.say(format!("pictures of charts are {ground} from now on"), false);
    }

    pub(super) fn copy_path(&mut self) -> Vec<Effect> {
        let Some(path) = self.written.as_ref().map(|path| path.display().to_string()) else {
            self.say("nothing to copy yet: w and W write pictures, Y copies where the newest is".into(), false);
            return Vec::new();
        };
        self.say(format!("copied {path}"), false);
        vec![Effect::Copy(path)]
    }

    /// A picture is there. Its name comes first: of a long line the end is cut off.
    pub fn wrote(&mut self, path: PathBuf) {
        let name = path.file_name().unwrap_or_default().display();
        let folder = path.parent().unwrap_or(Path::new("")).display();
        self.say(format!("wrote {name} into {folder}; Y copies the path"), false);
        self.written = Some(path);
    }
}
