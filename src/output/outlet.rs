//! Where the output goes: checked before the first call.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Seek, Write};
use std::path::{Path, PathBuf};

use jmespath::Expression;

use super::format::{Alphabet, Format};
use super::output_error::OutputError;
use super::printable;
use super::query::with_quoted_literals;
use super::rendered::{JsonWriter, Rendered};
use super::style::Look;
use super::terminal::{say, say_pieces, say_text};
use crate::names::without_prefix;

/// A writable file, which keeps its contents until the output is written, and then has all of it or nothing.
#[derive(Debug)]
pub struct OutputFile {
    path: PathBuf,
    options: OpenOptions,
    target: FileTarget,
}

/// How a file is written.
#[derive(Debug)]
enum FileTarget {
    /// A file that exists once it is complete: it is written under another name, and renamed.
    Whole,
    /// A pipe, a device, or a file in a folder where no other can be created.
    Open(File),
}

impl OutputFile {
    /// Opens the file, or creates it.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn open(path: &Path) -> Result<OutputFile, OutputError> {
        let mut options = File::options();
        options.write(true);
        OutputFile::open_with(options, path)
    }

    /// Opens the file, or creates it for the user alone.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn open_private(path: &Path) -> Result<OutputFile, OutputError> {
        let mut options = File::options();
        options.write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        OutputFile::open_with(options, path)
    }

    /// Opens what exists, and tries whether what does not exist can be created, without a trace.
    fn open_with(options: OpenOptions, path: &Path) -> Result<OutputFile, OutputError> {
        let failed = |error| OutputError::File(path.to_owned(), error);
        // A link is kept, and what it leads to is replaced.
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let target = match options.open(&path) {
            Ok(file) => {
                let is_file = file.metadata().is_ok_and(|it| it.is_file());
                match is_file && Draft::create(&options, &path).is_ok() {
                    true => FileTarget::Whole,
                    false => FileTarget::Open(file),
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Draft::create(&options, &path).map_err(failed)?;
                FileTarget::Whole
            }
            Err(error) => return Err(failed(error)),
        };
        Ok(OutputFile { path, options, target })
    }

    /// Replaces the contents of the file with a JSON document, or several.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write_json(&self, document: &str) -> Result<(), OutputError> {
        self.write(&printable::json(document))
    }

    /// Replaces the contents of the file with `text`.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, text: &str) -> Result<(), OutputError> {
        self.write_pieces(|out| out.write_all(text.as_bytes()))
    }

    /// Replaces the contents of the file with what `write` writes.
    pub(super) fn write_pieces(
        &self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), OutputError> {
        let written = match &self.target {
            FileTarget::Whole => self.replace(write),
            FileTarget::Open(file) => overwrite(file, write),
        };
        written.map_err(|error| OutputError::File(self.path.clone(), error))
    }

    fn replace(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let draft = Draft::create(&self.options, &self.path)?;
        buffered(&draft.file, write)?;
        if let Ok(known) = fs::metadata(&self.path) {
            draft.file.set_permissions(known.permissions())?;
        }
        draft.file.sync_all()?;
        fs::rename(&draft.path, &self.path)
    }
}

/// Replaces the contents of an open file.
fn overwrite(
    mut file: &File,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    // Pipes and devices cannot be truncated.
    if file.metadata()?.is_file() {
        file.rewind()?;
        file.set_len(0)?;
    }
    buffered(file, write)
}

/// Collects the pieces until it is worth a call of the system.
fn buffered(file: &File, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(file);
    write(&mut out)?;
    out.flush()
}

/// A file in the folder of another one, which it replaces once it is complete. Without that it is removed.
struct Draft {
    path: PathBuf,
    file: File,
}

impl Draft {
    fn create(options: &OpenOptions, of: &Path) -> io::Result<Draft> {
        let name = of.file_name().ok_or(ErrorKind::IsADirectory)?;
        let mut draft = OsString::from(".");
        draft.push(name);
        draft.push(format!(".{}", std::process::id()));
        let path = of.with_file_name(draft);
        let create = || options.clone().create_new(true).open(&path);
        let file = create().or_else(|error| match error.kind() {
            // A program that was killed left it behind.
            ErrorKind::AlreadyExists => fs::remove_file(&path).and_then(|()| create()),
            _ => Err(error),
        })?;
        Ok(Draft { path, file })
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // After the renaming there is none.
        drop(fs::remove_file(&self.path));
    }
}

/// The target of one format.
#[derive(Debug)]
struct Sink {
    format: Format,
    file: Option<OutputFile>,
}

