use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// A folder with the demo's definition and recording, in which the program runs with nothing around it:
/// no terminal, no configuration, no network.
pub struct Folder {
    path: PathBuf,
    variables: Vec<(String, String)>,
}

/// What the program said.
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Folder {
    /// A folder by this name, which no other test may take.
    pub fn new(name: &str) -> Folder {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("clumsy").join(name);
        if path.exists() {
            fs::remove_dir_all(&path).unwrap();
        }
        fs::create_dir_all(&path).unwrap();
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo");
        for file in ["healthy.json", "broken.json", "account.json"] {
            fs::copy(demo.join(file), path.join(file)).unwrap();
        }
        let home = path.join("home").display().to_string();
        let variables =
            [("HOME", home.as_str()), ("AWS_EC2_METADATA_DISABLED", "true")].map(owned).to_vec();
        Folder { path, variables }
    }

    /// With this variable in the environment.
    pub fn with(mut self, name: &str, value: &str) -> Folder {
        self.variables.push(owned((name, value)));
        self
    }

    /// With this file.
    pub fn file(self, name: impl AsRef<OsStr>, content: impl AsRef<[u8]>) -> Folder {
        self.write(name, content);
        self
    }

    /// Writes this file.
    pub fn write(&self, name: impl AsRef<OsStr>, content: impl AsRef<[u8]>) {
        let path = self.path.join(name.as_ref());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// What the file holds.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path.join(name)).unwrap()
    }

    /// The same, as bytes.
    pub fn read_bytes(&self, name: impl AsRef<OsStr>) -> Vec<u8> {
        fs::read(self.path.join(name.as_ref())).unwrap()
    }

    /// Whether the folder holds that file.
    pub fn has(&self, name: &str) -> bool {
        self.path.join(name).exists()
    }

    /// The demo's healthy definition.
    pub fn healthy(&self) -> Value {
        serde_json::from_str(&self.read("healthy.json")).unwrap()
    }

    /// The program with these arguments.
    pub fn command<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aws-ecs-preflight"));
        command.args(arguments).env_clear().current_dir(&self.path);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs the program with these arguments.
    pub fn run<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Said {
        Said::of(self.command(arguments).output().unwrap())
    }

    /// Runs the program with the words of this line.
    pub fn line(&self, line: &str) -> Said {
        self.run(&line.split(' ').collect::<Vec<_>>())
    }
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

impl Said {
    /// What a run printed.
    pub fn of(done: Output) -> Said {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Said { code: done.status.code(), out: text(&done.stdout), err: text(&done.stderr) }
    }

    /// The exit code must be this.
    #[track_caller]
    pub fn ends(self, code: i32) -> Said {
        assert_eq!(self.code, Some(code), "{}{}", self.out, self.err);
        self
    }

    /// These words must be among what was printed, wherever lines break.
    #[track_caller]
    pub fn says(self, words: &str) -> Said {
        assert!(self.holds(words), "not said: {words}\n{}{}", self.out, self.err);
        self
    }

    /// These words must not be among it.
    #[track_caller]
    pub fn never_says(self, words: &str) -> Said {
        assert!(!self.holds(words), "said: {words}\n{}{}", self.out, self.err);
        self
    }

    fn holds(&self, words: &str) -> bool {
        let all = format!("{}{}", self.out, self.err);
        let all: Vec<&str> = all.split_whitespace().collect();
        let words: Vec<&str> = words.split_whitespace().collect();
        all.join(" ").contains(&words.join(" "))
    }

    /// The report of `-o json`.
    pub fn report(&self) -> Value {
        serde_json::from_str(&self.out).unwrap()
    }

    /// The results of a report that have this status: id, subject, message.
    pub fn results(&self, status: &str) -> Vec<(String, String, String)> {
        let report = self.report();
        let of = |it: &Value, key: &str| it[key].as_str().unwrap_or_default().to_owned();
        let checks = report["checks"].as_array().unwrap().iter();
        checks
            .filter(|it| it["status"] == status)
            .map(|it| (of(it, "id"), of(it, "subject"), of(it, "message")))
            .collect()
    }
}
