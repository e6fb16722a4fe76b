//! The layers of docs/ARCHITECTURE.md: imports between rooms point down, each room's door lists them, no files import each
//! other in a circle, and no type name is declared twice. Reads the source text.
//!
//! A door is the documentation of a room's `mod.rs`. It has up to three sentences for this test, each to its full stop:
//! - `May import:` the rooms that its files import, all of them and no other;
//! - `Alone knows:` crates that no other room may use, unless its door names them here too;
//! - `Never uses:` crates and modules of the standard library that no file of the room may use outside its tests.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms of each layer, from the ground up. docs/ARCHITECTURE.md has the same list.
const LAYERS: [&[&str]; 7] = [
    &["domain", "event_file", "files", "stats"],
    &["data", "hub", "logs", "model", "plot", "spec_file", "store", "theme"],
    &["export", "plan", "train"],
    &["resolve"],
    &["engine"],
    &["app"],
    &["cli", "tui"],
];

/// A module, from the root of the crate: `["engine", "queue"]`.
type Module = Vec<String>;

/// A source file that is a module.
struct Source {
    /// below `src`
    path: PathBuf,
    /// without comments
    code: String,
    documentation: String,
}

struct House {
    files: BTreeMap<Module, Source>,
    /// `pub use queue::Queue` in `engine`: from `engine` and `Queue` to where that comes from
    re_exports: BTreeMap<(Module, String), Import>,
}

/// A path in the code: the module that it is written in, and its segments.
#[derive(Clone)]
struct Import {
    written_in: Module,
    segments: Vec<String>,
}

impl House {
    fn read() -> Self {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut files = BTreeMap::new();
        for file in files_below(&source) {
            let path = file.strip_prefix(&source).unwrap().to_owned();
            let mut module: Module =
                path.with_extension("").iter().map(|part| part.to_str().unwrap().to_owned()).collect();
            if module == ["main"] {
                continue;
            }
            if module.last().is_some_and(|last| last == "mod" || last == "lib") {
                module.pop();
            }
            let text = fs::read_to_string(&file).unwrap();
            let lines =
                |wanted: fn(&str) -> Option<&str>| text.lines().filter_map(wanted).collect::<Vec<_>>().join("\n");
            let documentation = lines(|line| line.trim_start().strip_prefix("//!")).replace('\n', "");
            let code = lines(|line| line.split("//").next());
            files.insert(module, Source { path, code, documentation });
        }
        assert!(files.len() > 100, "only {} files found", files.len());
        let mut house = Self { files, re_exports: BTreeMap::new() };
        let modules: Vec<Module> = house.files.keys().cloned().collect();
        for module in modules {
            let imports = house.imports(&module, &house.files[&module]);
            let is_of_child = |import: &Import| house.files.contains_key(&child(&module, &import.segments[0]));
            let of_children: Vec<Import> = imports.into_iter().filter(is_of_child).collect();
            for import in of_children {
                let name = import.segments.last().unwrap().clone();
                house.re_exports.insert((module.clone(), name), import);
            }
        }
        house
    }

    fn rooms() -> impl Iterator<Item = (usize, &'static str)> {
        LAYERS.iter().enumerate().flat_map(|(layer, rooms)| rooms.iter().map(move |room| (layer, *room)))
    }

    /// The files of each room.
    fn files_of(&self, room: &str) -> impl Iterator<Item = (&Module, &Source)> {
        self.files.iter().filter(move |(module, _)| module.first().is_some_and(|first| first == room))
    }

    /// What a sentence of a room's door names in backticks.
    fn door(&self, room: &str, sentence: &str) -> Option<BTreeSet<String>> {
        let documentation = &self.files[&vec![room.to_owned()]].documentation;
        let begin = documentation.find(sentence)? + sentence.len();
        let rest = &documentation[begin..];
        // a full stop inside of a name is followed by a letter
        let end = rest.find(". ").or(rest.find('.')).unwrap_or(rest.len());
        Some(rest[..end].split('`').skip(1).step_by(2).map(str::to_owned).collect())
    }

    /// Every path in a file's code that begins with `crate`, `super`, `self` or a child module.
    fn imports(&self, module: &Module, source: &Source) -> Vec<Import> {
        let code = &source.code;
        // `super` means another module there
        let tests = tests_begin(code);
        let mut imports = Vec::new();
        for (at, word) in words(code) {
            let is_path = code[at + word.len()..].starts_with("::");
            let is_continued = code[..at].ends_with("::");
            let is_own_module = self.files.contains_key(&child(module, word)) && code[..at].ends_with("use ");
            if !is_path || is_continued || !(["crate", "super", "self"].contains(&word) || is_own_module) {
                continue;
            }
            let written_in = if at > tests { child(module, "tests") } else { module.clone() };
            let mut found = Vec::new();
            segments(&code[at..], &mut Vec::new(), &mut found);
            imports.extend(found.into_iter().map(|segments| Import { written_in: written_in.clone(), segments }));
        }
        imports
    }