/// All sinks, and the query of the JSON document.
pub struct Outlet {
    sinks: Vec<Sink>,
    query: Option<Expression<'static>>,
}

impl Outlet {
    /// The sinks of `--format FORMAT[=FILE]`. Without any, it is text; with a `query`, it is JSON.
    ///
    /// # Errors
    /// An unknown format, a file that cannot be written, or a query that is wrong or has no JSON output.
    pub fn open(formats: &[OsString], query: Option<&str>) -> Result<Outlet, OutputError> {
        let default = [OsString::from(if query.is_some() { "json" } else { "text" })];
        let formats = if formats.is_empty() { &default[..] } else { formats };
        let given = formats.iter().map(|given| parse(given)).collect::<Result<Vec<_>, _>>()?;
        if query.is_some() && given.iter().all(|(format, _)| *format != Format::Json) {
            let why = "it needs JSON output: pass --format json, or no --format";
            return Err(OutputError::Query(why.to_owned()));
        }
        let query = query.map(|query| jmespath::compile(&with_quoted_literals(query))).transpose();
        let query = query.map_err(|error| OutputError::Query(error.to_string()))?;
        if let Some(place) = used_twice(&given) {
            return Err(OutputError::Twice(place));
        }
        let open = |(format, path): (Format, Option<&Path>)| {
            Ok(Sink { format, file: path.map(OutputFile::open).transpose()? })
        };
        let sinks = given.into_iter().map(open).collect::<Result<_, _>>()?;
        Ok(Outlet { sinks, query })
    }

    /// Whether a sink has this format.
    pub fn has(&self, format: Format) -> bool {
        self.sinks.iter().any(|sink| sink.format == format)
    }

    /// The same sinks, for a command that runs no checks.
    ///
    /// # Errors
    /// A format that can hold results of checks only.
    pub fn without_results(self) -> Result<Outlet, OutputError> {
        match self.sinks.iter().find(|sink| sink.format.is_of_results()) {
            Some(sink) => Err(OutputError::NotResults(sink.format)),
            None => Ok(self),
        }
    }

    /// The same sinks, for a diagnosis.
    ///
    /// # Errors
    /// A format that has no place for one.
    pub fn of_diagnoses(self) -> Result<Outlet, OutputError> {
        match self.sinks.iter().find(|sink| !sink.format.is_of_diagnoses()) {
            Some(sink) => Err(OutputError::NotDiagnoses(sink.format)),
            None => Ok(self),
        }
    }

    /// Writes the result of `form` into each sink.
    pub(super) fn fill<'r>(
        &self,
        look: &Look,
        form: impl Fn(Format, &Look, Option<&Expression>) -> Result<Rendered<'r>, OutputError>,
    ) -> Result<(), OutputError> {
        for sink in &self.sinks {
            let look = if sink.file.is_some() { &Look::plain() } else { look };
            sink.take(&form(sink.format, look, self.query.as_ref())?, look)?;
        }
        Ok(())
    }
}

impl Sink {
    fn take(&self, rendered: &Rendered<'_>, look: &Look) -> Result<(), OutputError> {
        let is_for_terminal = self.format.alphabet() == Alphabet::Terminal;
        match (&self.file, rendered) {
            (Some(file), Rendered::Json(pieces)) => {
                file.write_pieces(|out| pieces(&mut JsonWriter { out, look }))
            }
            (Some(file), Rendered::Text(text)) if is_for_terminal => {
                file.write(&anstream::adapter::strip_str(text).to_string())
            }
            (Some(file), Rendered::Text(text)) => file.write(text),
            (None, Rendered::Json(pieces)) => {
                say_pieces(|out| pieces(&mut JsonWriter { out, look }))
            }
            (None, Rendered::Text(text)) if is_for_terminal => say_text(text, look),
            (None, Rendered::Text(text)) => say(text, look),
        }
    }
}

/// The file, or standard output, to which two formats go.
fn used_twice(given: &[(Format, Option<&Path>)]) -> Option<String> {
    let is_earlier = |nth: usize, path| given[..nth].iter().any(|(_, other)| *other == path);
    let (_, (_, path)) =
        given.iter().enumerate().find(|(nth, (_, path))| is_earlier(*nth, *path))?;
    Some(path.map_or_else(|| "standard output".to_owned(), |path| path.display().to_string()))
}

