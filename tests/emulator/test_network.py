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

    def test_wherever_it_is_told_where_the_task_runs(self):
        ec2, ecs = self.emulator.client("ec2"), self.emulator.client("ecs")
        where = {"RouteTableId": self.made["table"], "DestinationCidrBlock": "0.0.0.0/0"}
        ec2.delete_route(**where)
        self.addCleanup(lambda: ec2.create_route(**where, NatGatewayId=self.made["nat"]))
        place = {"subnets": [self.made["subnet"]], "securityGroups": [self.made["group"]]}
        runs = {"launchType": "FARGATE", "networkConfiguration": {"awsvpcConfiguration": place}}
        definition = demo()
        ecs.create_cluster(clusterName="shop")
        family = ecs.register_task_definition(**definition)["taskDefinition"]["family"]
        ecs.create_service(
            cluster="shop", serviceName="web", taskDefinition=family, desiredCount=1, **runs
        )
        service = self.write({"serviceName": "web", "cluster": "shop", "desiredCount": 1, **runs}, "service.json")
        run = self.write({"count": 1, "cluster": "shop", **runs}, "run.json")
        taskdef = self.write(definition)
        for told in (
            self.place(),
            ("--service-definition", service),
            ("--run-task", run),
            ("--cluster", "shop", "--service", "web"),
        ):
            with self.subTest(told[0], of=told):
                report = self.report("network", taskdef, *told, code=1)
                failed = [check for check in report["checks"] if check["status"] == "fail"]
                self.assertEqual([check["id"] for check in failed], ["network-route"])
                self.assertIn(self.made["subnet"], failed[0]["message"])

    def test_the_path_is_drawn_and_its_picture_is_well_formed(self):
        done = self.run_program("network", self.write(demo()), *self.place(), "--graph", "svg")
        self.assertEqual(done.returncode, 0, done.stderr)
        root = ElementTree.fromstring(done.stdout)
        self.assertTrue(root.tag.endswith("svg"))
        words = " ".join(root.itertext())
        for name in ("subnet", "nat", "gateway", "table"):
            self.assertIn(self.made[name], words)

    def test_a_secret_may_admit_an_endpoint_alone(self):
        secrets, ec2 = self.emulator.client("secretsmanager"), self.emulator.client("ec2")
        made = secrets.create_secret(Name="storefront/guarded", SecretString="{}")["ARN"]
        self.addCleanup(secrets.delete_secret, SecretId=made, ForceDeleteWithoutRecovery=True)
        only = {"StringNotEquals": {"aws:SourceVpc": self.made["vpc"]}}
        deny = {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*", "Condition": only}
        secrets.put_resource_policy(SecretId=made, ResourcePolicy=json.dumps(account.policy(deny)))
        definition = demo()
        definition["containerDefinitions"][0]["secrets"] = [{"name": "GUARDED", "valueFrom": made}]
        path = self.write(definition)

        def said(*place, code):
            checks = self.report("secrets", path, *place, "--only", "secret-permission", code=code)["checks"]
            return next(it for it in checks if it["subject"].startswith("/containerDefinitions/0"))

        # Nobody asks for the network where it is not told, and nothing is known then.
        self.emulator.calls.clear()
        self.assertIn("--subnets", said(code=3)["message"])
        self.assertFalse([call for call in self.emulator.calls if "Subnets" in call or "VpcEndpoints" in call])
        by_nat = said(*self.place(), code=1)
        self.assertIn(self.made["nat"], by_nat["message"])
        endpoint = make_endpoint(self.emulator, self.made, "secretsmanager")
        self.addCleanup(ec2.delete_vpc_endpoints, VpcEndpointIds=[endpoint])
        self.assertIn(endpoint, said(*self.place(), code=0)["message"])


if __name__ == "__main__":
    unittest.main()
