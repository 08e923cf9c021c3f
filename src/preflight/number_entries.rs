//! Commands of one report that amend the same network ACL.
//!
//! Each finding is fixed by itself, for the network ACL as it was read. So two of them may add different entries
//! under the same number, or make the same entry give way to both. All commands of a report are to be run, so each
//! finding gets those for the network ACL as the findings before it leave it.

use crate::names::Region;
use crate::network::{AclEntry, NetworkAcl, Restated};
use crate::reachability::acl::{Added, commands};
use crate::report::CheckResult;
use crate::shell::{ShellCommand, Word};

/// Makes the commands that add entries to these network ACLs follow each other.
pub(super) fn number_entries<'a>(
    results: &mut [Vec<CheckResult>],
    read: impl Iterator<Item = &'a NetworkAcl>,
) {
    let mut acls: Vec<Amended> = read.map(Amended::of).collect();
    for result in results.iter_mut().flatten() {
        let (mut now, mut moved) = (Vec::new(), None);
        for command in std::mem::take(&mut result.commands) {
            let Some((added, acl)) = added_to(&command, &mut acls) else {
                now.push(command);
                continue;
            };
            if !added.entry.allow {
                // It makes room for the next one.
                moved = Some(added.entry);
                continue;
            }
            let Added { entry, replaces, .. } = added;
            let wanted = Restated { entry, replaces, moved: moved.take() };
            let region = command.value_of("--region").and_then(Word::text);
            let region = region.and_then(|it| it.parse::<Region>().ok());
            let again = acl.commands(&wanted).into_iter();
            now.extend(again.map(|it| match &region {
                Some(region) => it.region(region),
                None => it,
            }));
        }
        result.commands = now;
    }
}

fn added_to<'a>(
    command: &ShellCommand,
    acls: &'a mut [Amended],
) -> Option<(Added, &'a mut Amended)> {
    let added = Added::by(command)?;
    let acl = acls.iter_mut().find(|it| it.read.id == added.acl)?;
    Some((added, acl))
}

/// A network ACL, and the amendments so far.
struct Amended {
    read: NetworkAcl,
    now: NetworkAcl,
    /// The entries that were added, and their commands.
    added: Vec<(AclEntry, Vec<ShellCommand>)>,
}

impl Amended {
    fn of(read: &NetworkAcl) -> Amended {
        Amended { read: read.clone(), now: read.clone(), added: Vec::new() }
    }

    /// The commands for an entry: those of an earlier finding, if it adds the same one at this place or before it.
    fn commands(&mut self, wanted: &Restated) -> Vec<ShellCommand> {
        let Some(amendment) = wanted.after(&self.read, &self.now) else { return Vec::new() };
        let entry = &amendment.entry;
        let serves = |known: &AclEntry| {
            known.number <= entry.number
                && *known == AclEntry { number: known.number, ..entry.clone() }
        };
        if let Some((_, known)) = self.added.iter().find(|(known, _)| serves(known)) {
            return known.clone();
        }
        amendment.amend(&mut self.now.entries);
        let made: Vec<ShellCommand> = commands(&amendment).collect();
        self.added.push((amendment.entry, made.clone()));
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Amendment, Displaced, Traffic};
    use crate::preflight::merge_commands::tests::fixed_by;

