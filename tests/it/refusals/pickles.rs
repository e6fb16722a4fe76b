//! PyTorch's files: anything but a state dict is refused by name, and nothing in it is executed.

use super::{Case, refuse};
use crate::support::torch_file::{StateDict, dict, global, integer, pickle, tensor, tensors, text, tuple, zip_of};
use crate::support::{World, fixture};
use std::fs;

fn golden() -> StateDict {
    StateDict::of(&tensors(&fs::read(fixture("golden/tiny/model.safetensors")).unwrap()))
}

/// A world with this file as its weights.
fn world(bytes: &[u8]) -> World {
    let world = World::new();
    fs::remove_file(world.path("model/model.safetensors")).unwrap();
    fs::write(world.path("model/pytorch_model.bin"), bytes).unwrap();
    world
}

/// A pickle that would call a function with these arguments, as the value of a tensor.
fn call(module: &str, name: &str, arguments: &[Vec<u8>]) -> Vec<u8> {
    let call = [global(module, name), tuple(arguments), b"R".to_vec()].concat();
    pickle(&dict(&[text("bert.pooler.dense.bias"), call].concat()))
}

#[test]
fn pickles_that_are_not_state_dicts() {
    let marker = tempfile::tempdir().unwrap().path().join("run");
    let command = text(&format!("touch {}", marker.display()));
    let bias = |value: Vec<u8>| pickle(&dict(&[text("bert.pooler.dense.bias"), value].concat()));
    let view = |elements, offset, shape: &[usize], strides: &[usize]| {
        bias(tensor("FloatStorage", "0", elements, offset, shape, strides))
    };
    // a tuple of a tuple twice, thirty times over: gigabytes, if it were copied
    let laughs: Vec<u8> = (0..30u8).flat_map(|level| [b'h', level, b'h', level, 0x86, b'q', level + 1]).collect();
    let cases: [Case<'_, Vec<u8>>; 18] = [
        (
            "a command",
            call("os", "system", std::slice::from_ref(&command)),
            &["asks for `os.system`", "nothing of it was run"],
        ),
        (
            "a command by its other name",
            call("posix", "system", std::slice::from_ref(&command)),
            &["asks for `posix.system`"],
        ),
        ("code", call("builtins", "eval", &[text("1")]), &["asks for `builtins.eval`"]),
        (
            "a class's method",
            call("torch._utils", "_rebuild_device", &[]),
            &["asks for `torch._utils._rebuild_device`"],
        ),
        (
            "numpy's arrays",
            call("numpy.core.multiarray", "_reconstruct", &[]),
            &["`numpy.core.multiarray._reconstruct`"],
        ),
        (
            "a name put together",
            pickle(&[text("os"), text("system"), vec![0x93], command, vec![0x85, b'R']].concat()),
            &["asks for `os.system`"],
        ),
        ("an instance", pickle(b"(i__main__\nEvil\n"), &["has the opcode 0x69"]),
        ("an extension", pickle(&[0x82, 1]), &["has the opcode 0x82"]),
        ("an escape for a terminal", call("\x1b[2J", "x", &[]), &["asks for `\\u{1b}[2J.x`"]),
        ("a list", pickle(b"]"), &["holds no state dict"]),
        ("no values", pickle(b""), &["makes no sense at byte 2"]),
        ("half a pickle", view(32, 0, &[32], &[1])[..60].to_vec(), &["its pickle ends in the middle"]),
        ("tuples in tuples", pickle(&[&b")q\x00"[..], &laughs].concat()), &["holds no state dict"]),
        ("a number for a tensor", bias(integer(7)), &["`bert.pooler.dense.bias` in it is no plain tensor"]),
        ("elements beyond the storage", view(32, 1, &[32], &[1]), &["`bert.pooler.dense.bias` reaches beyond"]),
        ("one element as many", view(32, 0, &[1 << 40], &[0]), &["reaches beyond its storage"]),
        ("steps beyond counting", view(32, 0, &[2, 16], &[usize::MAX, 1]), &["is no plain tensor"]),
        ("a storage beyond the file", view(1 << 40, 0, &[32], &[1]), &["it ends before its storage 0 does"]),
    ];
    for (what, pickle, words) in cases {
        let state = StateDict { pickle, storages: vec![("0".into(), vec![0; 32 * 4])] };
        for bytes in [state.zip(), state.legacy()] {
            refuse(&world(&bytes), what, &[], &[&["pytorch_model.bin: not a usable PyTorch file"][..], words].concat());
        }
    }
    assert!(!marker.exists());
}

