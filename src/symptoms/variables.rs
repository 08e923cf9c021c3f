//! What a text names: images, ARNs, regions and other values that its patterns do not fix.

use crate::names::{Arn, EcrHost, ImageRef, Region, Registry};

/// A longer word names nothing.
const LONGEST_WORD: usize = 2048;
/// So many resources of a kind are listed.
const MOST: usize = 50;

/// The values of a text, the first of each kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variables {
    /// The image reference.
    pub image: Option<ImageRef>,
    /// Every ARN, in the order of the text.
    pub arns: Vec<Arn>,
    /// The region, of an ARN or a host.
    pub region: Option<Region>,
    /// The cluster's name.
    pub cluster: Option<String>,
    /// The service's name.
    pub service: Option<String>,
    /// The id or ARN of the task.
    pub task: Option<String>,
    /// The role that was to be assumed, passed or used, by its name.
    pub role: Option<String>,
    /// The action that was denied.
    pub action: Option<String>,
    /// The principal that it was denied to.
    pub principal: Option<String>,
    /// The resource that it was denied on.
    pub resource: Option<String>,
    /// The secret, as ARN or name.
    pub secret: Option<String>,
    /// The name of the parameter.
    pub parameter: Option<String>,
    /// The KMS key, as ARN.
    pub key: Option<String>,
    /// The log group.
    pub log_group: Option<String>,
    /// The host that was called.
    pub host: Option<String>,
    /// The ids of subnets.
    pub subnets: Vec<String>,
    /// The ids of security groups.
    pub security_groups: Vec<String>,
    /// The id of the file system.
    pub file_system: Option<String>,
    /// The id of the snapshot.
    pub snapshot: Option<String>,
    /// The ARN of the target group.
    pub target_group: Option<String>,
    /// The container.
    pub container: Option<String>,
    /// How often ECS tried.
    pub retries: Option<u32>,
    /// The exit codes of containers.
    pub exit_codes: Vec<i64>,
}

impl Variables {
    pub(super) fn of(text: &str) -> Variables {
        let mut it = Variables { arns: arns(text), ..Variables::default() };
        it.take_from_arns();
        it.image = image(text);
        it.host = text
            .split("://")
            .skip(1)
            .find_map(host_at)
            .or_else(|| after(text, "lookup ").map(str::to_owned));
        // A task of a service has the group `service:web`.
        it.service = it.service.or_else(|| word_after(text, "\"service:"));
        it.service = it.service.or_else(|| in_brackets(text, "service"));
        it.task = it.task.or_else(|| in_brackets(text, "task"));
        it.principal = word_after(text, "User: ");
        it.action = word_after(text, "not authorized to perform: ");
        it.resource = word_after(text, "on resource: ");
        it.parameter = it.parameter.or_else(|| {
            word_after(text, "nvalid ssm parameters: ")
                .or_else(|| word_after(text, ": invalid parameters: "))
        });
        it.secret = it.secret.or_else(|| word_after(text, "secret from the service for "));
        it.container =
            quoted_after(text, "for container ").or_else(|| word_after(text, "The container "));
        it.retries = after(text, "has been retried ").and_then(|it| it.parse().ok());
        it.exit_codes = exit_codes(text);
        it.subnets = ids(text, "subnet-");
        it.security_groups = ids(text, "sg-");
        it.file_system = ids(text, "fs-").into_iter().next();
        it.snapshot = ids(text, "snap-").into_iter().next();
        it.region = it.region.take().or_else(|| it.region_of_a_host());
        it
    }

