"""Given a cluster of live services, then each is judged as it runs, all in one run that asks everything once."""

import json
import time
import unittest
from collections import Counter

import account
import fleet
from account import REGISTRY
from emulator import ACCOUNT, REGION, Emulator
from fleet import CLUSTER, definition, place, secret, serve
from network import make_vpc
from program import Story

ALL = ("verify", "--cluster", CLUSTER, "--all-services")


class Services(Story):
    @classmethod
    def setUpClass(cls):
        cls.emulator = Emulator()
        cls.addClassCleanup(cls.emulator.close)
        cls.named = fleet.build(cls.emulator)

    def targets(self, report):
        return {it["target"]["service"]["name"]: it for it in report["targets"]}

    def failed(self, target):
        return {it["id"] for it in target["checks"] if it["status"] == "fail"}

    def test_what_is_gone_since_the_start_is_found(self):
        report = self.report(*ALL, code=1)
        targets = self.targets(report)
        self.assertEqual(list(targets), ["checkout", "mail", "orders", "payments", "search", "web"])
        self.assertEqual(report["verdict"], "fail")
        self.assertEqual(targets["web"]["verdict"], "pass", self.failed(targets["web"]))
        # ECS itself starts the tasks again.
        self.assertFalse({"role-pass", "role-deployer"} & {it["id"] for it in targets["web"]["checks"]})
        for name, check in {
            "checkout": "image-exists",
            "orders": "secret-exists",
            "payments": "kms-key-usable",
            "mail": "image-pull-permission",
            "search": "network-route",
        }.items():
            with self.subTest(service=name):
                self.assertIn(check, self.failed(targets[name]))
        self.assertEqual(
            targets["mail"]["target"]["service"],
            {
                "cluster": CLUSTER,
                "name": "mail",
                "task_definition": "mail:1",
                "desired_count": 0,
                "scheduling_strategy": "REPLICA",
            },
        )

    def test_one_line_says_how_each_service_fares(self):
        done = self.run_program(*ALL)
        self.assertEqual(done.returncode, 1, done.stderr)
        lines = done.stdout.splitlines()
        self.assertIn(f"cluster {CLUSTER}: 6 services, 5 fail, 1 pass", lines)
        row = next(it for it in lines if " checkout " in it)
        self.assertRegex(row, r"✘ checkout +checkout:1 +image-exists")
        self.assertRegex(next(it for it in lines if " mail " in it), r"mail:1 +desiredCount 0; ")
        # moto does not keep a circuit breaker.
        self.assertRegex(done.stdout, r"(?m)^! web +web:1 +service-deployment: ")
        self.assertLessEqual(max(len(it) for it in lines if not it.startswith("  $")), 80)
        quiet = self.run_program(*ALL, "--quiet").stdout
        self.assertNotRegex(quiet, r"(?m)^! web ")

    def test_only_some_services_by_name_and_by_arn(self):
        arn = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/{CLUSTER}/web"
        report = self.report("verify", "--services", arn, "--services", arn, code=0)
        self.assertEqual(report["target"]["source"], f"{CLUSTER}/web")
        report = self.report("verify", "--cluster", CLUSTER, "--services", f"checkout,{arn}", code=1)
        self.assertEqual(list(self.targets(report)), ["checkout", "web"])
        for arguments, says in [
            (("--cluster", CLUSTER, "--services", "wbe"), "there is no service wbe in cluster production"),
            (("--cluster", "prodution", "--all-services"), "there is no cluster prodution"),
            (("--services", arn.replace(REGION, "us-east-1")), "is in region us-east-1"),
            (("--services", arn.replace(ACCOUNT, "444455556666")), "is in account 444455556666"),
            (("--services", arn, "--cluster", "staging"), "is in cluster production, but --cluster is staging"),
            (("--all-services", "taskdef.json"), "cannot be used with"),
        ]:
            with self.subTest(arguments=arguments):
                done = self.run_program("verify", *arguments)
                self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
                self.assertIn(says, done.stderr)

    def test_a_service_that_may_not_be_read_stops_no_other(self):
        def refuses(call, body):
            return call == "ecs:DescribeServices" and "search" in json.loads(body)["services"]

        self.emulator.refuses = refuses
        report = self.report(*ALL, code=1)
        targets = self.targets(report)
        self.assertEqual(targets["search"]["verdict"], "unknown")
        [only] = targets["search"]["checks"]
        self.assertEqual((only["id"], only["status"]), ("service-exists", "unknown"))
        self.assertIn("ecs:DescribeServices", only["message"])
        self.assertEqual(targets["web"]["verdict"], "pass")
        self.emulator.refuses = lambda call, body: call == "ecs:DescribeTaskDefinition" and "/web:" in body
        targets = self.targets(self.report(*ALL, code=1))
        [only] = targets["web"]["checks"]
        self.assertEqual((only["id"], only["status"]), ("definition-registered", "unknown"))
        self.assertIn("image-exists", self.failed(targets["checkout"]))

    def test_without_the_list_there_is_no_verdict(self):
        self.emulator.refused = {"ecs:ListServices"}
        done = self.run_program(*ALL)
        self.assertEqual(done.returncode, 4, done.stdout)
        self.assertIn("ecs:ListServices", done.stderr)

    def test_a_replay_says_the_same(self):
        recording = self.folder / "recording.json"
        live = self.report(*ALL, "--record", recording, code=1)
        replayed = self.report(*ALL, "--replay", recording, code=1)
        self.assertEqual(live["targets"], replayed["targets"])


class ManyServices(Story):
    """200 services at 50 ms: the figure of the product."""

    SERVICES = 200

    @classmethod
    def setUpClass(cls):
        cls.emulator = Emulator()
        cls.addClassCleanup(cls.emulator.close)
        named = account.build(cls.emulator)
        made = make_vpc(cls.emulator)
        ecs = cls.emulator.client("ecs")
        cls.emulator.client("iam").create_service_linked_role(AWSServiceName="ecs.amazonaws.com")
        role = "storefront-execution"
        shared = definition("shared", role)
        for nth in range(cls.SERVICES):
            # Half of them have a definition of their own.
            document = definition(f"own-{nth}", role, **secret(named["session"])) if nth % 2 else shared
            if nth > 1 and not nth % 2:
                network = {"launchType": "FARGATE", **place(made)}
                ecs.create_service(cluster=CLUSTER, serviceName=f"service-{nth:03}", taskDefinition="shared:1", desiredCount=1, **network)
            else:
                serve(cls.emulator, f"service-{nth:03}", document, made, count=1)
        cls.emulator.remember()
        cls.kept = cls.emulator.kept

    def test_two_hundred_services_take_less_than_thirty_seconds_and_ask_once(self):
        self.emulator.kept = self.kept
        self.run_program(*ALL, "-o", "short")
        self.emulator.calls.clear()
        self.emulator.delay = 0.05
        since = time.monotonic()
        report = self.report(*ALL, code=0)
        took = time.monotonic() - since
        self.assertEqual(len(report["targets"]), self.SERVICES)
        calls = Counter(self.emulator.calls)
        print(f"\n{self.SERVICES} services: {took:.1f} s, {sum(calls.values())} calls: {calls.most_common(8)}")
        self.assertLess(took, 30)
        self.assertEqual(calls["ecs:DescribeServices"], self.SERVICES / 10)
        # One for each definition that runs: services with the same one share it.
        self.assertEqual(calls["ecs:DescribeTaskDefinition"], self.SERVICES / 2 + 1)
        self.assertEqual(calls["ecs:DescribeClusters"], 1)


if __name__ == "__main__":
    unittest.main()
