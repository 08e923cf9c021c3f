"""Given this VPC, then this can be reached: asked of EC2 itself, one call for each kind of thing."""

import json
import unittest
from xml.etree import ElementTree

from emulator import ACCOUNT, REGION
from network import leave_to_endpoints, make_vpc
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
