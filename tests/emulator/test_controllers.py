"""Given a daemon service, or one that CodeDeploy deploys, then it is judged by its own rules."""

import json
import unittest

import account
from account import REGISTRY
from emulator import ACCOUNT, REGION
from program import Story
from network import make_vpc

CLUSTER = "production"
DAEMON_COUNT = "The daemon scheduling strategy does not support a desired count for services."
BY_CODE_DEPLOY = "Unable to update task definition on services with a CODE_DEPLOY deployment controller."
ONLY = ("--only", "capacity,service,image")
BREAKER = {"enable": True, "rollback": True}


def on_instances(**container):
    """A definition for container instances, with the healthy image of the demo."""
    app = {"name": "app", "image": f"{REGISTRY}/storefront:2.7.0", "cpu": 128, "memory": 128, **container}
    role = f"arn:aws:iam::{ACCOUNT}:role/storefront-execution"
    compatible = {"requiresCompatibilities": ["EC2"], "networkMode": "bridge"}
    return {"family": "storefront", "executionRoleArn": role, **compatible, "containerDefinitions": [app]}


def on_fargate():
    app = {"name": "app", "image": f"{REGISTRY}/storefront:2.7.0", "portMappings": [{"containerPort": 8080}]}
    size = {"requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256", "memory": "512"}
    role = f"arn:aws:iam::{ACCOUNT}:role/storefront-execution"
    return {"family": "storefront", "executionRoleArn": role, **size, "containerDefinitions": [app]}


class Judged(Story):
    def of(self, report, check):
        """The results of a check: their statuses, and all that they say."""
        results = [it for it in report["checks"] if it["id"] == check]
        return [it["status"] for it in results], " ".join(f"{it['message']} {it['prevents']}" for it in results)

    def service(self, document, definition, code):
        """How the service is deployed and placed: who deploys it, and the network, are of other tests."""
        written = self.write(document, "service.json")
        return self.verify(definition, "--service-definition", written, *ONLY, code=code)


class Daemon(Judged):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        account.make_instances(cls.emulator, CLUSTER)
        cls.emulator.client("iam").create_service_linked_role(AWSServiceName="ecs.amazonaws.com")
        ecs = cls.emulator.client("ecs")
        revision = ecs.register_task_definition(**on_instances())["taskDefinition"]["taskDefinitionArn"]
        ecs.create_service(
            cluster=CLUSTER,
            serviceName="agent",
            taskDefinition=revision,
            schedulingStrategy="DAEMON",
            launchType="EC2",
        )
        account.age_roles()

    def daemon(self, **more):
        plain = {"serviceName": "logs", "cluster": CLUSTER, "launchType": "EC2", "schedulingStrategy": "DAEMON"}
        return {**plain, "deploymentConfiguration": {"deploymentCircuitBreaker": BREAKER}, **more}

    def test_a_new_daemon_runs_on_each_instance(self):
        report = self.service(self.daemon(), on_instances(), code=0)
        self.assertEqual(report["verdict"], "pass")
        for check in ("service-deployment", "capacity-resources", "capacity-agent"):
            with self.subTest(check=check):
                self.assertEqual(self.of(report, check)[0], ["pass"], self.of(report, check))

    def test_a_daemon_has_no_number_of_tasks_and_no_fargate(self):
        statuses, said = self.of(self.service(self.daemon(desiredCount=1), on_instances(), code=1), "service-deployment")
        self.assertEqual(statuses, ["fail"])
        self.assertIn(DAEMON_COUNT, said)
        made = make_vpc(self.emulator)
        network = {"awsvpcConfiguration": {"subnets": [made["subnet"]], "securityGroups": [made["group"]]}}
        document = self.daemon(launchType="FARGATE", networkConfiguration=network)
        statuses, said = self.of(self.service(document, on_fargate(), code=1), "service-deployment")
        self.assertIn("fail", statuses)
        self.assertIn("DAEMON", said)

    def test_a_daemon_that_fits_on_no_instance_is_not_placed(self):
        report = self.service(self.daemon(), on_instances(memory=65536), code=1)
        statuses, said = self.of(report, "capacity-resources")
        self.assertEqual(statuses, ["fail"])
        self.assertIn("RESOURCE:MEMORY", said)

    def test_a_live_daemon_is_judged_as_it_runs(self):
        report = self.report("verify", "--cluster", CLUSTER, "--services", "agent", *ONLY, code=0)
        self.assertEqual(report["target"]["service"]["scheduling_strategy"], "DAEMON")
        self.assertEqual(self.of(report, "capacity-resources")[0], ["pass"])


