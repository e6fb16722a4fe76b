//! Names that are only known at run time and stand in many values: of metrics in somebody's logs, of columns of their runs.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// An interned name, so that values with it can be copied: each name is kept once, until the program ends.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol(&'static str);

static SYMBOLS: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);

impl Symbol {
    pub fn of(name: &str) -> Self {
        let mut symbols = SYMBOLS.lock().unwrap_or_else(PoisonError::into_inner);
        let symbols = symbols.get_or_insert_default();
        if let Some(known) = symbols.get(name) {
            return Self(known);
        }
        let kept: &'static str = name.to_owned().leak();
        symbols.insert(kept);
        Self(kept)
    }

    pub fn as_str(self) -> &'static str {
        self.0
    }
}

/// Symbols compare as their names do, so maps of them are searched by name.
impl Borrow<str> for Symbol {
    fn borrow(&self) -> &str {
        self.0
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.0)
    }
}

impl fmt::Debug for Symbol {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.0, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_once() {
        let (one, other) = (Symbol::of("eval/loss"), Symbol::of(&["eval", "loss"].join("/")));
        assert_eq!((one, one.to_string().as_str()), (other, "eval/loss"));
        assert!(std::ptr::eq(one.as_str(), other.as_str()));
        assert!(Symbol::of("a") < Symbol::of("b"));
    }
}
