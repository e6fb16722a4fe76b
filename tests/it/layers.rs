//! Imports point down only, and rooms on one layer are strangers. Reads every `crate::` path in `src`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms of each layer, from the ground up. docs/ARCHITECTURE.md has the same list.
const LAYERS: [&[&str]; 7] = [
    &["domain", "files", "stats"],
    &["data", "event_file", "hub", "model", "plot", "spec_file", "store", "theme"],
    &["export", "plan", "train"],
    &["resolve"],
    &["engine"],
    &["app"],
    &["cli", "tui"],
];

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

#[test]
fn imports_point_down_only() {
    let layer_of: BTreeMap<&str, usize> =
        LAYERS.iter().enumerate().flat_map(|(layer, rooms)| rooms.iter().map(move |room| (*room, layer))).collect();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    let mut looked_at = 0;
    for path in files(&source) {
        let inside = path.strip_prefix(&source).unwrap();
        let Some(room) = inside.iter().next().and_then(|room| room.to_str()).filter(|_| inside.iter().count() > 1)
        else {
            continue;
        };
        let layer = *layer_of.get(room).unwrap_or_else(|| panic!("src/{room} has no layer: add it to LAYERS"));
        for (number, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
            let code = line.split("//").next().unwrap_or("");
            for (at, _) in code.match_indices("crate::") {
                let imported: String =
                    code[at + 7..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                looked_at += 1;
                if imported != room && layer_of.get(imported.as_str()).is_none_or(|lower| *lower >= layer) {
                    wrong.push(format!("{}:{}: {}", inside.display(), number + 1, line.trim()));
                }
            }
        }
    }
    assert!(looked_at > 100, "only {looked_at} imports found: is the reader broken?");
    assert!(wrong.is_empty(), "imports that do not point down:\n{}", wrong.join("\n"));
}
