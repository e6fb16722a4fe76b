//! Pictures with their data and views: from the real dashboard, and redrawn without one.

use crate::support::World;
use crate::support::screen::Screen;
use crossterm::Command;
use crossterm::clipboard::CopyToClipboard;
use std::fs;
use std::path::Path;

/// Presses a key that writes a picture of this name.
fn take(screen: &mut Screen, world: &World, key: &str, name: &str) {
    screen.press(key);
    screen.wait_until(name, |_| world.path(name).exists());
    screen.wait_for(&format!("wrote {name}"));
}

/// What `export` writes.
fn exported(world: &World, arguments: &[&str]) -> Vec<u8> {
    let output = world.path("exported");
    let mut all = vec!["export", "--output", output.to_str().unwrap()];
    all.extend(arguments);
    world.batchscope(&all).expect(0);
    fs::read(output).unwrap()
}

/// Picture and data are as the view redraws them.
#[track_caller]
fn assert_redrawn(world: &World, stem: &str) {
    let file = |ending: &str| world.path(&format!("{stem}.{ending}"));
    let view = file("json").display().to_string();
    assert!(exported(world, &["--view", &view]) == fs::read(file("png")).unwrap(), "{stem}: another picture");
    let data = exported(world, &["--view", &view, "--format", "csv"]);
    assert_eq!(String::from_utf8_lossy(&data), fs::read_to_string(file("csv")).unwrap(), "{stem}");
}

fn size(png: &[u8]) -> (u32, u32) {
    let reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
    (reader.info().width, reader.info().height)
}

#[test]
fn a_view_redraws_the_picture_to_the_byte() {
    let world = World::new();
    let mut screen = world.dashboard(100, 30);
    screen.wait_for("every run is finished");
    // the end of a sweep shows its final scores; the charts' panel has the curves
    screen.press("2");
    take(&mut screen, &world, "w", "figure_valid-accuracy.png");
    let first = fs::read(world.path("figure_valid-accuracy.png")).unwrap();
    assert_eq!(size(&first), (1600, 900));
    assert_redrawn(&world, "figure_valid-accuracy");
    // as the dashboard shows an experiment first, so does the command line
    assert!(exported(&world, &["--format", "png", "--metric", "valid-accuracy"]) == first);
    assert!(exported(&world, &["--format", "png", "--experiment", "tiny"]) == first);
    // an added arm, a hidden run, a filter; means over time on a logarithmic axis; training loss, zoomed, dark
    screen.press("da");
    screen.wait_for("8 of 8 runs");
    screen.press("\u{1b}[H /bs=2,8 iid<1\r");
    take(&mut screen, &world, "w", "figure_valid-accuracy-2.png");
    screen.press("mxxxxby");
    take(&mut screen, &world, "w", "figure_valid-loss.png");
    screen.press("ymmmmm");
    screen.wait_for("training loss");
    screen.press("bxxc++oD");
    take(&mut screen, &world, "w", "figure_train-loss.png");
    for stem in ["figure_valid-accuracy", "figure_valid-accuracy-2", "figure_valid-loss", "figure_train-loss"] {
        assert_redrawn(&world, stem);
    }
    let names = |stem: &str| ["png", "csv", "json"].map(|ending| world.path(&format!("{stem}.{ending}")).exists());
    assert_eq!(names("figure_valid-accuracy-3"), [false; 3]);
    // final scores where these are on the screen
    screen.press("f");
    take(&mut screen, &world, "w", "figure_final-valid-accuracy.png");
    assert_redrawn(&world, "figure_final-valid-accuracy");
    assert!(
        exported(&world, &["--format", "csv", "--figure", "final-scores"]).starts_with(b"arm,batch_size,instance,")
    );
    screen.press("fD");
    take(&mut screen, &world, "w", "figure_train-loss-2.png");
    let (dark, light) = (world.path("figure_train-loss.png"), world.path("figure_train-loss-2.json"));
    let redrawn = exported(&world, &["--view", light.to_str().unwrap(), "--dark"]);
    assert!(redrawn == fs::read(dark).unwrap(), "dark is all that differs");
    let svg = exported(&world, &["--view", light.to_str().unwrap(), "--format", "svg"]);
    assert!(svg.starts_with(b"<svg"));
    screen.press("q");
    assert_eq!(screen.code(), 0);
}

