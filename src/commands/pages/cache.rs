//! The cache of live completion: names that were offered a moment ago, for the same account, region and
//! question. It contains no secrets.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};

use crate::cli::PROGRAM;
use crate::lookup::{Offer, Offered, Settings};
use crate::names::Region;
use crate::output::OutputFile;

/// How long names are kept: while one command line is typed, or a few.
const LIFETIME: Duration = Duration::from_secs(120);

/// The services at another address have other names.
const ENDPOINTS: [&str; 3] = ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_ECS", "AWS_ENDPOINT_URL_EC2"];

/// What selects credentials without a key and without a profile.
const SOURCES: [&str; 3] = [
    "AWS_ROLE_ARN",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

/// The file for one question.
pub(super) struct Entry(PathBuf);

impl Entry {
    /// None without a home.
    pub(super) fn of(settings: &Settings, region: &Region, offer: &Offer) -> Option<Entry> {
        let who = identity(settings);
        let endpoint = (&settings.endpoint_url, ENDPOINTS.map(variable));
        let key = format!("{who:?} {region} {endpoint:?} {offer:?}");
        let digest = Sha256::digest(key);
        let name: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Some(Entry(folder()?.join(format!("{name}.json"))))
    }

    /// The names, if they are new enough.
    pub(super) fn read(&self) -> Option<Vec<Offered>> {
        if is_old(&self.0)? {
            return None;
        }
        serde_json::from_slice(&fs::read(&self.0).ok()?).ok()
    }

    /// Keeps the names for the user alone. What is old is removed. No failure matters.
    pub(super) fn write(&self, offered: &[Offered]) {
        let Some(folder) = self.0.parent() else { return };
        if create(folder).is_err() {
            return;
        }
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if is_old(&entry.path()) == Some(true) {
                let _gone = fs::remove_file(entry.path());
            }
        }
        if let (Ok(text), Ok(file)) =
            (serde_json::to_string(offered), OutputFile::open_private(&self.0))
        {
            let _unwritten = file.write(&text);
        }
    }
}

/// Whose account it is, as far as that is known without a call: the access key, or the profile and the state
/// of the files that say what it is.
fn identity(settings: &Settings) -> Vec<Option<String>> {
    if let (None, Some(key)) = (&settings.profile, variable("AWS_ACCESS_KEY_ID")) {
        return vec![key.into_string().ok()];
    }
    let files = [("AWS_CONFIG_FILE", "config"), ("AWS_SHARED_CREDENTIALS_FILE", "credentials")];
    let state = files.map(|(name, default)| {
        let given = variable(name).map(PathBuf::from);
        let file = given.or_else(|| Some(std::env::home_dir()?.join(".aws").join(default)))?;
        let changed = fs::metadata(&file).and_then(|it| it.modified()).ok();
        Some(format!("{} {changed:?}", file.display()))
    });
    let profile = settings.profile.clone().or_else(|| variable("AWS_PROFILE")?.into_string().ok());
    let sources = SOURCES.map(|name| variable(name)?.into_string().ok());
    [profile].into_iter().chain(state).chain(sources).collect()
}

#[expect(
    clippy::disallowed_methods,
    reason = "they decide whose names the cache has, and where it is"
)]
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|it| !it.is_empty())
}

/// <https://specifications.freedesktop.org/basedir-spec/latest/>
fn folder() -> Option<PathBuf> {
    let given = variable("XDG_CACHE_HOME").map(PathBuf::from).filter(|it| it.is_absolute());
    let cache = given.or_else(|| {
        let home = std::env::home_dir().filter(|it| it.is_absolute())?;
        Some(home.join(".cache"))
    })?;
    Some(cache.join(PROGRAM).join("completion"))
}

fn create(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// A time in the future is that of a clock that was wrong.
fn is_old(file: &Path) -> Option<bool> {
    let saved = fs::metadata(file).and_then(|it| it.modified()).ok()?;
    Some(SystemTime::now().duration_since(saved).map_or(true, |age| age > LIFETIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn names_are_kept_for_the_user_alone_and_not_for_long() {
        use std::os::unix::fs::PermissionsExt;

        let folder = std::env::temp_dir().join(format!("completion-{}", std::process::id()));
        let entry = Entry(folder.join("inner").join("a.json"));
        assert_eq!(entry.read(), None);
        let names = vec![("web".to_owned(), None), ("a".to_owned(), Some("b".to_owned()))];
        entry.write(&names);
        assert_eq!(entry.read(), Some(names));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&entry.0), mode(entry.0.parent().unwrap())), (0o600, 0o700));
        let file = fs::File::options().write(true).open(&entry.0).unwrap();
        file.set_modified(SystemTime::now() - LIFETIME - Duration::from_secs(1)).unwrap();
        assert_eq!(entry.read(), None);
        Entry(folder.join("inner").join("b.json")).write(&[]);
        assert!(!entry.0.exists(), "what is old is removed");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn each_region_profile_and_question_has_its_own_file() {
        let region = |name: &str| name.parse::<Region>().unwrap();
        let of = |profile: &str, name: &str, offer: Offer| {
            let settings = Settings { profile: Some(profile.to_owned()), ..Settings::default() };
            Entry::of(&settings, &region(name), &offer).unwrap().0
        };
        let files = [
            of("a", "eu-west-1", Offer::Clusters),
            of("b", "eu-west-1", Offer::Clusters),
            of("a", "eu-west-2", Offer::Clusters),
            of("a", "eu-west-1", Offer::Subnets),
            of("a", "eu-west-1", Offer::Services("x".to_owned())),
            of("a", "eu-west-1", Offer::Services("y".to_owned())),
        ];
        for (nth, file) in files.iter().enumerate() {
            assert!(!files[..nth].contains(file), "{}", file.display());
        }
        assert_eq!(of("a", "eu-west-1", Offer::Clusters), files[0]);
    }
}