    fn take_from_arns(&mut self) {
        for arn in &self.arns.clone() {
            let resource = arn.resource.as_str();
            let full = || Some(arn.to_string());
            let fill = |slot: &mut Option<String>, value: Option<String>| {
                if slot.is_none() {
                    *slot = value;
                }
            };
            match (arn.service.as_str(), resource.split_once(['/', ':'])) {
                ("ecs", Some(("cluster", name))) => fill(&mut self.cluster, Some(name.to_owned())),
                ("ecs", Some(("service", name))) => {
                    if let Some((cluster, service)) = name.split_once('/') {
                        fill(&mut self.cluster, Some(cluster.to_owned()));
                        fill(&mut self.service, Some(service.to_owned()));
                    } else {
                        fill(&mut self.service, Some(name.to_owned()));
                    }
                }
                ("ecs", Some(("task", name))) => {
                    fill(&mut self.task, full());
                    if let Some((cluster, _)) = name.split_once('/') {
                        fill(&mut self.cluster, Some(cluster.to_owned()));
                    }
                }
                ("ecs", Some(("container-instance", name))) => {
                    if let Some((cluster, _)) = name.split_once('/') {
                        fill(&mut self.cluster, Some(cluster.to_owned()));
                    }
                }
                ("secretsmanager", Some(("secret", name))) => {
                    // Without the JSON key and the version of valueFrom.
                    let name = name.split(':').next().unwrap_or(name);
                    let secret = Arn { resource: format!("secret:{name}"), ..arn.clone() };
                    fill(&mut self.secret, Some(secret.to_string()));
                }
                ("ssm", Some(("parameter", name))) => {
                    let name =
                        if name.contains('/') { format!("/{name}") } else { name.to_owned() };
                    fill(&mut self.parameter, Some(name));
                }
                ("kms", Some(("key" | "alias", _))) => fill(&mut self.key, full()),
                ("iam", Some(("role", name))) => {
                    fill(&mut self.role, name.rsplit('/').next().map(str::to_owned));
                }
                ("logs", Some(("log-group", name))) => {
                    fill(&mut self.log_group, name.split(':').next().map(str::to_owned));
                }
                ("elasticloadbalancing", Some(("targetgroup", _))) => {
                    fill(&mut self.target_group, full())
                }
                _ => {}
            }
            // A role of another account's service principal names no region.
            if self.region.is_none() {
                self.region = arn.region.clone();
            }
        }
        // The session of a role names it too, but a role that was to be passed comes first.
        let session = self
            .arns
            .iter()
            .find_map(|arn| arn.resource.strip_prefix("assumed-role/")?.split('/').next());
        if self.role.is_none() {
            self.role = session.map(str::to_owned);
        }
    }

    fn region_of_a_host(&self) -> Option<Region> {
        if let Some(Registry::Ecr(host)) = self.image.as_ref().map(|it| &it.registry) {
            return Some(host.region.clone());
        }
        self.host.as_ref()?.split('.').find_map(|part| {
            let is_shaped =
                part.split('-').count() >= 3 && part.ends_with(|it: char| it.is_ascii_digit());
            is_shaped.then(|| part.parse().ok())?
        })
    }

    /// The image's registry host at Amazon ECR.
    pub fn ecr(&self) -> Option<&EcrHost> {
        match &self.image.as_ref()?.registry {
            Registry::Ecr(host) => Some(host),
            _ => None,
        }
    }
}

/// The word up to a blank, a quote or a bracket, without the punctuation behind it.
fn word(text: &str) -> Option<&str> {
    let ends = |it: char| it.is_whitespace() || "\"'`()<>,;".contains(it);
    let mut letters = text.char_indices().take(LONGEST_WORD);
    let end = letters.find(|(_, it)| ends(*it)).map_or(text.len(), |(at, _)| at);
    let word = text.get(..end.min(LONGEST_WORD * 4)).unwrap_or_default();
    let word = word.trim_end_matches(['.', ':', ']', '}']);
    (!word.is_empty()).then_some(word)
}

fn after<'t>(text: &'t str, lead: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(lead)?;
    word(rest.trim_start_matches(['"', '\'', '`', '(']))
}

/// A word that the text does not cut off.
fn word_after(text: &str, lead: &str) -> Option<String> {
    let (_, rest) = text.split_once(lead)?;
    let rest = rest.trim_start_matches(['"', '\'', '`']);
    let word = word(rest)?;
    let is_cut =
        rest[word.len()..].starts_with("..") || rest.len() == word.len() && rest.ends_with('…');
    (!is_cut).then(|| word.to_owned())
}

