//! Specs and overrides.

use super::{Case, refuse};
use crate::support::World;
use std::fs;

#[test]
fn overrides() {
    let world = World::new();
    let cases: [Case<'_, &str>; 34] = [
        ("a key that is not known", "train.epoch=3", &["unknown key `epoch`", "did you mean `epochs`?"]),
        ("a table that is not known", "trian.epochs=3", &["unknown key `trian`", "did you mean `train`?"]),
        ("no value", "train.epochs", &["expected key=value", "for example --set train.epochs=3"]),
        ("no epochs", "train.epochs=0", &["--set train.epochs=0: `train.epochs` is 0, expected a whole number from 1"]),
        ("a word for a number", "train.epochs=three", &["`train.epochs` is \"three\", expected a whole number"]),
        ("half an epoch", "train.epochs=0.5", &["`train.epochs` is 0.5, expected a whole number"]),
        ("more epochs than counted", "train.epochs=4294967296", &["expected a whole number from 1 to 1000000"]),
        ("a number beyond all", "train.epochs=99999999999999999999", &["expected a whole number from 1 to 1000000"]),
        ("no instances", "train.instances=0", &["expected a whole number from 1 to 10000"]),
        ("terabytes of plan", "train.instances=4000000000", &["expected a whole number from 1 to 10000"]),
        ("a negative rate", "train.learning_rate=-0.1", &["`train.learning_rate` is -0.1, expected a positive number"]),
        ("no rate", "train.learning_rate=0", &["expected a positive number"]),
        ("a rate that is no number", "train.learning_rate=nan", &["`train.learning_rate` is nan, expected a positive"]),
        ("an endless rate", "train.learning_rate=inf", &["expected a positive number below 1e38"]),
        ("a rate beyond single precision", "train.learning_rate=1e300", &["expected a positive number below 1e38"]),
        ("warm-up beyond the end", "train.warmup_ratio=1.5", &["expected a number from 0 to 1"]),
        ("a negative decay", "train.weight_decay=-1", &["expected 0 or a positive number"]),
        ("a norm of nothing", "train.clip_norm=0", &["expected a positive number"]),
        ("a negative seed", "train.seed=-1", &["expected a whole number from 0 to 4294967295"]),
        ("one size twice", "train.batch_sizes=[8, 8]", &["`train.batch_sizes` is [8, 8]", "each once"]),
        ("a size of nothing", "train.batch_sizes=[0]", &["whole numbers from 1"]),
        ("no list", "train.batch_sizes=8", &["`train.batch_sizes` is 8, expected a list"]),
        ("a batch larger than the set", "train.batch_sizes=[61]", &["61", "larger than the training set of 60 pairs"]),
        (
            "a share that leaves nothing",
            "task.validation=0.001",
            &["leaves 60 to train on and 0", "change task.validation"],
        ),
        ("a set that is not known", "task.validation=train", &["\"dev\", \"test\"", "or a fraction"]),
        ("a set twice", "task.also_evaluate=[\"test\", \"test\"]", &["expected a list of sets", "each once"]),
        ("a set that validates", "task.also_evaluate=[\"dev\"]", &["sets other than \"dev\""]),
        ("a set that is not there", "task.also_evaluate=[\"test\"]", &["none of test.tsv", "task.also_evaluate"]),
        (
            "a sentence that is a pair",
            "task.sentence=a",
            &["no columns `a` and `label`", "task.sentence = ", "task.label = "],
        ),
        ("one class", "task.classes=[\"a\"]", &["expected a list of 2 to 64 names"]),
        ("a task of regression", "task.name=stsb", &["`stsb` asks for a number between 0 and 5, which is regression"]),
        ("a task that is none", "task.name=mprc", &["there is no task `mprc`", "did you mean `mrpc`?"]),
        (
            "longer than the model",
            "task.max_length=41",
            &["task.max_length is 41", "positions for 40 tokens; set it to 40"],
        ),
        ("longer than anything", "task.max_length=18446744073709551615", &["expected a whole number of tokens"]),
    ];
    for (what, given, words) in cases {
        refuse(&world, what, &["--set", given], words);
    }
}