class CodeDeploy(Judged):
    """moto has no task sets of CodeDeploy, so that the answer about the service is played."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.made = make_vpc(cls.emulator)
        cls.emulator.client("iam").create_service_linked_role(AWSServiceName="ecs.amazonaws.com")
        ecs = cls.emulator.client("ecs")
        revisions = [ecs.register_task_definition(**it)["taskDefinition"]["taskDefinitionArn"] for it in (on_fargate(), cls.without_image())]
        cls.good, cls.bad = revisions
        account.age_roles()

    @staticmethod
    def without_image():
        document = on_fargate()
        document["containerDefinitions"][0]["image"] = f"{REGISTRY}/storefront:none"
        return document

    def tearDown(self):
        self.emulator.played.clear()

    def plays(self, primary, other):
        """The service `storefront`, whose primary task set runs this revision, and another one that one."""
        network = {"awsvpcConfiguration": {"subnets": [self.made["subnet"]], "securityGroups": [self.made["group"]], "assignPublicIp": "DISABLED"}}

        def task_set(status, revision):
            return {
                "id": f"ecs-svc/{status}",
                "status": status,
                "taskDefinition": revision,
                "launchType": "FARGATE",
                "platformVersion": "1.4.0",
                "networkConfiguration": network,
                "scale": {"value": 100.0, "unit": "PERCENT"},
            }

        arn = f"arn:aws:ecs:{REGION}:{ACCOUNT}"
        service = {
            "serviceArn": f"{arn}:service/{CLUSTER}/storefront",
            "serviceName": "storefront",
            "clusterArn": f"{arn}:cluster/{CLUSTER}",
            "status": "ACTIVE",
            "desiredCount": 1,
            "runningCount": 1,
            "schedulingStrategy": "REPLICA",
            "deploymentController": {"type": "CODE_DEPLOY"},
            "taskSets": [task_set("ACTIVE", other), task_set("PRIMARY", primary)],
            "deployments": [],
        }
        self.emulator.play("ecs:DescribeServices", {"services": [service], "failures": []})

    def live(self, code):
        return self.report("verify", "--cluster", CLUSTER, "--services", "storefront", code=code)

    def test_the_primary_task_set_is_what_runs(self):
        self.plays(self.good, self.bad)
        report = self.live(code=0)
        self.assertEqual(report["target"]["service"]["task_definition"], "storefront:1")
        self.assertEqual(self.of(report, "image-exists")[0], ["pass"])
        self.plays(self.bad, self.good)
        report = self.live(code=1)
        self.assertEqual(report["target"]["service"]["task_definition"], "storefront:2")
        self.assertEqual(self.of(report, "image-exists")[0], ["fail"])

    def test_an_update_does_not_change_what_codedeploy_deploys(self):
        self.plays(self.good, self.bad)
        update = {"service": "storefront", "cluster": CLUSTER}
        statuses, said = self.of(self.service({**update, "taskDefinition": "storefront:2"}, on_fargate(), code=1), "service-deployment")
        self.assertEqual(statuses, ["fail"])
        self.assertIn(BY_CODE_DEPLOY, said)
        report = self.service({**update, "desiredCount": 2}, on_fargate(), code=0)
        self.assertNotIn("fail", self.of(report, "service-deployment")[0])


if __name__ == "__main__":
    unittest.main()