/// `FORMAT`, or `FORMAT=FILE`, in which `-` is standard output.
fn parse(given: &OsStr) -> Result<(Format, Option<&Path>), OutputError> {
    let to_file = Format::ALL.iter().find_map(|(name, format)| {
        let path = without_prefix(given, &format!("{name}="))?;
        Some((*format, Some(Path::new(path)).filter(|path| path.as_os_str() != "-")))
    });
    let word = given.to_string_lossy().split('=').next().unwrap_or_default().to_owned();
    let alone = || given.to_str().and_then(Format::named).map(|format| (format, None));
    to_file.or_else(alone).ok_or(OutputError::Format(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(formats: &[&str], query: Option<&str>) -> Result<Vec<Format>, String> {
        let formats: Vec<OsString> = formats.iter().map(OsString::from).collect();
        let outlet = Outlet::open(&formats, query).map_err(|error| error.to_string())?;
        Ok(outlet.sinks.iter().map(|sink| sink.format).collect())
    }

    #[test]
    fn a_query_looks_at_json_and_is_found_wrong_before_the_run() {
        assert_eq!(open(&[], None), Ok(vec![Format::Text]));
        assert_eq!(open(&[], Some("verdict")), Ok(vec![Format::Json]));
        assert_eq!(open(&["json"], Some("verdict")), Ok(vec![Format::Json]));
        for format in ["text", "short", "ndjson"] {
            assert!(open(&[format], Some("verdict")).unwrap_err().contains("needs JSON output"));
        }
        assert!(open(&["json"], Some("checks[")).unwrap_err().contains("--query"));
        assert_eq!(open(&["json=-"], None), Ok(vec![Format::Json]));
        assert!(open(&["xml"], None).unwrap_err().contains("no format"));
    }

    #[test]
    fn a_place_holds_one_format() {
        assert_eq!(open(&["text", "junit=a.xml"], None), Ok(vec![Format::Text, Format::Junit]));
        for (formats, place) in [
            (["text", "json"], "standard output"),
            (["text", "json=-"], "standard output"),
            (["junit=/tmp/a.xml", "sarif=/tmp/a.xml"], "/tmp/a.xml"),
        ] {
            let error = open(&formats, None).unwrap_err();
            assert!(error.contains(&format!("two formats go to {place}")), "{error}");
        }
    }

    #[test]
    fn a_command_without_checks_has_no_format_of_results() {
        for (name, format) in Format::ALL {
            let outlet = Outlet::open(&[OsString::from(name)], None).unwrap().without_results();
            let is_json = ["text", "short", "json", "ndjson"].contains(name);
            assert_eq!(outlet.is_ok(), is_json, "{name}");
            assert_eq!(format.name(), *name);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_private_file_is_created_for_the_user_alone() {
        use std::os::unix::fs::PermissionsExt;

        let path = std::env::temp_dir().join(format!("private-{}.json", std::process::id()));
        OutputFile::open_private(&path).unwrap().write("facts").unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        std::fs::remove_file(path).unwrap();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_file_keeps_what_it_holds_until_the_report_is_there() {
        let path = std::env::temp_dir().join(format!("outlet-{}.json", std::process::id()));
        std::fs::write(&path, "the report of yesterday").unwrap();
        let file = OutputFile::open(&path).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "the report of yesterday");
        for report in ["the first report", "today"] {
            file.write(report).unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), report);
        }
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_file_exists_once_it_is_complete_and_nothing_else_is_left() {
        let folder = std::env::temp_dir().join(format!("outlet-{}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        let names = || {
            let entries = std::fs::read_dir(&folder).unwrap();
            entries.map(|it| it.unwrap().file_name()).collect::<Vec<_>>()
        };
        let file = OutputFile::open(&folder.join("facts.json")).unwrap();
        assert!(names().is_empty(), "{:?}", names());
        file.write("facts").unwrap();
        assert_eq!(names(), ["facts.json"]);
        drop(file);
        assert_eq!(std::fs::read_to_string(folder.join("facts.json")).unwrap(), "facts");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_link_and_the_mode_of_a_file_are_kept() {
        use std::os::unix::fs::{PermissionsExt, symlink};

        let folder = std::env::temp_dir().join(format!("outlet-link-{}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        let (own, link) = (folder.join("own.json"), folder.join("link.json"));
        std::fs::write(&own, "yesterday").unwrap();
        std::fs::set_permissions(&own, std::fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&own, &link).unwrap();
        OutputFile::open(&link).unwrap().write("today").unwrap();
        assert_eq!(std::fs::read_to_string(&own).unwrap(), "today");
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(std::fs::metadata(&own).unwrap().permissions().mode() & 0o777, 0o640);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_file_that_cannot_be_written_is_found_at_once() {
        let nowhere = std::env::temp_dir().join("no such folder").join("report.json");
        let error = OutputFile::open(&nowhere).unwrap_err().to_string();
        assert!(error.contains("cannot write"), "{error}");
    }
}