    /// The module whose file has what a path names. Re-exports are followed.
    fn resolve(&self, import: &Import) -> Option<Module> {
        let mut module = import.written_in.clone();
        let mut segments = import.segments.iter().map(String::as_str).peekable();
        while let Some(first) = segments.next_if(|segment| ["crate", "super", "self"].contains(segment)) {
            match first {
                "crate" => module.clear(),
                "super" => drop(module.pop()?),
                _ => {}
            }
        }
        while let Some(next) = segments.next_if(|segment| self.files.contains_key(&child(&module, segment))) {
            module = child(&module, next);
        }
        let item = segments.next().map(|item| (module.clone(), item.to_owned()));
        match item.and_then(|item| self.re_exports.get(&item)) {
            Some(import) => self.resolve(import),
            None => self.files.contains_key(&module).then_some(module),
        }
    }

    /// The files that each file imports outside its tests, but for a parent and its children, which may know each other.
    fn graph(&self) -> BTreeMap<&Module, BTreeSet<Module>> {
        let mut graph = BTreeMap::new();
        for (module, source) in &self.files {
            let imports = self.imports(module, source);
            let is_test = |module: &Module| module.last().is_some_and(|last| last == "tests");
            let imports = imports.iter().filter(|import| !is_test(&import.written_in));
            let imported = imports.filter_map(|import| self.resolve(import));
            let is_family = |other: &Module| other.starts_with(module) || module.starts_with(other);
            graph.insert(module, imported.filter(|other| !is_family(other)).collect());
        }
        graph
    }

    fn path(&self, module: &Module) -> String {
        self.files[module].path.display().to_string()
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// Where the tests of a file begin.
fn tests_begin(code: &str) -> usize {
    code.find("\nmod tests {").unwrap_or(code.len())
}

fn child(module: &Module, name: &str) -> Module {
    module.iter().cloned().chain([name.to_owned()]).collect()
}

/// Identifiers and where they are.
fn words(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_letter = |c: char| c.is_alphanumeric() || c == '_';
    let begins = move |at: usize| !code[..at].ends_with(is_letter);
    let starts = code.char_indices().filter(move |(at, c)| is_letter(*c) && begins(*at));
    starts.map(move |(at, _)| (at, code[at..].split(|c| !is_letter(c)).next().unwrap_or_default()))
}

/// The paths of `crate::a::{b::C, d}`: its segments, one list for each name.
fn segments<'c>(code: &'c str, before: &mut Vec<String>, found: &mut Vec<Vec<String>>) -> &'c str {
    let code = code.trim_start();
    let length = code.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(code.len());
    let (word, mut rest) = code.split_at(length);
    if !word.is_empty() {
        before.push(word.to_owned());
        match rest.strip_prefix("::") {
            Some(after) => rest = segments(after, before, found),
            None => found.push(before.clone()),
        }
        before.pop();
        return rest;
    }
    let Some(mut inside) = rest.strip_prefix('{') else {
        found.push(before.clone());
        return rest.strip_prefix('*').unwrap_or(rest);
    };
    loop {
        inside = segments(inside, before, found).trim_start();
        if let Some(renamed) = inside.strip_prefix("as ") {
            inside = renamed.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_').trim_start();
        }
        match inside.strip_prefix(',').map(str::trim_start) {
            Some(after) if !after.starts_with('}') => inside = after,
            Some(after) => return &after[1..],
            None => return inside.strip_prefix('}').unwrap_or(inside),
        }
    }
}

#[test]
fn every_room_has_a_layer_and_imports_point_down_only() {
    let house = House::read();
    let layer_of: BTreeMap<&str, usize> = House::rooms().map(|(layer, room)| (room, layer)).collect();
    let mut wrong = Vec::new();
    for (module, source) in &house.files {
        let Some(room) = module.first() else { continue };
        let layer = *layer_of.get(room.as_str()).unwrap_or_else(|| panic!("src/{room} has no layer: add it to LAYERS"));
        for import in house.imports(module, source) {
            let Some(other) = house.resolve(&import).and_then(|module| module.first().cloned()) else { continue };
            if other != *room && layer_of[other.as_str()] >= layer {
                wrong.push(format!("{}: {}", source.path.display(), import.segments.join("::")));
            }
        }
    }
    assert!(wrong.is_empty(), "imports that do not point down:\n{}", wrong.join("\n"));
}

