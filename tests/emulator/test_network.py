"""Given this VPC, then this can be reached: asked of EC2 itself, one call for each kind of thing."""

import unittest
from xml.etree import ElementTree

from network import make_vpc
from program import Story, demo


class Network(Story):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.made = make_vpc(cls.emulator)

    def place(self):
        return (
            *("--launch-type", "FARGATE", "--subnets", self.made["subnet"]),
            *("--security-groups", self.made["group"], "--assign-public-ip", "DISABLED"),
        )

    def network(self, *arguments, code):
        return self.report("network", self.write(demo()), *self.place(), *arguments, code=code)

    def test_behind_a_nat_gateway_everything_is_reached(self):
        report = self.network(code=0)
        passed = {check["id"] for check in report["checks"] if check["status"] == "pass"}
        self.assertLessEqual({"network-route", "network-security-group", "network-nacl", "network-dns"}, passed)

    def test_one_call_for_each_kind(self):
        self.network(code=0)
        of_ec2 = [call for call in self.emulator.calls if "Describe" in call and "ec2" in call.lower()]
        self.assertTrue(of_ec2)
        once = [call for call in of_ec2 if "VpcAttribute" not in call and "Subnets" not in call]
        self.assertEqual(len(once), len(set(once)), once)

    def test_without_its_route_the_subnet_is_cut_off(self):
        ec2 = self.emulator.client("ec2")
        where = {"RouteTableId": self.made["table"], "DestinationCidrBlock": "0.0.0.0/0"}
        ec2.delete_route(**where)
        self.addCleanup(lambda: ec2.create_route(**where, NatGatewayId=self.made["nat"]))
        report = self.network(code=1)
        failed = [check for check in report["checks"] if check["status"] == "fail"]
        self.assertEqual([check["id"] for check in failed], ["network-route"])
        self.assertIn(self.made["table"], failed[0]["message"])

    def test_the_path_is_drawn_and_its_picture_is_well_formed(self):
        done = self.run_program("network", self.write(demo()), *self.place(), "--graph", "svg")
        self.assertEqual(done.returncode, 0, done.stderr)
        root = ElementTree.fromstring(done.stdout)
        self.assertTrue(root.tag.endswith("svg"))
        words = " ".join(root.itertext())
        for name in ("subnet", "nat", "gateway", "table"):
            self.assertIn(self.made[name], words)

    def test_two_definitions_are_one_picture(self):
        both = [self.write(demo()), self.write(demo())]
        done = self.run_program("network", *both, *self.place(), "--graph", "svg")
        self.assertEqual(done.returncode, 0, done.stderr)
        titles = [it.text for it in ElementTree.fromstring(done.stdout).iter() if it.get("class") == "title"]
        self.assertEqual(titles, ["network paths of storefront"] * 2)

    def test_only_one_thing_goes_to_standard_output(self):
        for more in (["--graph", "dot"], ["--format", "json"], ["--output", "json"], ["--query", "verdict"]):
            done = self.run_program("network", self.write(demo()), *self.place(), "--graph", "svg", *more)
            self.assertEqual((done.returncode, done.stdout), (2, ""), more)

    def test_the_command_printed_for_a_network_acl_opens_it(self):
        ec2 = self.emulator.client("ec2")
        of_vpc = [{"Name": "vpc-id", "Values": [self.made["vpc"]]}]
        acl = ec2.describe_network_acls(Filters=of_vpc)["NetworkAcls"][0]["NetworkAclId"]
        https = {"Protocol": "6", "PortRange": {"From": 443, "To": 443}, "CidrBlock": "0.0.0.0/0"}
        outbound = {"NetworkAclId": acl, "Egress": True}
        ec2.create_network_acl_entry(**outbound, **https, RuleNumber=90, RuleAction="deny")
        self.addCleanup(lambda: ec2.delete_network_acl_entry(**outbound, RuleNumber=90))
        failed = [it for it in self.network(code=1)["checks"] if it["status"] == "fail"]
        self.assertEqual({it["id"] for it in failed}, {"network-nacl"})
        self.assertEqual(
            failed[0]["commands"],
            [
                f"aws ec2 create-network-acl-entry --network-acl-id {acl} --egress --rule-number 80 --protocol tcp"
                " --port-range From=443,To=443 --cidr-block 0.0.0.0/0 --rule-action allow"
            ],
        )
        ec2.create_network_acl_entry(**outbound, **https, RuleNumber=80, RuleAction="allow")
        self.addCleanup(lambda: ec2.delete_network_acl_entry(**outbound, RuleNumber=80))
        self.network(code=0)


if __name__ == "__main__":
    unittest.main()
