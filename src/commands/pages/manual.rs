//! The manual: one page for the program and one per command, generated from the command line, the catalogue
//! and the exit codes.

use std::io;

use clap::{Arg, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff, bold, italic, roman};

use super::examples;
use crate::checks::{Check, Group, Groups, checks_of};
use crate::cli::{PROGRAM, VERIFY};
use crate::commands::{alias, catalogue, reads};
use crate::exit::Exit;
use crate::lookup::CALLS_OF_OFFERS;
use crate::output;
use crate::permission::condition_keys::{self, ConditionKey, KeyPage};
use crate::report::Status;
use crate::symptoms;

/// How wide an example is, so that its lines fit a terminal of 80 columns.
const EXAMPLE: usize = 67;

/// What `completions --live` asks, and what it does not. The calls follow.
const LIVE: &[&str] = &[
    "With --live, values come from the account too: --cluster, --service and --services (of the cluster \
     on the command line, or `default`), families and revisions of task definitions, --subnets and \
     --security-groups. --caller-arn and --infrastructure-role-arn offer the roles in the files on the command line, and --image \
     their containers.",
    "A TAB asks only where an argument names something of the account, and a word that begins a file is a \
     file. The answer comes within a second, or not at all: every failure is silent. Names are kept for two \
     minutes in $XDG_CACHE_HOME/aws-ecs-preflight (default: ~/.cache), readable by you alone, for each \
     account, region and profile. --profile and --region on the command line count.",
    "Through the alias of the AWS CLI nothing is completed: `aws_completer` does not know aliases. Type \
     the program's own name.",
    "These calls are made:",
];

/// Every page with its file's name.
pub(super) fn pages(root: &Command, groups: Groups) -> io::Result<Vec<(String, String)>> {
    let mut pages = vec![(format!("{PROGRAM}.1"), program_page(root, groups)?)];
    for command in documented(root) {
        pages.push((format!("{PROGRAM}-{}.1", command.get_name()), command_page(command, groups)?));
    }
    Ok(pages)
}

/// The page of one command.
pub(super) fn page(root: &Command, groups: Groups, name: &str) -> Option<io::Result<String>> {
    let command = documented(root).find(|it| it.get_name() == name)?;
    Some(command_page(command, groups))
}

/// The commands with a page, without `help`.
fn documented(root: &Command) -> impl Iterator<Item = &Command> {
    root.get_subcommands().filter(|it| it.get_name() != "help" && !it.is_hide_set())
}

/// The page of the program.
pub(super) fn program_page(root: &Command, groups: Groups) -> io::Result<String> {
    let mut page = Page::of(root)?;
    page.heading("SYNOPSIS");
    page.text([bold(PROGRAM), roman(" "), italic("COMMAND"), roman(" [OPTIONS]")]);
    page.heading("DESCRIPTION");
    page.paragraph(
        "Reads an Amazon ECS task definition, and looks up every resource in it at AWS and the \
         image registries. Says whether a task will start and, if not, why and how to fix it. \
         Runs before the deploy and is read-only: none of its calls changes anything.",
    );
    page.paragraph(
        "Values of secrets and parameters are not fetched, except for the JSON keys of secrets with \
         --read-secrets. There is no telemetry and no version check.",
    );
    page.heading("COMMANDS");
    for command in documented(root) {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        page.entry([bold(command.get_name())], &about);
    }
    page.heading("STATUSES");
    for status in Status::ALL {
        page.entry([bold(status.word())], status.meaning());
    }
    page.exit_status();
    page.rendered(|buffer| Man::new(root.clone()).render_options_section(buffer))?;
    page.heading("ENVIRONMENT");
    for (name, meaning) in ENVIRONMENT {
        page.entry([bold(*name)], meaning);
    }
    page.heading("FILES");
    for (name, meaning) in FILES {
        page.entry([italic(*name)], meaning);
    }
    page.heading("CHECKS");
    for (group, check) in checks_of(groups) {
        page.check(group, check);
    }
    page.heading("AWS ACTIONS");
    page.paragraph(
        "Every API call that a run may make, generated from the code. A denied call makes the checks \
         that need it unknown; all others still run.",
    );
    for action in reads::actions() {
        page.item(action);
    }
    page.paragraph(
        "From registries other than Amazon ECR, manifests and image configurations are read \
         anonymously, but never layers.",
    );
    page.heading("EXAMPLES");
    for command in documented(root) {
        for (wanted, line) in examples::of(command.get_name(), groups).iter().take(1) {
            page.example(wanted, line);
        }
    }
    let others = documented(root).map(|it| format!("{PROGRAM}-{}", it.get_name()));
    page.see_also(others.chain(["aws".to_owned()]));
    Ok(page.finish())
}

