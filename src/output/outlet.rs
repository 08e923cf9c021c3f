//! Where the output goes: checked before the first call.

use std::ffi::{OsStr, OsString};
use std::fs::{File, OpenOptions};
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};

use jmespath::Expression;

use super::format::Format;
use super::output_error::OutputError;
use super::printable;
use super::query::with_quoted_literals;
use super::style::Look;
use super::terminal::{say_json, say_text};
use crate::names::without_prefix;

/// A writable file, which keeps its contents until the output is written.
#[derive(Debug)]
pub struct OutputFile {
    path: PathBuf,
    file: File,
}

impl OutputFile {
    /// Opens the file, or creates it.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn open(path: &Path) -> Result<OutputFile, OutputError> {
        OutputFile::open_with(File::options().write(true).create(true).truncate(false), path)
    }

    /// Opens the file, or creates it for the user alone.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn open_private(path: &Path) -> Result<OutputFile, OutputError> {
        let mut options = File::options();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        OutputFile::open_with(&options, path)
    }

    fn open_with(options: &OpenOptions, path: &Path) -> Result<OutputFile, OutputError> {
        match options.open(path) {
            Ok(file) => Ok(OutputFile { path: path.to_owned(), file }),
            Err(error) => Err(OutputError::File(path.to_owned(), error)),
        }
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
        let mut file = &self.file;
        let emptied = match file.metadata() {
            // Pipes and devices cannot be truncated.
            Ok(kind) if kind.is_file() => file.rewind().and_then(|()| file.set_len(0)),
            other => other.map(drop),
        };
        emptied
            .and_then(|()| file.write_all(text.as_bytes()))
            .map_err(|error| OutputError::File(self.path.clone(), error))
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
        let open = |(format, path): (Format, Option<&Path>)| {
            Ok(Sink { format, file: path.map(OutputFile::open).transpose()? })
        };
        let sinks = given.into_iter().map(open).collect::<Result<_, _>>()?;
        Ok(Outlet { sinks, query })
    }

    /// Writes the result of `form` into each sink.
    pub(super) fn fill(
        &self,
        look: &Look,
        form: impl Fn(Format, &Look, Option<&Expression>) -> Result<String, OutputError>,
    ) -> Result<(), OutputError> {
        for Sink { format, file } in &self.sinks {
            match file {
                Some(file) => {
                    let text = form(*format, &Look::plain(), self.query.as_ref())?;
                    match format {
                        Format::Json | Format::Ndjson => file.write_json(&text)?,
                        Format::Text | Format::Short => file.write(&text)?,
                    }
                }
                None => {
                    let text = form(*format, look, self.query.as_ref())?;
                    match format {
                        Format::Json | Format::Ndjson => say_json(&text, look)?,
                        Format::Text | Format::Short => say_text(&text, look)?,
                    }
                }
            }
        }
        Ok(())
    }
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
    fn a_file_that_cannot_be_written_is_found_at_once() {
        let nowhere = std::env::temp_dir().join("no such folder").join("report.json");
        let error = OutputFile::open(&nowhere).unwrap_err().to_string();
        assert!(error.contains("cannot write"), "{error}");
    }
}
