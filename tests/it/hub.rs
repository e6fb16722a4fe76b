//! Files from the hub: complete and verified, or an error, whatever fails in between.

use crate::support::mirror::{COMMIT, Fault, Mirror, git_digest, settings, sha256};
use crate::support::tls;
use batchscope::hub::{DownloadEvent, Hub, HubError, HubSettings, Listener, Repository, RepositoryKind, Silent};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

const PAGE: &str = "owner/tiny";
/// A large file by its ending, of some hundred kilobytes.
const LARGE: &str = "model.safetensors";
const SMALL: &str = "config.json";

/// A mirror with a repository, and an empty cache.
struct Setup {
    mirror: Mirror,
    cache: TempDir,
}

impl Setup {
    fn new() -> Self {
        let mirror = Mirror::start();
        mirror.put(PAGE, LARGE, large());
        mirror.put(PAGE, SMALL, "{}");
        Self { mirror, cache: tempfile::tempdir().unwrap() }
    }

    fn broken(name: &str, faults: &[Fault]) -> Self {
        let setup = Self::new();
        setup.mirror.break_file(name, faults);
        setup
    }

    fn settings(&self) -> HubSettings {
        self.mirror.settings(self.cache.path())
    }

    fn hub(&self) -> Hub {
        Hub::new(self.settings(), Silent)
    }

    fn fetch(&self, name: &str) -> Result<PathBuf, HubError> {
        self.hub().file(&model(PAGE), name)
    }

    #[track_caller]
    fn refusal(&self, name: &str) -> String {
        let error = self.fetch(name).expect_err("it must be refused").to_string();
        assert_eq!(error.lines().count(), 1, "one sentence: {error}");
        error
    }

    fn folder(&self) -> PathBuf {
        self.cache.path().join("hub/models--owner--tiny")
    }

    /// Names of blobs.
    fn blobs(&self) -> Vec<String> {
        names(&self.folder().join("blobs"))
    }

    /// That nothing is in the cache that has a name.
    #[track_caller]
    fn assert_nothing_is_kept(&self) {
        assert_eq!(self.blobs().into_iter().filter(|name| !name.ends_with(".incomplete")).collect::<Vec<_>>(), [""; 0]);
        assert!(names(&self.folder().join("snapshots")).is_empty());
    }
}

