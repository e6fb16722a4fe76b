//! Yes-or-no questions on the terminal.

use super::exit::BadInput;
use anyhow::{Context, Result};
use std::io::{self, IsTerminal, Write};

/// Asks on the terminal. Without one, the answer must be given by `--yes`.
pub fn agreed(question: &str) -> Result<bool> {
    if !can_ask() {
        return Err(BadInput(format!("{question} Standard input is not a terminal: confirm with --yes")).into());
    }
    let mut error = io::stderr();
    let _ = write!(error, "{question} [y/N] ").and_then(|()| error.flush());
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).context("cannot read the answer")?;
    Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
}

/// Whether there is a terminal to ask on.
pub fn can_ask() -> bool {
    io::stdin().is_terminal()
}
