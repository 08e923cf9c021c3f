//! How a route leads to an internet gateway: the attached one, or a new one.

use super::{ALL, Ground};
use crate::network::{RouteHop, RouteTarget};
use crate::reachability::ruling::Obstacle;
use crate::shell::{ShellCommand, Word};

impl Ground<'_> {
    /// A table whose default route must lead to the attached internet gateway.
    pub(super) fn to_gateway(&self, obstacle: Obstacle, table: &str, remedy: String) -> Obstacle {
        let Some(gateway) = self.gateway() else { return obstacle };
        obstacle.remedy(remedy).command(
            ShellCommand::of("aws ec2 create-route")
                .option("--route-table-id", table)
                .option("--destination-cidr-block", ALL)
                .option("--gateway-id", &gateway.id)
                .region(self.region),
        )
    }

    /// A table whose default route must lead to an internet gateway, of a VPC that has none.
    pub(super) fn to_new_gateway(
        &self,
        obstacle: Obstacle,
        table: &str,
        otherwise: &str,
    ) -> Obstacle {
        let remedy = format!(
            "Create an internet gateway, attach it to the VPC, and route {ALL} to it, {otherwise}"
        );
        self.with_new_gateway(obstacle.remedy(remedy), |gateway| {
            let create = ShellCommand::of("aws ec2 create-route")
                .option("--route-table-id", table)
                .option("--destination-cidr-block", ALL)
                .option("--gateway-id", gateway);
            vec![create.region(self.region)]
        })
    }

    /// A route to an internet gateway that is detached or deleted. A VPC has at most one
    /// (<https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html>).
    pub(super) fn attached(&self, obstacle: Obstacle, hop: &RouteHop) -> Obstacle {
        let obstacle = obstacle.on(hop.target.to_string());
        let known = self.topology.internet_gateways;
        let is_deleted = known.is_some_and(|known| {
            !known.iter().any(|it| hop.target == RouteTarget::InternetGateway(it.id.clone()))
        });
        match self.gateway() {
            Some(other) if hop.target != RouteTarget::InternetGateway(other.id.clone()) => obstacle
                .remedy("Point the route to the internet gateway that is attached to the VPC")
                .commands(self.replace(hop, "--gateway-id", Word::from(&other.id))),
            None if is_deleted => self.with_new_gateway(
                obstacle.remedy(format!(
                    "Create an internet gateway, attach it to the VPC, and point the route to it: {} was deleted",
                    hop.target
                )),
                |gateway| self.replace(hop, "--gateway-id", gateway),
            ),
            _ => obstacle
                .remedy("Attach the internet gateway to the VPC")
                .command(
                    ShellCommand::of("aws ec2 attach-internet-gateway")
                        .option("--internet-gateway-id", hop.target.to_string())
                        .option("--vpc-id", &self.subnet.vpc)
                        .region(self.region),
                ),
        }
    }

    /// Through an internet gateway that does not exist yet.
    fn with_new_gateway(
        &self,
        obstacle: Obstacle,
        routes: impl Fn(Word) -> Vec<ShellCommand>,
    ) -> Obstacle {
        let gateway = || Word::placeholder("INTERNET-GATEWAY-ID");
        obstacle
            .command(ShellCommand::of("aws ec2 create-internet-gateway").region(self.region))
            .command(
                ShellCommand::of("aws ec2 attach-internet-gateway")
                    .option("--internet-gateway-id", gateway())
                    .option("--vpc-id", &self.subnet.vpc)
                    .region(self.region),
            )
            .commands(routes(gateway()))
    }
}
