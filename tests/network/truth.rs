use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use aws_ecs_preflight::network::{Destination, Outcome, Path, Port, Service, Target};

use super::notation::REGION;
use super::parts::Parts;
use super::walk::Fate;
use super::world::Dice;

/// Where the packets go in truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Internet,
    S3,
    Logs,
    MountTarget(usize),
    Address(IpAddr),
}

/// Where to, in truth and as the engine is asked.
pub fn choose(dice: &mut Dice, world: &Parts) -> (Place, Destination) {
    let region = REGION.parse().unwrap();
    let service = |name: &str| Destination::Service(Service::new(name, &region));
    match dice.below(10) {
        0..=3 => (Place::Internet, Destination::Internet(Port::tcp(443))),
        4..=5 => (Place::S3, service("s3")),
        6..=7 => (Place::Logs, service("logs")),
        8 => {
            let at = dice.below(3);
            let target = Target::interfaces("fsmt-1", [&world.subnets[at]], ["sg-far"]);
            (Place::MountTarget(at), Destination::Target(target, Port::tcp(2049)))
        }
        _ => {
            let addresses: [IpAddr; 4] = [
                Ipv4Addr::new(10, 0, 1, 9).into(),
                Ipv4Addr::new(192, 168, 0, 9).into(),
                Ipv4Addr::new(52, 216, 7, 7).into(),
                Ipv6Addr::new(0x2600, 0x1f18, 1, 1, 0, 0, 0, 9).into(),
            ];
            let address = *dice.pick(&addresses);
            (Place::Address(address), Destination::Target(Target::address(address), Port::udp(53)))
        }
    }
}

/// What happens to the packets that were sent.
#[derive(Clone, Copy)]
pub struct Truth {
    pub all: bool,
    pub none: bool,
    /// Whether a doubt has to have a reason.
    pub is_exact: bool,
}

impl Truth {
    pub fn of(passed: &[bool], is_exact: bool) -> Truth {
        let (all, none) = (passed.iter().all(|it| *it), !passed.iter().any(|it| *it));
        Truth { all, none, is_exact }
    }

    pub fn of_fates(fates: &[Fate], is_exact: bool) -> Truth {
        Truth {
            all: fates.iter().all(|it| *it == Fate::Through),
            none: fates.iter().all(|it| *it == Fate::Dropped),
            is_exact,
        }
    }

    pub fn objection(self, outcome: Outcome) -> Option<String> {
        let is_right = match outcome {
            Outcome::Passed => self.all,
            Outcome::Blocked => self.none,
            Outcome::Doubtful => !self.is_exact || !self.all && !self.none,
        };
        let Truth { all, none, .. } = self;
        (!is_right).then(|| format!("{outcome:?}, but all pass: {all}, none passes: {none}"))
    }
}

/// What a path says without regard to names.
pub fn outcome_of_addresses(path: &Path) -> Outcome {
    let inward = path.ingress.as_ref().map_or(Outcome::Passed, |it| it.outcome);
    Outcome::in_series([path.route.outcome, path.egress.outcome, path.acls.outcome, inward])
}
