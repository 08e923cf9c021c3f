"""Given this VPC, then this can be reached: asked of EC2 itself, one call for each kind of thing."""

import json
import unittest
from xml.etree import ElementTree

import account
from emulator import ACCOUNT, REGION
from network import leave_to_endpoints, make_endpoint, make_vpc
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
                " --port-range 'From=443,To=443' --cidr-block 0.0.0.0/0 --rule-action allow"
                f" --region {REGION}"
            ],
        )
        ec2.create_network_acl_entry(**outbound, **https, RuleNumber=80, RuleAction="allow")
        self.addCleanup(lambda: ec2.delete_network_acl_entry(**outbound, RuleNumber=80))
        self.network(code=0)


class Endpoints(Story):
    """A subnet without a way out, with an endpoint for everything that the demo names."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.made = make_vpc(cls.emulator)
        leave_to_endpoints(cls.emulator, cls.made)

    def service(self, **more):
        subnets, groups = [self.made["subnet"]], [self.made["group"]]
        network = {"awsvpcConfiguration": {"subnets": subnets, "securityGroups": groups}}
        place = {"launchType": "FARGATE", "networkConfiguration": network}
        return self.write({"serviceName": "storefront", **place, **more}, "service.json")

    def warned(self, definition, **more):
        """What the checks of the network warn of, while nothing else is wrong."""
        service = self.service(**more)
        report = self.report("network", self.write(definition), "--service-definition", service, code=0)
        return [(it["id"], it["message"]) for it in report["checks"] if it["status"] == "warn"]

    def only_warns(self, definition, words, **more):
        (check, message), *others = self.warned(definition, **more)
        self.assertEqual((check, others), ("network-endpoints", []))
        self.assertIn(words, message)

    def test_endpoints_are_all_it_takes(self):
        self.assertEqual(self.warned(demo()), [])

    def test_service_connect_wants_one_more(self):
        connect = {"enabled": True, "namespace": "shop"}
        self.only_warns(demo(), "(for Service Connect)", serviceConnectConfiguration=connect)

    def test_the_first_pull_by_a_rule_takes_a_way_out(self):
        rule = {"ecrRepositoryPrefix": "hub", "upstreamRegistryUrl": "registry-1.docker.io"}
        self.emulator.rules = [rule]
        self.addCleanup(setattr, self.emulator, "rules", [])
        self.only_warns(self.of_image("hub/library/nginx:1"), "pull-through cache rule hub")
        self.emulator.refused.add("ecr:DescribeImages")
        self.assertEqual(self.warned(self.of_image("hub/library/nginx:1")), [])

    def test_layers_of_windows_come_from_microsoft(self):
        ecr = self.emulator.client("ecr")
        ecr.create_repository(repositoryName="till")
        kind = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
        blob = {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 2, "digest": "sha256:" + "1" * 64}
        layer = {"mediaType": kind, "size": 2, "digest": "sha256:" + "2" * 64, "urls": ["https://mcr.microsoft.com/1"]}
        kind = "application/vnd.docker.distribution.manifest.v2+json"
        manifest = {"schemaVersion": 2, "mediaType": kind, "config": blob, "layers": [layer]}
        ecr.put_image(repositoryName="till", imageTag="1", imageManifest=json.dumps(manifest), imageManifestMediaType=kind)
        self.assertEqual(self.warned(self.of_image("till:1")), [])
        windows = {"runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2019_CORE"}}
        self.only_warns({**self.of_image("till:1"), **windows}, "Microsoft")

    def of_image(self, image):
        definition = demo()
        definition["containerDefinitions"][0]["image"] = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{image}"
        return definition


if __name__ == "__main__":
    unittest.main()
