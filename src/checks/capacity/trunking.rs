//! The account setting `awsvpcTrunking`. It counts when an instance registers: a registered one has a trunk network
//! interface or not, whatever the setting is now
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-eni.html>).

use crate::facts::View;
use crate::knowledge::{Seen, Stop};
use crate::lookup::ecs::account::ListAccountSettings;
use crate::names::Region;
use crate::shell::ShellCommand;

/// What the account setting says of instances that register from now on. The role of an instance may have a setting
/// that differs from the caller's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trunking {
    Enabled,
    Disabled,
    /// The settings may not be read. Nothing depends on it but the advice.
    Unknown,
}

impl Trunking {
    /// What the caller's setting is, or else the account's.
    ///
    /// # Errors
    /// Only while the answer is pending.
    pub(super) fn of(region: &Region, facts: &View) -> Result<Trunking, Stop> {
        let asked = ListAccountSettings { region: region.clone() };
        let settings = match facts.tolerate(|| facts.get(&asked))? {
            Ok(Seen::Found(settings)) => settings,
            Ok(Seen::Absent(_)) | Err(_) => return Ok(Trunking::Unknown),
        };
        Ok(match settings.get("awsvpcTrunking").map(String::as_str) {
            Some("enabled" | "on") => Trunking::Enabled,
            Some("disabled" | "off") => Trunking::Disabled,
            _ => Trunking::Unknown,
        })
    }

    /// How an instance type that supports a trunk comes to have one.
    pub(super) fn remedy(self) -> &'static str {
        match self {
            Trunking::Enabled => {
                "Launch new container instances: awsvpcTrunking is enabled, but an instance keeps the network interfaces with which it registered"
            }
            Trunking::Disabled => {
                "Enable the account setting awsvpcTrunking and launch new container instances: registered ones stay as they are"
            }
            Trunking::Unknown => {
                "Add container instances, or set the account setting awsvpcTrunking and launch new ones"
            }
        }
    }

    /// The command that enables it.
    pub(super) fn command(self, region: &Region) -> Option<ShellCommand> {
        (self == Trunking::Disabled).then(|| {
            ShellCommand::of("aws ecs put-account-setting-default")
                .option("--name", "awsvpcTrunking")
                .option("--value", "enabled")
                .region(region)
        })
    }
}
