//! How an IPv6-only subnet gets a route to the internet.

use super::{Ground, NAT64};
use crate::reachability::ruling::Obstacle;
use crate::shell::{ShellCommand, Word};

/// Every IPv6 address.
const ALL_IPV6: &str = "::/0";

impl Ground<'_> {
    /// A table without a route, of an IPv6-only subnet: hosts with an IPv6 address are reached through an
    /// egress-only internet gateway, the others through DNS64 and a NAT gateway
    /// (<https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-nat64-dns64.html>).
    pub(super) fn routed_over_ipv6(
        &self,
        obstacle: Obstacle,
        table: &str,
        otherwise: &str,
    ) -> Obstacle {
        let create_route =
            || ShellCommand::of("aws ec2 create-route").option("--route-table-id", table);
        let obstacle = obstacle
            .remedy(format!(
                "Route {ALL_IPV6} to an egress-only internet gateway, and {NAT64} to a NAT gateway with DNS64 turned on in the subnet, {otherwise}"
            ))
            .command(
                ShellCommand::of("aws ec2 create-egress-only-internet-gateway")
                    .option("--vpc-id", &self.subnet.vpc)
                    .region(self.region),
            )
            .command(
                create_route()
                    .option("--destination-ipv6-cidr-block", ALL_IPV6)
                    .option(
                        "--egress-only-internet-gateway-id",
                        Word::placeholder("EGRESS-ONLY-GATEWAY-ID"),
                    )
                    .region(self.region),
            );
        let obstacle = self.to_nat(obstacle, self.working_nat(), |nat| {
            let create = create_route()
                .option("--destination-ipv6-cidr-block", NAT64)
                .option("--nat-gateway-id", nat);
            vec![create.region(self.region)]
        });
        match self.subnet.dns64 {
            true => obstacle,
            false => obstacle.command(
                ShellCommand::of("aws ec2 modify-subnet-attribute")
                    .option("--subnet-id", &self.subnet.id)
                    .flag("--enable-dns64")
                    .region(self.region),
            ),
        }
    }
}
