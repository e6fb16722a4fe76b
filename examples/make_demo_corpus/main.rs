//! Makes the demonstration corpus: `cargo run --example make_demo_corpus [FOLDER]` writes its
//! files into the folder, by default `data/demo` of this package, and prints a short report. This
//! file knows the disc and the terminal; it does not know what the corpus contains.

mod corpus;
mod logistic;
mod report;
mod wordpiece;

use std::path::PathBuf;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let folder = env::args_os().nth(1).map_or_else(default_folder, PathBuf::from);
    fs::create_dir_all(&folder)?;
    let files = corpus::files();
    for (name, contents) in &files {
        fs::write(folder.join(name), contents)?;
    }
    let contents_of = |wanted: &str| -> &str {
        let file = files.iter().find(|(name, _)| *name == wanted);
        file.map_or("", |(_, contents)| contents)
    };
    println!("seed        {}", corpus::SEED);
    println!("sentences   {} drawn, none of which pre-training reads", corpus::sentences().len());
    print!("{}", report::report(contents_of("train.tsv"), contents_of("dev.tsv"), contents_of("vocab.txt"),));
    Ok(())
}

/// Without cargo, the package is taken to be the current folder.
fn default_folder() -> PathBuf {
    let package = option_env!("CARGO_MANIFEST_DIR").unwrap_or(".");
    PathBuf::from(package).join("data").join("demo")
}
