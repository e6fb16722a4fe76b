//! A local imitation of the hub: its answers, and its failures. As on the real one, large files are on another server than
//! their pages. All requests are recorded.

use batchscope::hub::{BackOff, HubSettings};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The commit of every repository's main branch.
pub const COMMIT: &str = "97ab79c05ace0bf33f8fbb235d73301f5702ed95";

/// What goes wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// the body is answered with this status
    Status(u16),
    /// so are this many first requests for it
    Flaky(u16, usize),
    /// the page is answered with this status and the hub's word for why
    Page(u16, &'static str),
    /// the connection ends after so many bytes of every body
    Short(usize),
    /// a byte is another one, in this many first bodies
    Corrupt(usize),
    /// more bytes than were announced on the page
    Long,
    /// parts of files are not known
    NoRange,
    /// another part is given than was asked for
    WrongRange,
    /// no entity tag
    NoTag,
    /// after so many bytes nothing comes until [`Mirror::release`]
    Hold(usize),
}

/// A request as it came in.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    pub path: String,
    /// at the server of large files
    pub elsewhere: bool,
    pub token: Option<String>,
    /// first byte of the part that is asked for
    pub from: Option<usize>,
}

#[derive(Default)]
struct State {
    /// by page, such as `OWNER/NAME` or `datasets/OWNER/NAME`, and name
    files: BTreeMap<(String, String), Vec<u8>>,
    /// by name
    faults: BTreeMap<String, Vec<Fault>>,
    seen: Vec<Seen>,
    bodies: BTreeMap<String, usize>,
    released: bool,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    /// addresses of the pages and of large files
    pages: String,
    elsewhere: String,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub struct Mirror(Arc<Shared>);

impl Mirror {
    pub fn start() -> Self {
        let [pages, elsewhere] = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let address = |listener: &TcpListener| format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            changed: Condvar::new(),
            pages: address(&pages),
            elsewhere: address(&elsewhere),
        });
        for (listener, is_elsewhere) in [(pages, false), (elsewhere, true)] {
            let shared = shared.clone();
            std::thread::spawn(move || {
                for stream in listener.incoming().flatten() {
                    let shared = shared.clone();
                    std::thread::spawn(move || serve(&shared, stream, is_elsewhere));
                }
            });
        }
        Self(shared)
    }

    /// Adds a file to a page: `OWNER/NAME`, or `datasets/OWNER/NAME`.
    pub fn put(&self, page: &str, name: &str, bytes: impl Into<Vec<u8>>) {
        self.0.state().files.insert((page.to_owned(), name.to_owned()), bytes.into());
    }

    pub fn put_folder(&self, page: &str, folder: &Path) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            self.put(page, path.file_name().unwrap().to_str().unwrap(), std::fs::read(&path).unwrap());
        }
    }

    /// What is wrong with a file from now on.
    pub fn break_file(&self, name: &str, faults: &[Fault]) {
        self.0.state().faults.insert(name.to_owned(), faults.to_vec());
    }

    /// Lets go of what is held.
    pub fn release(&self) {
        self.0.state().released = true;
        self.0.changed.notify_all();
    }

    /// Everything that was asked for so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.0.state().seen.clone()
    }

    /// Requests for a file's content.
    pub fn bodies(&self, name: &str) -> Vec<Seen> {
        self.seen().into_iter().filter(|seen| seen.method == "GET" && seen.path.ends_with(name)).collect()
    }

    /// Waits until a request for a file's content has come in.
    pub fn wait_for_body(&self, name: &str) {
        let mut state = self.0.state();
        while !state.bodies.contains_key(name) {
            state = self.0.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// HubSettings that fetch from here into a folder.
    pub fn settings(&self, cache: &Path) -> HubSettings {
        settings(&self.0.pages, cache)
    }

    /// The address of the pages.
    pub fn pages(&self) -> &str {
        &self.0.pages
    }

    /// Makes a command fetch from here into a folder.
    pub fn serves(&self, command: &mut Command, cache: &Path) {
        hub_variables(command, &self.0.pages, cache);
    }
}

/// Of a server at this address, with hardly any wait between tries.
pub fn settings(address: &str, cache: &Path) -> HubSettings {
    let variables = |name: &str| match name {
        "HF_ENDPOINT" => Some(address.to_owned()),
        "HF_HOME" => Some(cache.display().to_string()),
        _ => None,
    };
    let back_off = BackOff { first: Duration::from_millis(1), tries: 4 };
    HubSettings { back_off, ..HubSettings::of(variables).unwrap() }
}

/// Sets these variables of the hub for a command, and removes those of the test's environment.
pub fn hub_variables(command: &mut Command, address: &str, cache: &Path) {
    for name in ["HF_TOKEN", "HF_TOKEN_PATH", "HF_HUB_CACHE", "HF_HUB_OFFLINE", "XDG_CACHE_HOME"] {
        command.env_remove(name);
    }
    for name in ["HUGGINGFACE_HUB_CACHE", "HUGGING_FACE_HUB_TOKEN", "TRANSFORMERS_OFFLINE"] {
        command.env_remove(name);
    }
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"] {
        command.env_remove(name);
    }
    command.env("HF_ENDPOINT", address).env("HF_HOME", cache);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn git_digest(bytes: &[u8]) -> String {
    hex(&Sha1::digest([format!("blob {}\0", bytes.len()).as_bytes(), bytes].concat()))
}

pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn is_large(name: &str) -> bool {
    [".bin", ".safetensors", ".parquet"].iter().any(|ending| name.ends_with(ending))
}

/// A request without its body.
struct Asked {
    method: String,
    path: String,
    headers: BTreeMap<String, String>,
}

impl Asked {
    fn read(stream: &TcpStream) -> Option<Self> {
        let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
        let first = lines.next()?;
        let mut words = first.split(' ');
        let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
        let headers = lines.take_while(|line| !line.is_empty());
        let headers = headers.filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_ascii_lowercase(), value.trim().to_owned()))
        });
        Some(Self { method, path, headers: headers.collect() })
    }

    fn from(&self) -> Option<usize> {
        self.headers.get("range")?.strip_prefix("bytes=")?.trim_end_matches('-').parse().ok()
    }
}

