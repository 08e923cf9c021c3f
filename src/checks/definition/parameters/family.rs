//! Which Windows families Fargate offers: one row for each family, with its source and date.

use std::borrow::Cow;

use crate::document::launch::OperatingSystem;
use crate::knowledge::Stop;
use crate::task::Task;
use crate::verdict::{Findings, Rule, Words};

/// Whether Fargate runs a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Offer {
    Offered,
    /// It never was, and no longer will be.
    Never,
    /// Not yet, as far as was seen on the row's date.
    NotYet,
}

struct Family {
    name: &'static str,
    offer: Offer,
    seen: &'static str,
}

const PAGE: &str = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AWS_Fargate.html";

const fn family(name: &'static str, offer: Offer, seen: &'static str) -> Family {
    Family { name, offer, seen }
}

static FAMILIES: [Family; 9] = [
    family("WINDOWS_SERVER_2019_FULL", Offer::Offered, "2026-11-30"),
    family("WINDOWS_SERVER_2019_CORE", Offer::Offered, "2026-11-30"),
    family("WINDOWS_SERVER_2022_FULL", Offer::Offered, "2026-11-30"),
    family("WINDOWS_SERVER_2022_CORE", Offer::Offered, "2026-11-30"),
    family("WINDOWS_SERVER_2016_FULL", Offer::Never, "2026-11-30"),
    family("WINDOWS_SERVER_2004_CORE", Offer::Never, "2026-11-30"),
    family("WINDOWS_SERVER_20H2_CORE", Offer::Never, "2026-11-30"),
    family("WINDOWS_SERVER_2025_FULL", Offer::NotYet, "2026-11-30"),
    family("WINDOWS_SERVER_2025_CORE", Offer::NotYet, "2026-11-30"),
];

impl Family {
    fn rule(&self) -> Rule {
        let claim = match self.offer {
            Offer::Offered => format!("Fargate runs {}", self.name),
            Offer::Never | Offer::NotYet => format!("Fargate does not run {}", self.name),
        };
        let words = Words::Unknown("Fargate starts no task of this operating system");
        Rule { claim: Cow::Owned(claim), words, source: PAGE, seen: self.seen }
    }
}

/// The table as rules.
pub(super) fn rules() -> impl Iterator<Item = Rule> {
    FAMILIES.iter().map(Family::rule)
}

/// Whether Fargate offers the family, where the task is for Fargate. A family that is not in the table is
/// judged with the fields.
pub(super) fn judge(task: &Task, found: &mut Findings) -> Result<(), Stop> {
    let Some(platform) = task.definition.runtime_platform.get()? else { return Ok(()) };
    let OperatingSystem::Windows(name) = task.definition.operating_system()? else { return Ok(()) };
    let Some(family) = FAMILIES.iter().find(|it| it.name == name) else { return Ok(()) };
    if family.offer == Offer::Offered || !task.is_for_fargate()? {
        return Ok(());
    }
    let offered: Vec<&str> =
        FAMILIES.iter().filter(|it| it.offer == Offer::Offered).map(|it| it.name).collect();
    let rule = family.rule();
    let finding = match family.offer {
        Offer::NotYet => rule.warn(format!("Fargate did not offer {name} on {}", family.seen)),
        _ => rule.fail(format!("Fargate does not offer {name}")),
    };
    found.add(
        finding
            .at(platform.operating_system_family.place())
            .remedy(format!("Set operatingSystemFamily to one of: {}", offered.join(", "))),
    );
    Ok(())
}
