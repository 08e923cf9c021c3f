//! `ephemeralStorage`, which only Fargate has
//! (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EphemeralStorage.html>).

use crate::knowledge::Stop;
use crate::task::Task;
use crate::verdict::{Findings, Rule};

pub(super) const ONLY_FARGATE: Rule = Rule::quoted(
    "ephemeralStorage needs FARGATE among requiresCompatibilities",
    "ClientException: Tasks using the EC2 launch type do not support EphemeralStorage.",
    "https://github.com/badmintoncryer/cdk-preflight",
    "2026-09",
);
pub(super) const AT_LEAST: Rule = Rule::quoted(
    "ephemeralStorage is at least 21 GiB",
    "ClientException: EphemeralStorage size should be at least 21",
    "https://github.com/badmintoncryer/cdk-preflight",
    "2026-09",
);
pub(super) const AT_MOST: Rule = Rule::quoted(
    "ephemeralStorage is at most 200 GiB",
    "ClientException: EphemeralStorage size should be at most 200",
    "https://github.com/badmintoncryer/cdk-preflight",
    "2026-09",
);

/// Whether anything has ephemeral storage to give.
pub(super) fn only_fargate(task: &Task, found: &mut Findings) -> Result<(), Stop> {
    let field = &task.definition.ephemeral_storage;
    if field.get()?.is_none() || task.is_for_fargate()? {
        return Ok(());
    }
    // What Managed Instances do is not documented, nor what becomes of a definition for nothing in particular.
    let declared = task.definition.requires_compatibilities.items()?;
    let finding = if declared.iter().any(|it| ["EC2", "EXTERNAL"].contains(&it.as_str())) {
        ONLY_FARGATE
            .fail("ephemeralStorage is set, and requiresCompatibilities does not have FARGATE")
    } else {
        ONLY_FARGATE.warn("ephemeralStorage is set, and only Fargate supports it")
    };
    found.add(
        finding
            .at(field.place())
            .remedy("Remove ephemeralStorage, or add FARGATE to requiresCompatibilities"),
    );
    Ok(())
}

/// Whether Fargate offers that much.
pub(super) fn range(task: &Task, found: &mut Findings) -> Result<(), Stop> {
    if !task.is_for_fargate()? {
        return Ok(());
    }
    for field in [&task.definition.ephemeral_storage, &task.context.overrides.ephemeral_storage] {
        let Some(storage) = field.get()? else { continue };
        let rule = match storage.size_in_gib.get()? {
            Some(..21) => AT_LEAST,
            Some(201..) => AT_MOST,
            _ => continue,
        };
        let size = storage.size_in_gib.get()?.copied().unwrap_or_default();
        found.add(
            rule.fail(format!("ephemeralStorage is {size} GiB, and Fargate offers 21 to 200"))
                .at(storage.size_in_gib.place())
                .remedy("Set sizeInGiB to 21 to 200, or remove ephemeralStorage for 20 GiB"),
        );
    }
    Ok(())
}
