//! The zones of subnets and mount targets.

use crate::lookup::efs::Zone;
use crate::network::Subnet;

/// Zone IDs are the same in all accounts; zone names are not.
pub(super) fn is_in(subnet: &Subnet, zone: &Zone) -> bool {
    match (&subnet.zone_id, &zone.id) {
        (Some(own), Some(other)) => own == other,
        _ => zone.name.as_ref() == Some(&subnet.zone),
    }
}