fn large() -> Vec<u8> {
    (0..300_000u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

fn model(given: &str) -> Repository {
    Repository::parse(RepositoryKind::Model, given).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_file_is_fetched_once_into_the_layout_that_python_reads() {
    let setup = Setup::new();
    let hub = setup.hub();
    for (name, bytes, digest) in [(LARGE, large(), sha256(&large())), (SMALL, b"{}".to_vec(), git_digest(b"{}"))] {
        let path = hub.file(&model(PAGE), name).unwrap();
        assert_eq!(path, setup.folder().join("snapshots").join(COMMIT).join(name));
        assert_eq!(fs::read(&path).unwrap(), bytes);
        #[cfg(unix)]
        assert_eq!(fs::read_link(&path).unwrap(), Path::new("../../blobs").join(&digest));
        assert_eq!(fs::read(setup.folder().join("blobs").join(digest)).unwrap(), bytes);
    }
    assert_eq!(fs::read_to_string(setup.folder().join("refs/main")).unwrap(), COMMIT);
    assert_eq!(setup.blobs().len(), 2, "nothing else is left: {:?}", setup.blobs());
    let asked = setup.mirror.seen().len();
    // by commit there is nothing to ask; by branch only whether it moved
    setup.fetch(LARGE).unwrap();
    hub.file(&model(&format!("{PAGE}@{COMMIT}")), LARGE).unwrap();
    assert_eq!(setup.mirror.seen().len(), asked + 1);
    assert_eq!(setup.mirror.bodies(LARGE).len(), 2, "a page and a body");
}

#[test]
fn a_damaged_body_is_fetched_once_more_and_never_kept() {
    let setup = Setup::broken(LARGE, &[Fault::Corrupt(1)]);
    assert_eq!(fs::read(setup.fetch(LARGE).unwrap()).unwrap(), large());
    for faults in [[Fault::Corrupt(usize::MAX)], [Fault::Long]] {
        let setup = Setup::broken(LARGE, &faults);
        let refusal = setup.refusal(LARGE);
        assert!(refusal.contains("model.safetensors of owner/tiny arrived damaged"), "{refusal}");
        assert!(refusal.contains(&sha256(&large())) && refusal.contains("nothing was kept"), "{refusal}");
        setup.assert_nothing_is_kept();
        assert_eq!(setup.blobs(), [""; 0], "not even a part");
        setup.mirror.break_file(LARGE, &[]);
        setup.fetch(LARGE).unwrap();
    }
}

#[test]
fn a_connection_that_ends_early_is_taken_up_where_it_ended() {
    let setup = Setup::broken(LARGE, &[Fault::Short(100_000)]);
    assert_eq!(fs::read(setup.fetch(LARGE).unwrap()).unwrap(), large());
    let parts: Vec<_> =
        setup.mirror.bodies(LARGE).into_iter().filter(|seen| seen.elsewhere).map(|seen| seen.from).collect();
    assert_eq!(parts, [None, Some(100_000), Some(200_000)]);
}

#[test]
fn a_download_restarts_without_range_support() {
    let setup = Setup::broken(LARGE, &[Fault::NoRange, Fault::Short(100_000)]);
    let refusal = setup.refusal(LARGE);
    assert!(refusal.contains("after 100000 of 300000 bytes"), "{refusal}");
    setup.assert_nothing_is_kept();
    setup.mirror.break_file(LARGE, &[Fault::NoRange]);
    assert_eq!(fs::read(setup.fetch(LARGE).unwrap()).unwrap(), large());
    assert_eq!(setup.blobs(), [sha256(&large())]);
}

#[test]
fn a_part_that_was_not_asked_for_is_not_appended() {
    let setup = Setup::broken(LARGE, &[Fault::Short(100_000)]);
    let mut impatient = setup.settings();
    impatient.back_off.tries = 1;
    assert!(matches!(Hub::new(impatient, Silent).file(&model(PAGE), LARGE), Err(HubError::Cut { .. })));
    setup.mirror.break_file(LARGE, &[Fault::WrongRange]);
    assert_eq!(fs::read(setup.fetch(LARGE).unwrap()).unwrap(), large());
}

#[test]
fn temporary_errors_are_retried_and_others_reported() {
    for status in [500, 503, 429, 408] {
        let setup = Setup::broken(LARGE, &[Fault::Flaky(status, 3)]);
        assert_eq!(fs::read(setup.fetch(LARGE).unwrap()).unwrap(), large(), "{status}");
    }
    for (fault, words) in [
        (Fault::Status(404), "the server responds 404"),
        (Fault::Status(503), "the server responds 503"),
        (Fault::Page(502, ""), "the server responds 502"),
        (Fault::Page(403, "GatedRepo"), "restricts access to `owner/tiny`"),
        (Fault::Page(401, "GatedRepo"), "restricts access to `owner/tiny`"),
        (Fault::Page(401, ""), "has no repository `owner/tiny`, or hides it"),
        (Fault::NoTag, "does not state its digest; nothing was kept"),
    ] {
        for name in [LARGE, SMALL] {
            let setup = Setup::broken(name, &[fault]);
            let refusal = setup.refusal(name);
            assert!(refusal.contains(words), "{fault:?}: {refusal}");
            setup.assert_nothing_is_kept();
            setup.mirror.break_file(name, &[]);
            setup.fetch(name).unwrap();
        }
    }
}

#[test]
fn missing_repositories_revisions_and_files_are_distinguished() {
    let setup = Setup::new();
    let refusal = |given: &str, name: &str| setup.hub().file(&model(given), name).unwrap_err().to_string();
    assert!(refusal(PAGE, "flax.msgpack").contains("owner/tiny has no file flax.msgpack"));
    assert!(refusal("owner/tiny@v9", SMALL).contains("`owner/tiny` has no revision `v9`"));
    assert!(refusal("owner/other", SMALL).contains("has no repository `owner/other`"));
    // a file that a commit has not, it will never have
    let asked = setup.mirror.seen().len();
    assert!(refusal(&format!("{PAGE}@{COMMIT}"), "flax.msgpack").contains("has no file flax.msgpack"));
    for bad in ["../secret", "/etc/passwd", "a/../../b", "a\\b", ""] {
        assert!(refusal(PAGE, bad).contains("is not the name of a file"), "{bad}");
    }
    assert_eq!(setup.mirror.seen().len(), asked, "none of these needs a question");
}

/// HubSettings that fetch from an address into a cache, with further variables.
fn settings_of(address: &str, cache: &Path, variables: &[(&str, &str)]) -> Result<HubSettings, HubError> {
    let home = cache.display().to_string();
    let all = [&[("HF_ENDPOINT", address), ("HF_HOME", &home)], variables].concat();
    HubSettings::of(|name| all.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
}

#[test]
fn a_certificate_is_believed_when_its_authority_is_named() {
    let (setup, authority) = (Setup::new(), tls::authority());
    let endpoint = tls::in_front_of(setup.mirror.pages());
    let (file, folder) = (authority.to_str().unwrap(), authority.parent().unwrap().to_str().unwrap());
    for variable in [("SSL_CERT_FILE", file), ("SSL_CERT_DIR", folder), ("REQUESTS_CA_BUNDLE", file)] {
        let cache = tempfile::tempdir().unwrap();
        let settings = settings_of(&endpoint, cache.path(), &[variable]).unwrap();
        let path = Hub::new(settings, Silent).file(&model(PAGE), LARGE).unwrap();
        assert_eq!(fs::read(path).unwrap(), large(), "{variable:?}");
    }
    let settings = settings_of(&endpoint, setup.cache.path(), &[]).unwrap();
    let error = Hub::new(settings, Silent).file(&model(PAGE), SMALL).unwrap_err().to_string();
    assert!(error.contains("of an authority that is not trusted here") && error.contains("SSL_CERT_FILE"), "{error}");
    setup.assert_nothing_is_kept();
}

#[test]
fn errors_about_tokens_name_their_source() {
    for (fault, with, without) in [
        (
            Fault::Page(401, ""),
            "rejects the token from HF_TOKEN; create another on",
            "and set HF_TOKEN if it is private",
        ),
        (Fault::Page(401, "RepoNotFound"), "the token from HF_TOKEN has no access", "set HF_TOKEN"),
        (Fault::Page(403, "GatedRepo"), "owner/tiny with the account of the token", "owner/tiny, then set HF_TOKEN"),
        (Fault::Page(403, ""), "forbids access to `owner/tiny` (403", "forbids access to `owner/tiny` (403"),
    ] {
        let setup = Setup::broken(SMALL, &[fault]);
        let refusal = |variables: &[(&str, &str)]| {
            let settings = settings_of(setup.mirror.pages(), setup.cache.path(), variables).unwrap();
            Hub::new(settings, Silent).file(&model(PAGE), SMALL).unwrap_err().to_string()
        };
        let (told, anonymous) = (refusal(&[("HF_TOKEN", "hf_secret")]), refusal(&[]));
        assert!(told.contains(with) && !told.contains("secret"), "{fault:?}: {told}");
        assert!(anonymous.contains(without), "{fault:?}: {anonymous}");
    }
}

#[test]
fn data_sets_have_folders_of_their_own() {
    let setup = Setup::new();
    setup.mirror.put("datasets/owner/pairs", "mrpc/train-00000-of-00001.parquet", "PAR1");
    let repository = Repository::parse(RepositoryKind::Dataset, "owner/pairs").unwrap();
    let path = setup.hub().file(&repository, "mrpc/train-00000-of-00001.parquet").unwrap();
    let place = format!("hub/datasets--owner--pairs/snapshots/{COMMIT}/mrpc/train-00000-of-00001.parquet");
    assert_eq!(path, setup.cache.path().join(place));
    assert_eq!(fs::read(path).unwrap(), b"PAR1");
}

#[test]
fn the_token_goes_to_the_hub_alone() {
    let setup = Setup::new();
    let settings = HubSettings { token: settings_with_token(setup.cache.path()).token, ..setup.settings() };
    Hub::new(settings.clone(), Silent).file(&model(PAGE), LARGE).unwrap();
    let seen = setup.mirror.seen();
    assert!(seen.iter().any(|seen| seen.elsewhere), "the content lies elsewhere");
    for seen in seen {
        let expected = (!seen.elsewhere).then_some("Bearer hf_secret");
        assert_eq!(seen.token.as_deref(), expected, "{seen:?}");
    }
    setup.mirror.break_file(SMALL, &[Fault::Page(403, "GatedRepo")]);
    let error = Hub::new(settings, Silent).file(&model(PAGE), SMALL).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hf_secret"));
}

fn settings_with_token(home: &Path) -> HubSettings {
    let home = home.display().to_string();
    let variables = [("HF_HOME", home.as_str()), ("HF_TOKEN", "hf_secret")];
    HubSettings::of(|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
        .unwrap()
}

#[test]
fn offline_uses_only_the_cache() {
    let setup = Setup::new();
    let offline = || Hub::new(HubSettings { offline: true, ..setup.settings() }, Silent);
    let error = offline().file(&model(PAGE), SMALL).unwrap_err();
    assert!(
        error.is_absence() && error.to_string().contains("config.json of owner/tiny is not in the cache"),
        "{error}"
    );
    assert!(setup.mirror.seen().is_empty());
    let path = setup.fetch(SMALL).unwrap();
    let asked = setup.mirror.seen().len();
    assert_eq!(offline().file(&model(PAGE), SMALL).unwrap(), path);
    assert_eq!(setup.mirror.seen().len(), asked);
}

/// Records all events.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

impl Listener for Notes {
    fn on_event(&self, event: DownloadEvent<'_>) {
        self.0.lock().unwrap().push(format!("{event:?}"));
    }
}

impl Notes {
    fn have(&self, word: &str) -> bool {
        self.0.lock().unwrap().iter().any(|note| note.contains(word))
    }
}

/// An address without a server.
fn dead() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[test]
fn an_unreachable_server_is_reported_or_replaced_by_the_cache() {
    let setup = Setup::new();
    let notes = Notes::default();
    let hub = || Hub::new(settings(&dead(), setup.cache.path()), notes.clone());
    let error = hub().file(&model(PAGE), SMALL).unwrap_err();
    assert!(error.is_disconnection() && error.to_string().contains("cannot be reached"), "{error}");
    assert!(!notes.have("Retrying"), "who has no network need not wait");
    let path = setup.fetch(SMALL).unwrap();
    assert_eq!(hub().file(&model(PAGE), SMALL).unwrap(), path);
    assert!(notes.have("FromCache"));
}

#[test]
fn an_overloaded_hub_does_not_prevent_use_of_the_cache() {
    for (page, name) in [(429, SMALL), (503, LARGE)] {
        let setup = Setup::new();
        let path = setup.fetch(name).unwrap();
        setup.mirror.break_file(name, &[Fault::Page(page, "")]);
        let notes = Notes::default();
        assert_eq!(Hub::new(setup.settings(), notes.clone()).file(&model(PAGE), name).unwrap(), path);
        assert!(notes.have("Retrying") && notes.have(&format!("it responds {page}")));
    }
    // forbidden files are a different error
    let setup = Setup::new();
    setup.fetch(SMALL).unwrap();
    setup.mirror.break_file(SMALL, &[Fault::Page(403, "GatedRepo")]);
    assert!(setup.refusal(SMALL).contains("restricts access"));
}

#[test]
fn a_file_that_was_changed_in_the_cache_is_fetched_again() {
    let setup = Setup::new();
    let path = setup.fetch(LARGE).unwrap();
    let blob = setup.folder().join("blobs").join(sha256(&large()));
    fs::write(&blob, "something else").unwrap();
    let pinned = model(&format!("{PAGE}@{COMMIT}"));
    assert_eq!(setup.hub().file(&pinned, LARGE).unwrap(), path);
    assert_eq!(fs::read(path).unwrap(), large());
}

#[test]
fn who_fetches_the_same_waits_for_the_other() {
    let setup = Setup::broken(LARGE, &[Fault::Hold(1000)]);
    let notes = Notes::default();
    std::thread::scope(|scope| {
        let first = scope.spawn(|| setup.fetch(LARGE).unwrap());
        setup.mirror.wait_for_body(LARGE);
        let second = scope.spawn(|| Hub::new(setup.settings(), notes.clone()).file(&model(PAGE), LARGE).unwrap());
        while !notes.have("Waiting") {
            std::thread::yield_now();
        }
        setup.mirror.release();
        assert_eq!(first.join().unwrap(), second.join().unwrap());
    });
    let contents = setup.mirror.bodies(LARGE).into_iter().filter(|seen| seen.elsewhere).count();
    assert_eq!(contents, 1, "it came over the wire once");
}