#[test]
fn each_door_names_the_rooms_that_are_imported() {
    let house = House::read();
    let mut wrong = Vec::new();
    for (_, room) in House::rooms() {
        let mut imported = BTreeSet::new();
        for (module, source) in house.files_of(room) {
            let modules = house.imports(module, source).into_iter().filter_map(|import| house.resolve(&import));
            imported.extend(modules.filter_map(|module| module.first().cloned()).filter(|other| other != room));
        }
        let rooms = || House::rooms().map(|(_, room)| room.to_owned()).collect::<BTreeSet<_>>();
        match house.door(room, "May import:") {
            None => wrong.push(format!("{room}: no sentence `May import:`")),
            Some(named) => {
                let named: BTreeSet<String> = named.intersection(&rooms()).cloned().collect();
                let missing: Vec<_> = imported.difference(&named).collect();
                let unused: Vec<_> = named.difference(&imported).collect();
                if !missing.is_empty() || !unused.is_empty() {
                    wrong.push(format!(
                        "{room}: imported and not named: {missing:?}, named and not imported: {unused:?}"
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "doors (the documentation of src/ROOM/mod.rs) that are wrong:\n{}", wrong.join("\n"));
}

#[test]
fn what_one_room_alone_knows_no_other_uses() {
    let house = House::read();
    let mut owners: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (_, room) in House::rooms() {
        for name in house.door(room, "Alone knows:").unwrap_or_default() {
            owners.entry(name).or_default().insert(room);
        }
    }
    for (_, room) in House::rooms() {
        owners.remove(room);
    }
    assert!(owners.contains_key("crossterm") && owners.contains_key("candle_core"), "{owners:?}");
    let mut wrong = Vec::new();
    for (_, room) in House::rooms() {
        let never = house.door(room, "Never uses:").unwrap_or_default();
        let others = owners.iter().filter(|(_, owners)| !owners.contains(room)).map(|(name, _)| name);
        let forbidden: BTreeSet<&String> = never.iter().chain(others).collect();
        for (_, source) in house.files_of(room) {
            let code = &source.code[..tests_begin(&source.code)];
            for name in &forbidden {
                let uses = code.match_indices(name.as_str()).any(|(at, _)| {
                    let (before, after) = (&code[..at], &code[at + name.len()..]);
                    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
                    !before.ends_with(is_word) && (after.starts_with("::") || after.starts_with(';'))
                });
                if uses {
                    wrong.push(format!("{} uses {name}", source.path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "against the doors:\n{}", wrong.join("\n"));
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let house = House::read();
    let graph = house.graph();
    assert!(graph.values().map(BTreeSet::len).sum::<usize>() > 300, "is the reader broken?");
    let reachable: BTreeMap<&Module, BTreeSet<&Module>> =
        graph.keys().map(|from| (*from, reach(&graph, from))).collect();
    let mut knots = BTreeSet::new();
    for (module, reached) in &reachable {
        let knot = reached.iter().filter(|other| reachable[**other].contains(*module));
        let knot: BTreeSet<String> = knot.map(|module| house.path(module)).collect();
        knots.extend((!knot.is_empty()).then_some(knot));
    }
    let print = |knot: &BTreeSet<String>| knot.iter().cloned().collect::<Vec<_>>().join(", ");
    let knots: Vec<String> = knots.iter().map(print).collect();
    assert!(knots.is_empty(), "files that import each other in a circle:\n{}", knots.join("\n"));
}

/// A reader who meets `View` should not have to look which one it is.
#[test]
fn each_type_name_is_declared_once_and_hides_none_of_the_prelude() {
    let prelude = [
        "AsRef", "Box", "Clone", "Default", "Drop", "Fn", "From", "Into", "Iterator", "Option", "Result", "String",
        "Vec",
    ];
    let house = House::read();
    let mut declared: BTreeMap<&str, Vec<String>> = prelude.map(|name| (name, vec!["the prelude".into()])).into();
    for source in house.files.values() {
        for name in source.code.lines().filter_map(declared_type) {
            declared.entry(name).or_default().push(source.path.display().to_string());
        }
    }
    assert!(declared.len() > 300, "is the reader broken?");
    declared.retain(|_, places| places.len() > 1);
    assert!(declared.is_empty(), "declared more than once: {declared:#?}");
}

/// The name of a type or trait that a line without indentation declares.
fn declared_type(line: &str) -> Option<&str> {
    let rest = match line.strip_prefix("pub") {
        Some(rest) if rest.starts_with('(') => rest.split_once(") ")?.1,
        Some(rest) => rest.strip_prefix(' ')?,
        None => line,
    };
    let (_, after) =
        ["struct ", "enum ", "trait ", "type "].iter().find_map(|word| Some((word, rest.strip_prefix(word)?)))?;
    Some(&after[..after.find(|letter: char| !letter.is_alphanumeric()).unwrap_or(after.len())])
}

/// What is imported, directly or through others.
fn reach<'g>(graph: &'g BTreeMap<&Module, BTreeSet<Module>>, from: &Module) -> BTreeSet<&'g Module> {
    let mut reached = BTreeSet::new();
    let mut next: Vec<&Module> = graph[from].iter().collect();
    while let Some(module) = next.pop() {
        if reached.insert(module) {
            next.extend(&graph[module]);
        }
    }
    reached
}
