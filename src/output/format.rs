//! The formats of the report.

/// A format of the report. It never changes verdict or exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// One line per result that is not a pass.
    Short,
    /// One JSON document.
    Json,
    /// One JSON object per line: results, then the end of the run.
    Ndjson,
    /// Test reports of CI systems: GitLab, Jenkins, Azure DevOps.
    Junit,
    /// Annotations of GitHub Actions.
    Github,
    /// Code Quality of GitLab.
    Gitlab,
    /// A comment on a pull request, or the summary of a job.
    Markdown,
    /// Code scanning: GitHub, editors.
    Sarif,
    /// One self-contained page.
    Html,
}

/// How a format is printed on standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alphabet {
    /// In the letters that the terminal knows.
    Terminal,
    /// As JSON, which can escape the others.
    Json,
    /// In UTF-8, whatever the terminal knows: a program reads it.
    Utf8,
}

impl Format {
    /// All of them, by the value of `--format`.
    pub const ALL: &'static [(&'static str, Format)] = &[
        ("text", Format::Text),
        ("short", Format::Short),
        ("json", Format::Json),
        ("ndjson", Format::Ndjson),
        ("junit", Format::Junit),
        ("github", Format::Github),
        ("gitlab", Format::Gitlab),
        ("markdown", Format::Markdown),
        ("sarif", Format::Sarif),
        ("html", Format::Html),
    ];

    /// The format with that name.
    pub fn named(word: &str) -> Option<Format> {
        Format::ALL.iter().find(|(name, _)| *name == word).map(|(_, format)| *format)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Format::ALL.iter().find(|(_, format)| *format == self).map_or("", |(name, _)| name)
    }

    /// Whether it can hold results of checks only.
    pub fn is_of_results(self) -> bool {
        !matches!(self, Format::Text | Format::Short | Format::Json | Format::Ndjson)
    }

    /// Whether it has a place for the answer of a diagnosis. Code Quality has violations in files only, and
    /// the task that is diagnosed is in none.
    pub fn is_of_diagnoses(self) -> bool {
        self != Format::Gitlab
    }

    pub(super) fn alphabet(self) -> Alphabet {
        match self {
            Format::Text | Format::Short => Alphabet::Terminal,
            Format::Json | Format::Ndjson | Format::Sarif | Format::Gitlab => Alphabet::Json,
            Format::Junit | Format::Github | Format::Markdown | Format::Html => Alphabet::Utf8,
        }
    }
}