    /// `1 deny all`, `40 allow 443`.
    fn entry(text: &str) -> AclEntry {
        let [number, action, port] = text.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{text}")
        };
        let port: Option<u16> = port.parse().ok();
        AclEntry {
            number: number.parse().unwrap(),
            egress: true,
            allow: action == "allow",
            traffic: Traffic { protocol: port.map(|_| 6), ports: port.map(|it| (it, it)) },
            range: "0.0.0.0/0".parse().unwrap(),
        }
    }

    fn acl(entries: &[&str]) -> NetworkAcl {
        let entries = entries.iter().map(|it| entry(it)).collect();
        NetworkAcl { id: "acl-1".to_owned(), subnets: Vec::new(), entries, name_tag: None }
    }

    /// The commands that each finding has alone: `40 allow 443` with `create` or `replace` before it.
    fn alone(steps: &[&str]) -> Vec<ShellCommand> {
        let command = |step: &&str| {
            let (verb, text) = step.split_once(' ').unwrap();
            let replaced = Displaced { entry: entry(text), moves_to: None };
            let displaced = (verb == "replace").then_some(replaced);
            let acl = "acl-1".to_owned();
            let made = commands(&Amendment { acl, entry: entry(text), displaced }).next().unwrap();
            made.region(&"eu-west-1".parse().unwrap())
        };
        steps.iter().map(command).collect()
    }

    fn in_words(command: &ShellCommand) -> String {
        let Some(Added { entry, replaces, .. }) = Added::by(command) else {
            return command.to_string();
        };
        let verb = if replaces { "replace" } else { "create" };
        let action = if entry.allow { "allow" } else { "deny" };
        let port = entry.traffic.ports.map_or("all".to_owned(), |(first, _)| first.to_string());
        format!("{verb} {} {action} {port}", entry.number)
    }

    #[test]
    fn commands_follow_those_of_earlier_findings() {
        for (entries, findings, numbered) in [
            // Two entries under one number.
            (
                &["50 deny all"][..],
                &[&["create 40 allow 443"][..], &["create 40 allow 80"], &["create 40 allow 443"]]
                    [..],
                &[&["create 40 allow 443"][..], &["create 49 allow 80"], &["create 40 allow 443"]]
                    [..],
            ),
            // Two for which the same entry makes room.
            (
                &["1 deny all"],
                &[
                    &["create 2 deny all", "replace 1 allow 443"],
                    &["create 2 deny all", "replace 1 allow 80"],
                ],
                &[
                    &["create 2 deny all", "replace 1 allow 443"],
                    &["create 3 deny all", "replace 2 allow 80"],
                ],
            ),
            // Two that replace the same entry.
            (
                &["1 deny all", "2 allow 22"],
                &[&["replace 1 allow 443"], &["replace 1 allow 80"]],
                &[&["replace 1 allow 443"], &["create 10 allow 80"]],
            ),
            // The same entry at two places, of which the second serves both.
            (
                &["1 deny 443", "2 deny 80"],
                &[&["create 10 allow 443"], &["create 3 deny 443", "replace 1 allow 443"]],
                &[&["create 10 allow 443"], &["create 3 deny 443", "replace 1 allow 443"]],
            ),
            (
                &["1 deny 443", "2 deny 80"],
                &[&["create 3 deny 443", "replace 1 allow 443"], &["create 10 allow 443"]],
                &[
                    &["create 3 deny 443", "replace 1 allow 443"],
                    &["create 3 deny 443", "replace 1 allow 443"],
                ],
            ),
            // One finding with two entries.
            (
                &["1 deny all"],
                &[&[
                    "create 2 deny all",
                    "replace 1 allow 443",
                    "create 3 deny all",
                    "replace 2 allow 80",
                ]],
                &[&[
                    "create 2 deny all",
                    "replace 1 allow 443",
                    "create 3 deny all",
                    "replace 2 allow 80",
                ]],
            ),
        ] {
            let results = findings.iter().map(|steps| vec![fixed_by(&alone(steps))]);
            let mut results: Vec<Vec<CheckResult>> = results.collect();
            number_entries(&mut results, [acl(entries)].iter());
            let found: Vec<Vec<String>> = results
                .iter()
                .flatten()
                .map(|it| it.commands.iter().map(in_words).collect())
                .collect();
            assert_eq!(found, numbered, "{entries:?}");
            let all = results.iter().flatten().flat_map(|it| &it.commands);
            assert!(all.into_iter().all(|it| it.to_string().ends_with("--region eu-west-1")));
        }
    }

    #[test]
    fn other_commands_and_those_of_unknown_network_acls_stay_as_they_are() {
        let mut commands = alone(&["create 2 deny all", "replace 1 allow 443"]);
        commands.push(ShellCommand::of("aws ec2 describe-network-acls"));
        let mut results = vec![vec![fixed_by(&commands)]];
        number_entries(&mut results, std::iter::empty());
        assert_eq!(results[0][0].commands, commands);
    }
}