fn command_page(command: &Command, groups: Groups) -> io::Result<String> {
    let name = command.get_name();
    let mut page = Page::of(command)?;
    page.heading("SYNOPSIS");
    page.text(synopsis(command));
    page.rendered(|buffer| Man::new(command.clone()).render_description_section(buffer))?;
    let own = command.clone().mut_args(hide_common);
    if own.get_arguments().any(|it| !it.is_hide_set()) {
        page.rendered(|buffer| Man::new(own).render_options_section(buffer))?;
    }
    page.heading("COMMON FLAGS");
    page.text([
        roman("Profile, region, output and the other flags of every command are described in "),
        bold(PROGRAM),
        roman("(1)."),
    ]);
    let judged: Vec<_> =
        checks_of(groups).filter(|(group, _)| group.name == name || name == VERIFY).collect();
    if !judged.is_empty() {
        page.exit_status();
    }
    if name != VERIFY && !judged.is_empty() {
        page.heading("CHECKS");
        for (group, check) in judged {
            page.check(group, check);
            page.errors_of(check);
        }
    }
    if name == "can" {
        page.condition_keys();
    }
    if name == "explain" {
        page.symptoms();
    }
    if name == "alias" {
        for (heading, paragraphs) in alias::MANUAL {
            page.heading(heading);
            paragraphs.iter().for_each(|text| page.paragraph(text));
        }
    }
    if name == "completions" {
        page.heading("LIVE COMPLETION");
        LIVE.iter().for_each(|text| page.paragraph(text));
        for call in CALLS_OF_OFFERS {
            page.item(call.0);
        }
    }
    let examples = examples::of(name, groups);
    if !examples.is_empty() {
        page.heading("EXAMPLES");
    }
    for (wanted, line) in examples {
        page.example(wanted, line);
    }
    page.see_also([PROGRAM.to_owned()]);
    Ok(page.finish())
}

fn hide_common(arg: Arg) -> Arg {
    let is_common = arg.is_global_set() || arg.get_id() == "help";
    arg.hide(is_common)
}

fn synopsis(command: &Command) -> Vec<Inline> {
    let mut words = vec![bold(format!("{PROGRAM} {}", command.get_name())), roman(" [OPTIONS]")];
    for arg in command.get_positionals() {
        let name = arg.get_value_names().and_then(|it| it.first()).map_or("", |it| it.as_str());
        let more =
            if arg.get_num_args().is_some_and(|it| it.max_values() > 1) { "..." } else { "" };
        if arg.is_required_set() {
            words.extend([roman(" "), italic(name), roman(more)]);
        } else {
            words.extend([roman(" ["), italic(name), roman(format!("]{more}"))]);
        }
    }
    words
}

/// A page under construction.
struct Page {
    head: String,
    roff: Roff,
}

impl Page {
    fn of(command: &Command) -> io::Result<Page> {
        let man = Man::new(command.clone())
            .source(format!("{PROGRAM} {}", env!("CARGO_PKG_VERSION")))
            // An empty date would be dropped, and the other parts of the title would shift.
            .date(" ")
            .manual("Amazon ECS preflight checks");
        let mut page = Page { head: String::new(), roff: Roff::new() };
        page.rendered(|buffer| man.render_title(buffer))?;
        page.rendered(|buffer| man.render_name_section(buffer))?;
        Ok(page)
    }