/// One request, one connection.
fn serve(shared: &Shared, mut stream: TcpStream, elsewhere: bool) {
    let Some(asked) = Asked::read(&stream) else { return };
    let (token, from) = (asked.headers.get("authorization").cloned(), asked.from());
    let seen = Seen { method: asked.method.clone(), path: asked.path.clone(), elsewhere, token, from };
    shared.state().seen.push(seen);
    // the client may have disconnected
    let _ = match asked.path.split_once("/resolve/") {
        Some((page, rest)) => page_of_file(shared, &mut stream, &asked, page, rest),
        None if elsewhere => content(shared, &mut stream, &asked, asked.path.trim_start_matches('/')),
        None => head(&mut stream, 404, &["Content-Length: 0".into()]),
    };
}

fn page_of_file(shared: &Shared, stream: &mut TcpStream, asked: &Asked, page: &str, rest: &str) -> std::io::Result<()> {
    let (page, (revision, name)) = (page.trim_start_matches('/'), rest.split_once('/').unwrap_or((rest, "")));
    let (bytes, faults, is_page) = {
        let state = shared.state();
        let key = (page.to_owned(), name.to_owned());
        let is_page = state.files.keys().any(|(known, _)| known == page);
        (state.files.get(&key).cloned(), state.faults.get(name).cloned().unwrap_or_default(), is_page)
    };
    let refuse = |stream: &mut TcpStream, status, why: &str, commit: Option<&str>| {
        let mut headers = vec![format!("X-Error-Code: {why}"), "Content-Length: 0".into()];
        headers.extend(commit.map(|commit| format!("X-Repo-Commit: {commit}")));
        head(stream, status, &headers)
    };
    for fault in &faults {
        if let Fault::Page(status, why) = fault {
            return refuse(stream, *status, why, None);
        }
    }
    match bytes {
        // like the hub's answer to anonymous requests, which does not reveal private repositories
        _ if !is_page => refuse(stream, 401, "RepoNotFound", None),
        _ if !["main", COMMIT].contains(&revision) => refuse(stream, 404, "RevisionNotFound", None),
        None => refuse(stream, 404, "EntryNotFound", Some(COMMIT)),
        Some(bytes) if is_large(name) => {
            let mut headers = vec![
                format!("X-Repo-Commit: {COMMIT}"),
                format!("Location: {}/{page}/{name}", shared.elsewhere),
                format!("X-Linked-Size: {}", bytes.len()),
                "Content-Length: 0".into(),
            ];
            if !faults.contains(&Fault::NoTag) {
                headers.push(format!("X-Linked-Etag: \"{}\"", sha256(&bytes)));
            }
            head(stream, 302, &headers)
        }
        Some(bytes) if asked.method == "HEAD" => {
            let mut headers = vec![format!("X-Repo-Commit: {COMMIT}"), format!("Content-Length: {}", bytes.len())];
            if !faults.contains(&Fault::NoTag) {
                headers.push(format!("ETag: W/\"{}\"", git_digest(&bytes)));
            }
            head(stream, 200, &headers)
        }
        Some(_) => content(shared, stream, asked, &format!("{page}/{name}")),
    }
}