#[test]
fn files_that_are_no_container() {
    let (zip, legacy) = (golden().zip(), golden().legacy());
    let entry = |name: &str| zip_of(&[("archive/data.pkl".into(), golden().pickle), (name.into(), vec![])]);
    let cases: [Case<'_, Vec<u8>>; 11] = [
        ("nothing", vec![], &["pytorch_model.bin is an empty file"]),
        ("something else", b"hello".to_vec(), &["neither a zip archive nor in PyTorch's older format"]),
        ("a page of a server", b"<html>try later</html>".to_vec(), &["pytorch_model.bin is a web page, not the file"]),
        (
            "a pointer",
            b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n".to_vec(),
            &["pytorch_model.bin is a Git LFS pointer, not the file; run `git lfs pull`"],
        ),
        ("half a zip archive", zip[..zip.len() / 2].to_vec(), &["its zip archive is damaged"]),
        ("half an older file", legacy[..legacy.len() / 2].to_vec(), &["it ends before its storage"]),
        ("an archive of something else", zip_of(&[("readme".into(), vec![])]), &["has no entry `data.pkl`"]),
        ("an entry that climbs", entry("archive/../../evil"), &["`archive/../../evil`, which is a path out of it"]),
        ("an entry from the root", entry("/etc/passwd"), &["`/etc/passwd`, which is a path out of it"]),
        ("packed entries", with_method(zip.clone(), 8), &["which is compressed; PyTorch writes none"]),
        ("entries longer than the file", with_sizes(zip, 0x7fff_ffff), &["not a usable PyTorch file"]),
    ];
    for (what, bytes, words) in cases {
        refuse(&world(&bytes), what, &[], words);
    }
}

#[test]
fn what_config_json_does_not_describe() {
    // nothing is read of a file that no model of this shape could fill
    let endless = world(b"");
    let path = endless.path("model/pytorch_model.bin");
    fs::File::options().write(true).open(path).unwrap().set_len(1 << 40).unwrap();
    refuse(&endless, "a terabyte", &[], &["has 1099511627776 bytes", "they do not belong together"]);
    let mut whole = tensors(&fs::read(fixture("golden/tiny/model.safetensors")).unwrap());
    whole.remove("bert.pooler.dense.bias");
    let words = ["the tensor `bert.pooler.dense.bias` is missing"];
    refuse(&world(&StateDict::of(&whole).legacy()), "a tensor too few", &[], &words);
    let nothing = World::new();
    fs::remove_file(nothing.path("model/model.safetensors")).unwrap();
    refuse(&nothing, "no weights", &[], &["holds neither model.safetensors nor pytorch_model.bin"]);
}

/// Places of a zip archive's headers: of the entries, and of the list of them at its end.
fn headers(bytes: &[u8]) -> Vec<(usize, bool)> {
    let places = (0..bytes.len().saturating_sub(4)).filter_map(|at| match &bytes[at..at + 4] {
        b"PK\x03\x04" => Some((at, false)),
        b"PK\x01\x02" => Some((at, true)),
        _ => None,
    });
    places.collect()
}

fn with_method(mut bytes: Vec<u8>, method: u16) -> Vec<u8> {
    for (at, listed) in headers(&bytes) {
        let at = at + if listed { 10 } else { 8 };
        bytes[at..at + 2].copy_from_slice(&method.to_le_bytes());
    }
    bytes
}

fn with_sizes(mut bytes: Vec<u8>, size: u32) -> Vec<u8> {
    for (at, listed) in headers(&bytes) {
        let at = at + if listed { 20 } else { 18 };
        bytes[at..at + 8].copy_from_slice(&[size.to_le_bytes(), size.to_le_bytes()].concat());
    }
    bytes
}