    /// Adds a section that clap renders.
    fn rendered(&mut self, render: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> io::Result<()> {
        let mut section = Vec::new();
        render(&mut section)?;
        let written = std::mem::take(&mut self.roff);
        self.head.push_str(&body(&written.render()));
        self.head.push_str(&body(&String::from_utf8_lossy(&section)));
        Ok(())
    }

    fn finish(self) -> String {
        format!("{PREAMBLE}{}{}", self.head, body(&self.roff.render()))
    }

    fn heading(&mut self, title: &str) {
        self.roff.control("SH", [title]);
    }

    fn text(&mut self, words: impl Into<Vec<Inline>>) {
        self.roff.text(words);
    }

    fn paragraph(&mut self, text: &str) {
        self.roff.control("PP", []).text([roman(text)]);
    }

    fn entry(&mut self, term: impl Into<Vec<Inline>>, text: &str) {
        self.roff.control("TP", []).text(term).text([roman(text)]);
    }

    fn item(&mut self, text: &str) {
        self.roff.control("PD", ["0"]).control("IP", []).text([roman(text)]).control("PD", []);
    }

    fn example(&mut self, wanted: &str, line: &str) {
        self.paragraph(&format!("{wanted}:"));
        self.roff.control("RS", ["4"]).control("nf", []);
        for part in output::folded(line, 0, EXAMPLE).lines() {
            self.roff.text([bold(part)]);
        }
        self.roff.control("fi", []).control("RE", []);
    }

    fn check(&mut self, group: &Group, check: &Check) {
        let mut text = format!("({}) {}.", group.name, check.verifies);
        if check.advises {
            text.push_str(" Advisory: warns, never fails the run.");
        }
        if !check.asks.is_empty() {
            let calls: Vec<_> = check.calls().map(|call| call.to_string()).collect();
            text.push_str(&format!(" Calls {}.", calls.join(", ")));
        }
        self.entry([bold(check.id)], &text);
    }

    /// The errors that a check prevents.
    fn errors_of(&mut self, check: &Check) {
        self.roff.control("RS", []);
        for text in catalogue::errors_of(check) {
            // AWS's words are in bold, as in the list of `explain`.
            self.roff.control("PD", ["0"]).control("IP", []).text([bold(text)]);
            self.roff.control("PD", []);
        }
        self.roff.control("RE", []);
    }

    /// The texts that the command knows, each in its first wording.
    fn symptoms(&mut self) {
        self.heading("ERRORS");
        self.paragraph(
            "What ECS says, what it means, and the checks that know it before a deploy or the reason why none \
             does. Other wordings are recognised too, and so are the errors of each check.",
        );
        for row in symptoms::rows() {
            let checks = match row.checks.join(", ") {
                none if none.is_empty() => format!("No check: {}.", row.why_no_check),
                checks => format!("Checks: {checks}."),
            };
            self.entry([bold(row.texts[0])], &format!("{} {checks}", row.means));
        }
    }

    fn exit_status(&mut self) {
        self.heading("EXIT STATUS");
        for (exit, meaning) in Exit::MEANINGS {
            self.entry([bold(exit.code().to_string())], &format!("{meaning}."));
        }
    }

    /// What is known of each condition key, by the page of AWS that describes it.
    fn condition_keys(&mut self) {
        self.heading("CONDITION KEYS");
        self.paragraph(
            "Whether a policy allows a call may depend on condition keys. This is what the checks and \
             this command know of each before the call is made: who sets it, and when a request has it. \
             A key that is absent is known too. Where the answer depends on an unknown key, it says so.",
        );
        // Addresses are too long to fill lines evenly.
        self.roff.control("ad", ["l"]);
        for KeyPage { title, source, seen, keys } in condition_keys::PAGES {
            self.paragraph(&format!("{title} ({source}, read {seen}):"));
            for ConditionKey { name, known, set } in *keys {
                let any = if name.ends_with(['/', ':']) { "..." } else { "" };
                let text = format!("{} Set by {set}.", known.meaning());
                self.entry([bold(*name), roman(any)], &text);
            }
        }
        self.roff.control("ad", ["b"]);
    }

    fn see_also(&mut self, pages: impl IntoIterator<Item = String>) {
        self.heading("SEE ALSO");
        let mut words = Vec::new();
        for page in pages {
            if !words.is_empty() {
                words.push(roman(", "));
            }
            words.extend([bold(page), roman("(1)")]);
        }
        self.roff.text(words);
    }
}

/// Every separately rendered section starts with this definition of the apostrophe.
const PREAMBLE: &str = ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n";

fn body(rendered: &str) -> String {
    rendered.replace(PREAMBLE, "")
}

const ENVIRONMENT: &[(&str, &str)] = &[
    ("AWS_PROFILE", "The profile, unless --profile is passed."),
    ("AWS_REGION, AWS_DEFAULT_REGION", "The region, unless --region is passed."),
    (
        "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN",
        "Credentials. The other sources of the AWS SDKs work too: profiles, SSO, a process, a web \
         identity, container and instance roles.",
    ),
    ("AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE", "Other paths of the two files below."),
    (
        "AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_<SERVICE>",
        "Other endpoints, for all services or for one.",
    ),
    ("AWS_CA_BUNDLE", "Certificates to trust, unless --ca-bundle is passed."),
    (
        "AWS_EC2_METADATA_DISABLED",
        "If true, the instance metadata service is not used for credentials.",
    ),
    ("HTTPS_PROXY, NO_PROXY", "The proxy, and the hosts that are reached without it."),
    ("AWS_ECS_PREFLIGHT_FORMAT", "The format, unless --format is passed."),
    ("NO_COLOR, CLICOLOR_FORCE", "No color, or color even without a terminal."),
];

const FILES: &[(&str, &str)] = &[
    ("~/.aws/config", "Profiles and their regions, shared with the AWS CLI."),
    ("~/.aws/credentials", "Credentials of profiles."),
];
