//! A run by the leading digits of its digest.

use super::listed::Listed;
use crate::cli::exit::BadInput;
use crate::store::Store;
use anyhow::Result;

/// Runs listed in a message when several match.
const NAMED: usize = 8;

/// The only run whose digest starts with `prefix`.
pub fn find(store: &Store, prefix: &str) -> Result<Listed> {
    let all = Listed::all(store)?;
    let place = position(&all, prefix)?;
    // `position` returns an index of the list
    let listed = all.into_iter().nth(place).ok_or_else(|| BadInput(format!("no run `{prefix}`")))?;
    let run = store.inspect_run(&listed.run.id).unwrap_or(listed.run);
    Ok(Listed { run, ..listed })
}

/// Its index in a list.
pub fn position(all: &[Listed], prefix: &str) -> Result<usize, BadInput> {
    let fits = |(_, listed): &(usize, &Listed)| listed.run.id.as_str().starts_with(&prefix.to_ascii_lowercase());
    let found: Vec<(usize, &Listed)> = all.iter().enumerate().filter(fits).collect();
    match found[..] {
        [(place, _)] => Ok(place),
        [] => Err(BadInput(format!("no run begins with `{prefix}`; `batchscope runs` lists all {}", all.len()))),
        _ => {
            let words = found.iter().take(NAMED).map(|(_, listed)| format!("\n  {}", words(listed)));
            let more =
                if found.len() > NAMED { format!("\n  and {} more", found.len() - NAMED) } else { String::new() };
            let words: String = words.collect();
            Err(BadInput(format!(
                "`{prefix}` is ambiguous, it begins the digests of {} runs:{words}{more}",
                found.len()
            )))
        }
    }
}

/// A run on one line: its digest and its name in experiments.
pub fn words(listed: &Listed) -> String {
    let arms = listed.arms();
    let arm = if arms.is_empty() { "?".into() } else { arms.join(", ") };
    let cell = listed.cell().map_or("?".into(), |(batch_size, iid)| format!("bs{batch_size}/iid{iid}"));
    format!("{}  {arm}/{cell}  {}", listed.run.id, listed.state())
}