#[test]
fn specs() {
    let head = "[task]\npath = \"task\"\nmax_length = 40\n[model]\nsource = \"model\"\n";
    let cases: [Case<'_, Vec<u8>>; 19] = [
        ("an empty file", b"".to_vec(), &["spec.toml: [task] is incomplete, expected path = \"FOLDER\""]),
        ("no model", b"[task]\npath = \"task\"\n".to_vec(), &["[model] is incomplete, expected source = "]),
        ("no task", b"[task]\n[model]\nsource = \"model\"\n".to_vec(), &["spec.toml, line 1: [task] is incomplete"]),
        ("no TOML", b"\n{\"task\": 3}".to_vec(), &["spec.toml, line 2: "]),
        ("bytes that are no text", b"name = \"x\"\nq = \"\xff\"".to_vec(), &["spec.toml, line 2: not valid UTF-8"]),
        ("a NUL byte", format!("{head}[train]\nepochs = 3\0\n").into_bytes(), &["spec.toml, line 7: "]),
        ("one key twice", format!("{head}source = \"x\"\n").into_bytes(), &["spec.toml, line 6: duplicate key"]),
        ("an unknown key", format!("{head}weights = 3\n").into_bytes(), &["line 6: unknown key `weights`", "source"]),
        ("a typo", format!("{head}[train]\nepoch = 3\n").into_bytes(), &["line 7: unknown key `epoch`", "`epochs`?"]),
        (
            "a word for a number",
            format!("{head}[train]\n\nepochs = \"three\"\n").into_bytes(),
            &["spec.toml, line 8: `train.epochs` is \"three\", expected a whole number from 1 to 1000000"],
        ),
        ("a table for a number", format!("{head}[train.epochs]\n").into_bytes(), &["line 6: `train.epochs` is"]),
        (
            "a number for a table",
            format!("train = 3\n{head}").into_bytes(),
            &["line 1: `train` is 3, expected a table"],
        ),
        ("a number for a path", b"[task]\npath = 3\n".to_vec(), &["line 2: `task.path` is 3, expected the path of"]),
        ("a name that is a path", format!("name = \"../x\"\n{head}").into_bytes(), &["line 1: `name` is \"../x\""]),
        (
            "an arm that is no table",
            format!("{head}[arms]\nodd = 3\n").into_bytes(),
            &["line 7: arm `odd`: expected a table"],
        ),
        (
            "a norm that is not known",
            format!("{head}[arms]\nodd = {{ norm = \"group\" }}\n").into_bytes(),
            &["line 7: `arms.odd.norm` is \"group\", expected \"layer\", \"batch\", \"rms\" or \"none\""],
        ),
        (
            "an arm that changes the sweep",
            format!("{head}[arms.odd]\ninstances = 3\n").into_bytes(),
            &["line 7: unknown key `instances`"],
        ),
        (
            "two arms of one meaning",
            format!("{head}[arms]\na = {{ dropout = \"off\" }}\nb = {{ dropout = \"off\" }}\n").into_bytes(),
            &["line 8: arm `b`: means the same as `a`; leave one of them out"],
        ),
        (
            "columns of the embedded corpus",
            b"[task]\nname = \"demo\"\nlabel = \"x\"\n[model]\nsource = \"embedded\"\n".to_vec(),
            &["leave task.label out"],
        ),
    ];
    for (what, text, words) in cases {
        let world = World::new();
        fs::write(world.path("spec.toml"), text).unwrap();
        refuse(&world, what, &[], words);
    }
    let world = World::new();
    fs::remove_file(world.path("spec.toml")).unwrap();
    refuse(
        &world,
        "a spec that is not there",
        &[],
        &["neither a preset (demo, mrpc, mrpc-dev, mnli-lr, why-batch-size) nor a file that can be read"],
    );
}

#[test]
fn a_misspelled_command_gets_a_suggestion() {
    for (words, told) in [
        (&["rnus"][..], "there is no command `rnus`; did you mean `runs`?"),
        (&["reprot", "spec.toml"], "there is no command `reprot`; did you mean `report`?"),
        (&["run", "dmeo"], "`dmeo` is neither a preset (demo, mrpc, mrpc-dev, mnli-lr, why-batch-size) nor a file"),
        (&["run", "mprc"], "did you mean `mrpc`?"),
        (&["run", "dmeo"], "did you mean `demo`?"),
    ] {
        let world = World::new();
        let finished = world.batchscope(words).expect(2);
        assert!(finished.err.contains(told), "{words:?}: {}", finished.err);
        assert!(!world.store().exists());
    }
}