/// What a picture was made of is pinned run by run: those that have gone on since are drawn as far as they were.
#[test]
fn a_view_of_a_sweep_under_way_stays_that_picture_when_the_sweep_has_gone_on() {
    let world = World::new();
    let long = "[train]\nbatch_sizes = [2, 8]\ninstances = 2\nepochs = 150\nlearning_rate = 1e-3\n";
    world.write_spec(long);
    for (sitting, keys, names) in [
        (1, "", ["figure_valid-accuracy.png", "figure_train-loss.png"]),
        // over seconds of training, as a mean
        (2, "bxxx", ["figure_valid-accuracy-2.png", "figure_train-loss-2.png"]),
    ] {
        let mut screen = world.dashboard(100, 30);
        screen.wait_for(" training");
        screen.wait_until("curves", |screen| screen.text().chars().any(|c| ('\u{2801}'..='\u{28ff}').contains(&c)));
        screen.press(keys);
        take(&mut screen, &world, "w", names[0]);
        screen.press("mmmm");
        screen.wait_for("training loss");
        take(&mut screen, &world, "w", names[1]);
        screen.press("q");
        assert_eq!(screen.code(), 0, "sitting {sitting}");
    }
    world.run(&[]).expect(0);
    for stem in ["valid-accuracy", "train-loss", "valid-accuracy-2", "train-loss-2"] {
        assert_redrawn(&world, &format!("figure_{stem}"));
    }
    let now = exported(&world, &["--format", "png", "--metric", "train-loss"]);
    assert!(now != fs::read(world.path("figure_train-loss.png")).unwrap(), "the sweep has gone on");
}

#[test]
fn the_screen_is_a_picture_cell_for_cell_and_its_path_goes_to_the_clipboard() {
    let world = World::new();
    let mut screen = world.dashboard(80, 24);
    screen.wait_for("every run is finished");
    screen.press("Y");
    screen.wait_for("nothing to copy yet");
    take(&mut screen, &world, "W", "screen.png");
    let picture = fs::read(world.path("screen.png")).unwrap();
    assert_eq!(size(&picture), (800, 480));
    take(&mut screen, &world, "W", "screen-2.png");
    assert!(fs::read(world.path("screen-2.png")).unwrap() == picture, "same state, same bytes");
    screen.press("Y");
    screen.wait_for("copied ");
    let path = fs::canonicalize(world.path("screen-2.png")).unwrap();
    let mut asked = String::new();
    CopyToClipboard::to_clipboard_from(path.to_str().unwrap()).write_ansi(&mut asked).unwrap();
    screen.wait_until("asked of the terminal", |screen| {
        screen.written(|bytes| bytes.windows(asked.len()).any(|window| window == asked.as_bytes()))
    });
    screen.press("q");
    assert_eq!(screen.code(), 0);
}

#[test]
fn a_view_that_cannot_be_drawn_is_refused_with_the_reason() {
    let world = World::new();
    world.run(&[]).expect(0);
    let mut screen = world.dashboard(80, 24);
    screen.wait_for("every run is finished");
    // the end of a sweep shows its final scores; the charts' panel has the curves
    screen.press("2");
    take(&mut screen, &world, "w", "figure_valid-accuracy.png");
    screen.press("q");
    assert_eq!(screen.code(), 0);
    let view = fs::read_to_string(world.path("figure_valid-accuracy.json")).unwrap();
    let refused = |text: &str| {
        fs::write(world.path("view.json"), text).unwrap();
        let (view, output) = (world.path("view.json"), world.path("out.png"));
        let arguments = ["export", "--view", view.to_str().unwrap(), "--output", output.to_str().unwrap()];
        let finished = world.batchscope(&arguments).expect(2);
        assert!(!output.exists() && finished.out.is_empty());
        finished.err
    };
    let said = refused("PNG");
    assert!(said.contains("view.json: no view: expected value at line 1 column 1"), "{said}");
    let said = refused(&view.replace("batchscope-view 2", "batchscope-view 9"));
    assert!(said.contains("its format is `batchscope-view 9`, and this program knows `batchscope-view 2`"), "{said}");
    let said = refused(&view.replace("\"tiny-", "\"other-"));
    assert!(said.contains("no experiment `other-") && said.contains("there are:\n  tiny-"), "{said}");
    let said = refused(&view.replacen("\"entries\": ", "\"entries\": 9", 1));
    assert!(said.contains("entries of the journal of run"), "{said}");
    world.batchscope(&["runs", "remove", "bs=8", "--yes"]).expect(0);
    let said = refused(&view);
    assert!(said.contains("2 of its runs are not in the store") && said.contains("of arm baseline"), "{said}");
    let absent = world.path("absent.json");
    let said = world.batchscope(&["export", "--view", absent.to_str().unwrap(), "-o", "-"]).expect(2).err;
    assert!(said.contains("absent.json: cannot be read"), "{said}");
}

#[test]
fn a_failed_write_is_reported_and_leaves_nothing() {
    let world = World::new();
    world.run(&[]).expect(0);
    let finished = world.batchscope(&["export", "--format", "png", "--output", "/no/such/folder/a.png"]);
    let said = finished.expect(1).err;
    assert!(said.contains("cannot write /no/such/folder/a.png"), "{said}");
    let said = world.batchscope(&["export", "--format", "png", "--metric", "loss", "--output", "-"]).expect(2).err;
    assert!(said.contains("valid-accuracy") && !Path::new("-").exists(), "{said}");
}
