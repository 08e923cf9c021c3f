//! Commands of one report that add entries to the same network ACL.
//!
//! Each finding is fixed by itself, so two of them may add different entries under the same number, and EC2
//! rejects the second. That one gets the next lower number. No entry is between the two, so it decides the same
//! packets; should another entry have that number, EC2 rejects the command and nothing changes.

use crate::report::CheckResult;
use crate::shell::ShellCommand;

const CREATE: &str = "aws ec2 create-network-acl-entry";
const ACL: &str = "--network-acl-id";
const EGRESS: &str = "--egress";
const NUMBER: &str = "--rule-number";

/// Gives different entries of a network ACL different numbers.
pub(super) fn number_entries(results: &mut [Vec<CheckResult>]) {
    // Each as it was, and as it is now.
    let mut added: Vec<(ShellCommand, ShellCommand)> = Vec::new();
    let all = results.iter_mut().flatten().flat_map(|result| &mut result.commands);
    for command in all.filter(|it| it.begins_with(CREATE)) {
        if let Some((_, now)) = added.iter().find(|(before, _)| before == command) {
            command.clone_from(now);
            continue;
        }
        let before = command.clone();
        while added.iter().any(|(_, other)| have_one_number(other, command)) {
            let Some(lower) = number(command).map(|it| it - 1).filter(|it| *it > 0) else { break };
            command.set_value(NUMBER, lower.to_string());
        }
        added.push((before, command.clone()));
    }
}

/// Whether both add an entry under one number, in one direction.
fn have_one_number(one: &ShellCommand, other: &ShellCommand) -> bool {
    let place = |it: &ShellCommand| (it.value_of(ACL).cloned(), it.has(EGRESS), number(it));
    place(one) == place(other)
}

fn number(command: &ShellCommand) -> Option<i32> {
    command.value_of(NUMBER)?.to_string().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preflight::merge_commands::tests::fixed_by;

    fn entry(acl: &str, way: &'static str, number: i32, to: &str) -> ShellCommand {
        ShellCommand::of(CREATE)
            .option(ACL, acl)
            .flag(way)
            .option(NUMBER, number.to_string())
            .option("--cidr-block", to)
    }

    /// The commands, each from a separate result, after they were numbered.
    fn numbered(commands: &[ShellCommand]) -> Vec<ShellCommand> {
        let results = commands.iter().map(|it| vec![fixed_by(std::slice::from_ref(it))]);
        let mut results: Vec<Vec<CheckResult>> = results.collect();
        number_entries(&mut results);
        results.into_iter().flatten().flat_map(|result| result.commands).collect()
    }

    #[test]
    fn different_entries_of_a_network_acl_have_different_numbers() {
        let first = entry("acl-1", EGRESS, 40, "10.0.1.0/24");
        let second = |number| entry("acl-1", EGRESS, number, "10.0.2.0/24");
        let third = |number| entry("acl-1", EGRESS, number, "10.0.3.0/24");
        assert_eq!(
            numbered(&[first.clone(), second(40), third(39), first.clone(), second(40)]),
            [first.clone(), second(39), third(38), first, second(39)]
        );
    }

    #[test]
    fn what_adds_no_other_entry_there_keeps_its_number() {
        let commands = [
            entry("acl-1", EGRESS, 40, "10.0.1.0/24"),
            entry("acl-1", "--ingress", 40, "10.0.2.0/24"),
            entry("acl-2", EGRESS, 40, "10.0.2.0/24"),
            entry("acl-1", EGRESS, 50, "10.0.2.0/24"),
            ShellCommand::of("aws ec2 replace-network-acl-entry").option(NUMBER, "40"),
        ];
        assert_eq!(numbered(&commands), commands);
        // Below the first number there is none.
        let last = [entry("acl-1", EGRESS, 1, "10.0.1.0/24"), entry("acl-1", EGRESS, 1, "::/0")];
        assert_eq!(numbered(&last), last);
    }
}