fn quoted_after(text: &str, lead: &str) -> Option<String> {
    let (_, rest) = text.split_once(lead)?;
    let rest = rest.strip_prefix(['\'', '"'])?;
    rest.split(['\'', '"']).next().map(str::to_owned).filter(|it| !it.is_empty())
}

/// `(service web)`, `service (web)` or `service web`.
fn in_brackets(text: &str, kind: &str) -> Option<String> {
    let places = text.match_indices(kind).map(|(at, _)| (at, &text[at + kind.len()..]));
    places.into_iter().find_map(|(at, rest)| {
        let opens = text[..at].ends_with('(');
        let name = match rest.strip_prefix(" (") {
            Some(name) => name,
            None if opens => rest.strip_prefix(' ')?,
            None if at == 0 || text[..at].ends_with('\n') => rest.strip_prefix(' ')?,
            None => return None,
        };
        let name = word(name)?;
        let is_name = name.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_".contains(&it));
        is_name.then(|| name.to_owned())
    })
}

fn arns(text: &str) -> Vec<Arn> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("arn:aws").take(MOST * 20) {
        let rest = &text[at..];
        let Some(word) = word(rest) else { continue };
        // What is cut off names nothing.
        if rest[word.len()..].starts_with("..") || rest[word.len()..].starts_with('…') {
            continue;
        }
        if let Ok(arn) = word.parse::<Arn>()
            && !found.contains(&arn)
            && found.len() < MOST
        {
            found.push(arn);
        }
    }
    found
}

/// The image that could not be pulled.
fn image(text: &str) -> Option<ImageRef> {
    const LEADS: &[&str] = &[
        "failed to resolve ref ",
        "manifest for ",
        "pull access denied for ",
        "not found in repository ",
        "API error (404): repository ",
    ];
    let named = LEADS.iter().find_map(|lead| word_after(text, lead));
    let named = named.or_else(|| {
        // The task cannot pull 'app:1.4.2' from the Amazon ECR repository '111122223333.dkr.ecr...'.
        let repository = quoted_after(text, "Amazon ECR repository ")?;
        let tag = quoted_after(text, "cannot pull ")
            .and_then(|it| it.rsplit_once(':').map(|(_, tag)| tag.to_owned()));
        Some(match tag {
            Some(tag) => format!("{repository}:{tag}"),
            None => repository,
        })
    });
    let named = named.or_else(|| {
        let at = text.find(".dkr.ecr.")?;
        let start = text[..at].rfind(|it: char| !it.is_ascii_digit()).map_or(0, |it| it + 1);
        word(&text[start..]).filter(|it| !it.contains("/v2/")).map(str::to_owned)
    })?;
    named.parse().ok()
}

fn host_at(rest: &str) -> Option<String> {
    let end = rest
        .find(|it: char| !(it.is_ascii_alphanumeric() || it == '.' || it == '-'))
        .unwrap_or(rest.len());
    let host = rest[..end].trim_end_matches('.');
    (host.contains('.')
        && !rest[end..].is_empty()
        && !host.contains("docs.aws")
        && !host.contains("console.aws"))
    .then(|| host.to_owned())
}

fn ids(text: &str, prefix: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (at, _) in text.match_indices(prefix) {
        if text[..at].ends_with(|it: char| it.is_ascii_alphanumeric() || it == '-') {
            continue;
        }
        let rest = &text[at + prefix.len()..];
        let digits = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
        if digits == 8 || digits == 17 {
            let id = format!("{prefix}{}", &rest[..digits]);
            if !found.contains(&id) && found.len() < MOST {
                found.push(id);
            }
        }
    }
    found
}

fn exit_codes(text: &str) -> Vec<i64> {
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    for lead in ["exit code", "exitcode", "exit status", "exited with code", "exit "] {
        for (at, _) in lower.match_indices(lead) {
            let rest = lower[at + lead.len()..]
                .trim_start_matches(|it: char| it.is_whitespace() || "\":=".contains(it));
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            if let Ok(code) = rest[..digits].parse::<i64>()
                && code < 256
                && !found.contains(&code)
            {
                found.push(code);
            }
        }
    }
    found
}
