//! Messages. They name keys by their actions; the front inserts the keys.

use super::action::Action;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Key(Action),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message(Vec<Piece>);

impl<T: Into<String>> From<T> for Message {
    fn from(text: T) -> Self {
        Self(vec![Piece::Text(text.into())])
    }
}

impl Message {
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.0.push(Piece::Text(text.into()));
        self
    }

    /// The key for this.
    pub fn key(mut self, action: Action) -> Self {
        self.0.push(Piece::Key(action));
        self
    }

    pub fn written(&self, key: impl Fn(Action) -> &'static str) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Key(action) => key(*action).to_owned(),
        };
        self.0.iter().map(piece).collect()
    }
}
