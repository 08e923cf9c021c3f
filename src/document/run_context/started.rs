//! The launch input of a task that was started already, made from its record.

use super::{ContextKind, RunContext, read};
use crate::document::field::{Field, Object};
use crate::document::place::Place;
use crate::document::run_context::ManagedEbsVolume;
use crate::document::source::Source;
use crate::knowledge::{Gap, Stop};

/// How the reason begins, if the record does not contain a value.
pub const UNRECORDED: &str = "the record of the task does not contain";

/// What the record of a task does not contain, so that it is not known either.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unrecorded {
    /// The security groups, and whether the task got a public address.
    pub network: bool,
    /// The subnets: it ended before it had a network interface.
    pub subnets: bool,
    /// All but the name and the role of EBS volumes.
    pub volumes: bool,
}

impl RunContext {
    /// What a task was started with. It is not an input that someone wrote, so its form is not judged.
    pub fn started_task(source: &Source, unrecorded: &Unrecorded) -> RunContext {
        let mut started = read(&source.root, ContextKind::RunTask);
        let place = &source.root.place;
        if unrecorded.network {
            started.network.security_groups = unknown(place, "the security groups");
            started.network.assign_public_ip = unknown(place, "whether it got a public address");
        }
        if unrecorded.subnets {
            started.network.subnets = unknown(place, "the subnets");
        }
        if let (true, Field::Given(list)) =
            (unrecorded.volumes, &mut started.request.volume_configurations)
        {
            for volume in &mut list.value {
                if let Field::Given(volume) = &mut volume.managed_ebs {
                    let rest = ManagedEbsVolume::unknown(place, &gap("this field of the volume"));
                    volume.value =
                        ManagedEbsVolume { role_arn: volume.value.role_arn.clone(), ..rest };
                }
            }
        }
        started
    }

    /// The same for a task that a service started.
    #[must_use]
    pub fn into_live_service(self) -> RunContext {
        RunContext { kind: ContextKind::LiveService, live: true, ..self }
    }
}

fn unknown<T>(place: &Place, what: &str) -> Field<T> {
    Field::Unreadable(place.clone(), Box::new(gap(what)))
}

fn gap(what: &str) -> Stop {
    Gap::Undecidable { why: format!("{UNRECORDED} {what}") }.into()
}
