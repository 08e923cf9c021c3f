//! Does a packet arrive? Answered from the parts of a VPC alone, without sending one.
//!
//! A task has a network [`Interface`]: a subnet, security groups, perhaps a public address. It sends to
//! a [`Target`]: a set of addresses, one of which is used (the internet, the interfaces of an endpoint, a
//! DNS server). Each stage in between can be evaluated alone, and returns an [`Answer`]:
//! [`Outcome::Passed`] if every packet passes, [`Outcome::Blocked`] if none does, [`Outcome::Doubtful`] if
//! only some do or it cannot be determined from here (a transit gateway, a part that was not read); and the
//! deciding facts, each of which displays as a sentence.
//!
//! | stage | function | parts that it reads |
//! |---|---|---|
//! | names resolve | [`resolve`] | `dns`, `vpc`; for custom DNS servers also what a path to them reads |
//! | where a service's name resolves to | [`attract`] | `endpoints`, `dns`; `route_tables` for S3 and DynamoDB |
//! | a route leads there | [`route`] | `route_tables`, `vpc`, `prefix_lists`, and of `internet_gateways`, `nat_gateways`, `appliances`, `endpoints`, `subnets` what the route leads to |
//! | the task's groups allow it out | [`egress`] | `security_groups`, `prefix_lists` |
//! | the network ACLs allow it in both directions, at both ends | [`acls`] | `network_acls`, `subnets`, and the route's answer |
//! | the groups of an endpoint or mount target allow it in | [`ingress`] | `security_groups`, `prefix_lists` |
//! | all of them | [`path`] | all of them |
//!
//! The parts are in a [`Topology`]. A part that could not be read is `None`: a stage that needs it returns
//! `Doubtful` with the fact `Unread(Part)`, and other stages are not affected. So a check may start with the
//! parts that it always needs, and read another one only if [`Answer::unread`] names it.
//!
//! ```
//! use aws_ecs_preflight::network::{
//!     Destination, Interface, Outcome, Part, Port, Service, Target, Topology, egress, path, route,
//! };
//! # use aws_ecs_preflight::network::{RouteTable, SecurityGroup, Subnet, Vpc};
//! # fn judge(vpc: &Vpc, subnet: &Subnet, tables: &[RouteTable], groups: &[SecurityGroup]) {
//! let task = Interface::new(subnet).with_groups(["sg-app"]).with_public_address(false);
//! let topology = Topology {
//!     vpc: Some(vpc),
//!     route_tables: Some(tables),
//!     security_groups: Some(groups),
//!     ..Topology::default()
//! };
//!
//! // One stage alone: is there a route out?
//! let internet = Target::internet(&task, Some(vpc));
//! let answer = route(&topology, &task, &internet);
//! match answer.outcome {
//!     Outcome::Passed => println!("{answer}"), // route table rtb-1 sends 0.0.0.0/0 to nat-1, …
//!     Outcome::Blocked => println!("{answer}"), // no route of route table rtb-1 leads to …
//!     Outcome::Doubtful if answer.unread() == Some(Part::NatGateways) => {} // get them, ask again
//!     Outcome::Doubtful => println!("{answer}"), // … to tgw-1, and the path beyond it cannot be checked
//! }
//!
//! // Another: do the groups allow it out?
//! println!("{}", egress(&topology, &task, &internet, Port::tcp(443)));
//!
//! // All stages, to a service of AWS: Path has a field for each stage, and hops() for all of them.
//! let region = "us-east-1".parse().unwrap();
//! let path = path(&topology, &task, &Destination::Service(Service::new("ecr.dkr", &region)));
//! for hop in path.hops() {
//!     println!("{} {:?}: {}", hop.stage, hop.outcome, hop.because);
//! }
//! # }
//! ```
//!
//! Targets: [`Target::internet`], [`Target::address`] (a DNS server), [`Target::interfaces`] (a mount
//! target, by its subnet and groups), [`Target::endpoint`] (the interfaces of a VPC endpoint),
//! [`Target::service`] (the public addresses of a service: those of its prefix list, else the internet).
//!
//! ```text
//! resolve(&Topology, &Interface)                    -> Answer<DnsFact>
//! attract(&Topology<'a>, &Interface, &Service)      -> Lead<'a>          { to: Attraction<'a>, answer: Answer<EndpointFact> }
//! route(&Topology, &Interface, &Target)             -> Answer<RouteFact>
//! egress(&Topology, &Interface, &Target, Port)      -> Answer<FilterFact>
//! acls(&Topology, &Interface, &Target, Port)        -> Answer<AclFact>
//! ingress(&Topology, &Interface, &Target, Port)     -> Answer<FilterFact>
//! path(&Topology<'a>, &Interface, &Destination)     -> Path<'a>
//!
//! Attraction<'a> = Interface(&'a Endpoint) | Gateway(&'a Endpoint) | Public
//! Path<'a> { dns: Option<Answer<DnsFact>>, lead: Option<Lead<'a>>, target: Target, route, egress, acls,
//!            ingress: Option<Answer<FilterFact>> }   with outcome(), hops() -> Vec<Hop>
//! Hop { stage: Stage, outcome: Outcome, because: String }
//! ```
//!
//! What the facts are called: [`DnsFact`], [`EndpointFact`], [`RouteFact`], [`FilterFact`] (security
//! groups), [`AclFact`]. Each has `outcome()` and `Display`, and carries the ids, so that a check can
//! match on the one that it has a command for. [`amendments`] returns the entries that make a network ACL
//! allow what it denies, and [`rest_of_internet`] the path without the few narrow ranges that routes or
//! network ACLs treat differently.

mod acl;
mod acl_fact;
mod addresses;
mod amendment;
mod answer;
mod apart;
mod division;
mod dns;
mod endpoint;
mod endpoint_fact;
mod filter;
mod filter_fact;
mod gateway;
mod interface;
mod parts;
mod path;
mod route;
mod route_fact;
mod sender;
mod share;
mod target;
mod topology;

pub use acl::acls;
pub use acl_fact::{AclFact, Crossing};
pub use addresses::Addresses;
pub use amendment::{Amendment, Displaced, Restated, amendments};
pub use answer::{Answer, Fact, Outcome};
pub use apart::rest_of_internet;
pub use division::Divided;
pub use dns::{DnsFact, Hindrance, resolve};
pub use endpoint::{Attraction, Lead, attract};
pub use endpoint_fact::EndpointFact;
pub use filter::{egress, ingress};
pub use filter_fact::{Direction, FilterFact, Nearest, RuleHit};
pub use interface::{Family, Interface, LINUX_PORTS, NAT_PORTS, Port, WINDOWS_PORTS};
pub use parts::{Part, Topology};
pub use path::{Hop, Path, Stage, path};
pub use route::{joined, route};
pub use route_fact::{RouteFact, RouteHop};
pub use target::{Destination, Service, Target};
pub use topology::*;
