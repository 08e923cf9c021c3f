//! What a text says, for people.

use crate::checks;
use crate::document::printable;
use crate::output::{self, Look};
use crate::symptoms::{self, Kind, Recognised, Recognition};

/// How many symptoms are printed in full.
const SYMPTOMS: usize = 3;
/// How many checks are named.
const CHECKS: usize = 6;

pub(super) fn of(recognition: &Recognition, look: &Look) -> String {
    let mut page = Page { text: String::new(), look };
    if let Some(product) = recognition.product {
        page.sentence(&format!("This text is from {product}, not from ECS."));
        page.sentence("No check of this program knows it.");
        return page.text;
    }
    let causes: Vec<&Recognised> = recognition.causes().collect();
    if causes.is_empty() {
        page.unknown(recognition);
        return page.text;
    }
    for it in causes.iter().take(SYMPTOMS) {
        page.symptom(it);
    }
    if causes.len() > SYMPTOMS {
        page.sentence(&format!("… and {} more: pass --format json", causes.len() - SYMPTOMS));
    }
    page.exit_codes(recognition);
    page.checks(recognition);
    page.commands(recognition);
    page.docs(&causes);
    page.text
}

/// What an exit code of a container says; none of a program's own codes.
pub(super) fn exit_code(code: i64) -> Option<&'static str> {
    Some(match code {
        0 => "the program ended normally",
        1 => "the program reported an error",
        125 => "the container could not be created",
        126 => "the command of the container may not be executed",
        127 => "the command of the container does not exist in the image",
        134 => "the program aborted (SIGABRT)",
        137 => "killed (SIGKILL): out of memory, or it did not end in time after SIGTERM",
        139 => "the program crashed (SIGSEGV)",
        143 => "ended on request (SIGTERM), such as by a deployment or scaling",
        255 => "the program reported an error, or the container lost its host",
        _ => return None,
    })
}

struct Page<'l> {
    text: String,
    look: &'l Look,
}

impl Page<'_> {
    fn title(&mut self, title: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(title);
        self.text.push('\n');
    }

    fn sentence(&mut self, text: &str) {
        self.text.push_str(&output::hanging("", 0, text, self.look));
    }

    fn paragraph(&mut self, text: &str) {
        self.text.push_str(&output::hanging("  ", 2, text, self.look));
    }

    fn item(&mut self, text: &str) {
        self.text.push_str(&output::hanging("  ", 4, text, self.look));
    }

    /// A text that is not ours.
    fn quote(&mut self, text: &str) {
        self.text.push_str(&output::quoted("  ", 2, text, self.look));
    }

    fn symptom(&mut self, it: &Recognised) {
        self.title("ECS said");
        self.quote(&it.said);
        self.title("It means");
        self.paragraph(&it.symptom.means);
        if !it.symptom.why_no_check.is_empty() {
            self.title("No check knows it before a deploy");
            self.paragraph(&format!("{}.", it.symptom.why_no_check));
        }
    }

    fn unknown(&mut self, recognition: &Recognition) {
        self.sentence("This is no text of ECS that this program knows.");
        if recognition.nearest.is_empty() {
            return;
        }
        self.title("The nearest that it knows");
        for text in &recognition.nearest {
            self.item(text);
        }
    }

    fn exit_codes(&mut self, recognition: &Recognition) {
        let is_about_it = recognition.causes().any(|it| it.symptom.kind == Kind::Application);
        let codes = recognition.variables.exit_codes.iter();
        let known: Vec<_> = codes.filter_map(|it| Some((it, exit_code(*it)?))).collect();
        if !is_about_it || known.is_empty() {
            return;
        }
        self.title("Exit code");
        for (code, meaning) in known {
            self.item(&format!("{code}: {meaning}."));
        }
    }

    fn checks(&mut self, recognition: &Recognition) {
        let checks = recognition.checks();
        if checks.is_empty() {
            return;
        }
        self.title("Checks that know it before a deploy, the most likely first");
        for (_, check) in checks.iter().filter_map(|(id, _)| checks::find(id)).take(CHECKS) {
            self.item(&format!("{}: verifies that {}", check.id, check.verifies));
        }
    }

    fn commands(&mut self, recognition: &Recognition) {
        let commands = symptoms::commands(recognition);
        if commands.is_empty() {
            return;
        }
        self.title("Run");
        for command in commands {
            let safe = command.map_characters(&printable).to_string();
            // Never wrapped, for copying.
            self.text.push_str(&format!("  $ {safe}\n"));
        }
    }

    fn docs(&mut self, causes: &[&Recognised]) {
        self.title("Documentation");
        let mut pages: Vec<&str> = Vec::new();
        for it in causes.iter().take(SYMPTOMS) {
            if !pages.contains(&it.symptom.docs) {
                pages.push(it.symptom.docs);
            }
        }
        pages.into_iter().for_each(|page| self.item(page));
    }
}
