//! Keys while every core trains: none is missed, and each is answered at once.

use crate::support::World;
use crate::support::screen::{Latencies, Screen};
use std::time::Duration;

/// Keys that must be answered.
const KEYS: usize = 200;
/// Bound of the slowest but one in a hundred. News alone are drawn every 200 ms: whoever waited for them would need 100 ms
/// in the middle. docs/PERFORMANCE.md has what is measured.
const SOON: Duration = Duration::from_millis(100);
/// A machine may be busy with something else: a slow round has as many others.
const ROUNDS: usize = 3;

/// A tiny model makes thousands of updates a second: more news than any real one.
fn training() -> (World, Screen) {
    let world = World::new();
    world.write_spec("[train]\nbatch_sizes = [2, 8]\ninstances = 25\nepochs = 10000\nlearning_rate = 1e-3\n");
    let screen = world.dashboard(200, 60);
    screen.wait_until("trained", |_| world.events() > 0);
    screen.wait_for("Charts");
    (world, screen)
}

#[test]
fn every_key_is_answered_at_once_while_every_core_trains() {
    let (_world, mut screen) = training();
    let rounds = (0..ROUNDS).map(|_| Latencies::of_help(&mut screen, KEYS, Duration::from_millis(7)));
    let slowest = rounds.inspect(|round| eprintln!("{round}")).find(|round| round.at(0.99) < SOON);
    assert!(slowest.is_some(), "in none of {ROUNDS} rounds");
    screen.press("q");
    assert_eq!(screen.code(), 0);
}

#[test]
fn no_key_of_a_burst_is_missed_while_every_core_trains() {
    let (_world, mut screen) = training();
    screen.press("\x1b[H");
    screen.wait_for(" 1 of 50 ");
    screen.press(&"j".repeat(41));
    screen.wait_for(" 42 of 50 ");
    screen.press("q");
    assert_eq!(screen.code(), 0);
}
