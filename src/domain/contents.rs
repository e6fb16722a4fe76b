//! Recognises files that are not what their name promises, as failed downloads and clones leave them. Parsers' errors would
//! not say so.

/// What the bytes are, with a remedy, if they are such a file.
pub fn mistaken(bytes: &[u8]) -> Option<&'static str> {
    let begins = |start: &str| {
        let text = bytes.trim_ascii_start();
        text.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start.as_bytes()))
    };
    match bytes {
        [] => Some("an empty file; the download was interrupted: fetch it again"),
        _ if begins("version https://git-lfs") => {
            Some("a Git LFS pointer, not the file; run `git lfs pull` in the repository to fetch it")
        }
        _ if begins("<!doctype html") || begins("<html") => {
            Some("a web page, not the file; download the file itself (on the hub: /resolve/, not /blob/)")
        }
        _ if begins("Entry not found") || begins("Repository not found") || begins("Invalid username or password") => {
            Some("a server's error message, not the file; check its address and download it again")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_failed_download_leaves_is_recognised() {
        for (bytes, words) in [
            (&b""[..], "an empty file"),
            (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 4\n", "`git lfs pull`"),
            (b"\n<!DOCTYPE html><html>", "a web page"),
            (b"<html lang=\"en\">", "a web page"),
            (b"Entry not found", "a server's error message"),
        ] {
            assert!(mistaken(bytes).is_some_and(|found| found.contains(words)), "{words}");
        }
        for bytes in [&b"{\"a\": 1}"[..], b"PK\x03\x04", b"[PAD]\n", b"<unk>\n<s>\n", b"<"] {
            assert_eq!(mistaken(bytes), None);
        }
    }
}
