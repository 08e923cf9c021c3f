"""Given this VPC, then this can be reached: asked of EC2 itself, one call for each kind of thing."""

import json
import unittest
from xml.etree import ElementTree

import account
from network import make_endpoint, make_vpc
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

    def test_a_secret_may_admit_an_endpoint_alone(self):
        # A VPC of its own: the emulator goes on showing what was deleted.
        made, secrets = make_vpc(self.emulator), self.emulator.client("secretsmanager")
        secret = secrets.create_secret(Name="storefront/guarded", SecretString="{}")["ARN"]
        self.addCleanup(secrets.delete_secret, SecretId=secret, ForceDeleteWithoutRecovery=True)
        only = {"StringNotEquals": {"aws:SourceVpc": made["vpc"]}}
        deny = {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*", "Condition": only}
        secrets.put_resource_policy(SecretId=secret, ResourcePolicy=json.dumps(account.policy(deny)))
        definition = demo()
        definition["containerDefinitions"][0]["secrets"] = [{"name": "GUARDED", "valueFrom": secret}]
        path = self.write(definition)

        def said(*place, code):
            checks = self.report("secrets", path, *place, "--only", "secret-permission", code=code)["checks"]
            return next(it for it in checks if it["subject"].startswith("/containerDefinitions/0"))

        # Nobody asks for the network where it is not told, and nothing is known then.
        asks = lambda: any("DescribeVpcEndpoints" in call for call in self.emulator.calls)
        self.emulator.calls.clear()
        self.assertIn("--subnets", said(code=3)["message"])
        self.assertFalse(asks())
        place = ("--launch-type", "FARGATE", "--subnets", made["subnet"])
        self.assertIn(made["nat"], said(*place, code=1)["message"])
        self.assertTrue(asks())
        endpoint = make_endpoint(self.emulator, made, "secretsmanager")
        self.assertIn(endpoint, said(*place, code=0)["message"])


if __name__ == "__main__":
    unittest.main()