fn content(shared: &Shared, stream: &mut TcpStream, asked: &Asked, path: &str) -> std::io::Result<()> {
    let (mut bytes, faults, number) = {
        let mut state = shared.state();
        let found = state.files.iter().find(|((page, name), _)| format!("{page}/{name}") == path);
        let Some(((_, name), bytes)) = found.map(|(key, bytes)| (key.clone(), bytes.clone())) else {
            return head(stream, 404, &["Content-Length: 0".into()]);
        };
        let number = *state.bodies.entry(name.clone()).and_modify(|count| *count += 1).or_insert(1);
        (bytes, state.faults.get(&name).cloned().unwrap_or_default(), number)
    };
    shared.changed.notify_all();
    let mut from = asked.from().unwrap_or(0);
    let mut end = usize::MAX;
    for fault in &faults {
        match *fault {
            Fault::Status(status) => return head(stream, status, &["Content-Length: 0".into()]),
            Fault::Flaky(status, times) if number <= times => {
                return head(stream, status, &["Content-Length: 0".into()]);
            }
            Fault::Corrupt(times) if number <= times => {
                let middle = bytes.len() / 2;
                bytes[middle] ^= 0x20;
            }
            Fault::Long => bytes.extend([0; 1000]),
            Fault::NoRange => from = 0,
            Fault::WrongRange => from = from.saturating_sub(1),
            Fault::Short(length) => end = length,
            _ => {}
        }
    }
    let rest = bytes.get(from..).unwrap_or_default();
    let mut headers = vec![format!("Content-Length: {}", rest.len())];
    if from > 0 {
        headers.push(format!("Content-Range: bytes {from}-{}/{}", bytes.len() - 1, bytes.len()));
    }
    head(stream, if from > 0 { 206 } else { 200 }, &headers)?;
    let rest = &rest[..end.min(rest.len())];
    match faults.iter().find_map(|fault| if let Fault::Hold(bytes) = fault { Some(*bytes) } else { None }) {
        Some(held) if from < held => {
            let (first, then) = rest.split_at(held - from);
            stream.write_all(first)?;
            stream.flush()?;
            let mut state = shared.state();
            while !state.released {
                state = shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            drop(state);
            stream.write_all(then)
        }
        _ => stream.write_all(rest),
    }?;
    stream.flush()
}

fn head(stream: &mut TcpStream, status: u16, headers: &[String]) -> std::io::Result<()> {
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    write!(stream, "HTTP/1.1 {status} Said\r\n{headers}Connection: close\r\n\r\n")
}
