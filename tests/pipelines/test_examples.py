"""The examples of pipelines: their shell is run with the program, and what they deploy follows from its exit code."""

import json
import re
import subprocess
import unittest
import xml.etree.ElementTree as ElementTree

from pipeline import EXAMPLES, PROGRAM, Pipeline, example
from releases import BINARY, NAME, ROOT, TARGETS, publish, version
from runner import Runner

CODES = (0, 1, 2, 3)


class GitHub(unittest.TestCase):
    """examples/pipelines/github.yml, with the action as its runner runs it."""

    def job(self, name, kind, **environment):
        """A job: its exit code, whether it deployed, and the log."""
        pipeline = Pipeline(self, kind, **environment)
        releases = pipeline.folder / "releases"
        publish(releases, TARGETS["Linux", "X64"], pipeline.program(pipeline.folder / NAME, PROGRAM))
        runner = Runner(self)
        runner.workspace = pipeline.work
        runner.environment |= {**pipeline.environment, "RUNNER_TEMP": str(runner.temporary)}
        outcome, log = None, ""
        for step in example("github.yml")["jobs"][name]["steps"]:
            if step.get("uses", "").startswith("OWNER/aws-ecs-preflight@"):
                # As the runner writes them: all inputs are text.
                given = {key.replace("-", "_"): self.text(value) for key, value in step["with"].items()}
                outcome = runner.run(**given, releases=releases.as_uri())
                log += outcome.log
            elif step.get("name") == "Deploy" and outcome.code == 0:
                path = ":".join([*outcome.path, pipeline.environment["PATH"]])
                code, said = pipeline.run(step["run"], "bash", "-e", PATH=path)
                self.assertEqual(code, 0, said)
        return outcome, pipeline, log

    @staticmethod
    def text(value):
        return str(value).lower() if isinstance(value, bool) else str(value)

    def test_only_what_passes_is_deployed(self):
        for code in CODES:
            outcome, pipeline, log = self.job("deploy", code)
            self.assertEqual((outcome.code, pipeline.deployed), (code, code == 0), log)
        _, pipeline, _ = self.job("deploy", 0)
        self.assertIn(f"{NAME} diagnose --cluster prod --service web --watch --timeout 15m", pipeline.calls)

    def test_the_review_allows_an_image_that_is_not_pushed(self):
        for kind, code, verdict in ((0, 0, "pass"), (1, 1, "fail"), ("accepted", 0, "pass"), (3, 0, "unknown")):
            outcome, _, log = self.job("review", kind)
            self.assertEqual((outcome.code, outcome.outputs["verdict"]), (code, verdict), log)
            self.assertEqual(len(outcome.uploads), 1)

    def test_the_program_takes_the_flags(self):
        for job in ("review", "deploy"):
            outcome, _, log = self.job(job, 0, SERVICES="kept")
            self.assertEqual(outcome.code, 4, log)
            self.assertIn("service web in cluster prod", log)
        # A wrong flag would end with 2; here the region is missing.
        diagnose = [BINARY, "diagnose", *"--cluster prod --service web --watch --timeout 15m".split()]
        done = subprocess.run(diagnose, env={"AWS_EC2_METADATA_DISABLED": "true"}, capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 4, done.stderr)


class GitLab(unittest.TestCase):
    def job(self, name, pipeline):
        pipelines = example("gitlab.yml")
        job = pipelines[name]
        job = {**pipelines.get(job.get("extends"), {}), **job}
        script = "\n".join([*job.get("before_script", []), *job["script"]])
        code, log = pipeline.run(script, "sh", "-e", **pipelines["variables"] | pipeline.release())
        allowed = job.get("allow_failure", {}).get("exit_codes")
        return code, "passed" if code == 0 else "warning" if code == allowed else "failed", log

    def test_a_review_warns_of_what_is_unknown(self):
        for kind, expected in ((0, "passed"), (1, "failed"), (2, "failed"), (3, "warning"), ("accepted", "passed")):
            pipeline = Pipeline(self, kind)
            code, status, log = self.job("preflight:review", pipeline)
            self.assertEqual(status, expected, log)
            self.assertEqual(code, {"accepted": 0}.get(kind, kind), log)
            self.report(pipeline, kind)

    def report(self, pipeline, kind):
        """What GitLab reads: its failures and errors."""
        reports = example("gitlab.yml")[".preflight"]["artifacts"]["reports"]
        if kind == 2:
            self.assertEqual([it for it in reports.values() if (pipeline.work / it).exists()], [])
            return
        # In the merge request: a fail is critical, what could not be determined is major.
        violations = json.loads((pipeline.work / reports["codequality"]).read_text())
        severities = {it["severity"] for it in violations} - {"minor"}
        self.assertEqual(severities, {1: {"critical"}, 3: {"major"}}.get(kind, set()), violations)
        self.assertEqual({it["location"]["path"] for it in violations} - {"taskdef.json"}, set())
        cases = ElementTree.parse(pipeline.work / "preflight.xml").getroot().iter("testcase")
        bad = [child.tag for case in cases for child in case if child.tag in ("failure", "error")]
        self.assertEqual(set(bad), {1: {"failure"}, 3: {"error"}}.get(kind, set()))
        self.assertIn("</html>", (pipeline.work / "preflight.html").read_text())

    def test_a_release_needs_a_pass_without_warnings(self):
        for kind, expected in ((0, "passed"), (1, "failed"), (3, "failed")):
            self.assertEqual(self.job("preflight:release", Pipeline(self, kind))[1], expected)
        pipeline = Pipeline(self, 0)
        self.assertEqual(self.job("deploy", pipeline)[0], 0)
        self.assertTrue(pipeline.deployed)
        self.assertIn("--task-definition arn:aws:ecs:eu-central-1:111122223333:task-definition/storefront:8", pipeline.calls[-1])

    def test_the_program_takes_the_flags(self):
        for name in ("preflight:review", "preflight:release"):
            code, _, log = self.job(name, Pipeline(self, 0, SERVICES="kept"))
            self.assertEqual(code, 4, log)
            self.assertIn("service web in cluster prod", log)

    def test_another_archive_is_not_run(self):
        pipelines = example("gitlab.yml")
        pipeline = Pipeline(self, 0)
        variables = pipelines["variables"] | pipeline.release() | {"SHA256": "0" * 64}
        script = "\n".join(pipelines[".preflight"]["before_script"])
        code, log = pipeline.run(script, "sh", "-e", **variables)
        self.assertNotEqual(code, 0, log)
        self.assertFalse(list(pipeline.work.glob(f"{NAME}-*/{NAME}")))


class CodeBuild(unittest.TestCase):
    def build(self, kind, **environment):
        """One shell for all commands, which ends at the first that fails."""
        pipeline = Pipeline(self, kind, **environment)
        current = pipeline.folder / "current.json"
        current.write_text(pipeline.definition.read_text())
        pipeline.definition.unlink()
        spec = example("buildspec.yml")
        # A `post_build` would run after a failure too, and so would what follows `on-failure: CONTINUE`.
        self.assertEqual(list(spec["phases"]), ["install", "pre_build", "build"])
        self.assertEqual([it for it in spec["phases"].values() if list(it) != ["commands"]], [])
        commands = [it for phase in spec["phases"].values() for it in phase["commands"]]
        tag = re.search(r"storefront:([0-9.]+)", current.read_text())
        # The image of the service is an older one, and is replaced.
        current.write_text(current.read_text().replace(tag[0], "storefront:1.0.0"))
        code, log = pipeline.run(
            "".join(f"{command}\ncode=$?; [ $code = 0 ] || exit $code\n" for command in commands),
            spec["env"]["shell"],
            **{key: str(value) for key, value in spec["env"]["variables"].items()} | pipeline.release(),
            CODEBUILD_RESOLVED_SOURCE_VERSION=tag[1],
            CURRENT=str(current),
        )
        return pipeline, code, log

    def test_only_what_passes_has_an_artifact(self):
        (artifact,) = example("buildspec.yml")["artifacts"]["files"]
        for kind in (0, 1, 3):
            pipeline, code, log = self.build(kind)
            self.assertEqual(code, kind, log)
            self.assertEqual((pipeline.work / artifact).exists(), kind == 0, log)
            self.assertTrue((pipeline.work / "preflight.xml").exists())
        pipeline, _, _ = self.build(0)
        image = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/storefront:2.7.0"
        self.assertEqual(json.loads((pipeline.work / artifact).read_text()), [{"name": "web", "imageUri": image}])
        self.assertIn(f"docker push {image}", pipeline.calls)

    def test_the_program_takes_the_flags(self):
        _, code, log = self.build(0, SERVICES="kept")
        self.assertEqual(code, 4, log)
        self.assertIn("service web in cluster prod", log)

    def test_the_deploy_action_reads_the_file_of_the_build(self):
        text = (EXAMPLES / "codepipeline.yml").read_text()
        (artifact,) = example("buildspec.yml")["artifacts"]["files"]
        self.assertIn(f"FileName: {artifact} }}", text)
        done = subprocess.run(
            ["cfn-lint", "--regions", "eu-central-1", "--", EXAMPLES / "codepipeline.yml"], capture_output=True, text=True
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class Jenkins(unittest.TestCase):
    def scripts(self):
        """The scripts of `sh`, as Groovy reads them: a backslash joins lines."""
        text = (EXAMPLES / "Jenkinsfile").read_text()
        return [it.replace("\\\n", "") for it in re.findall(r"'''(.*?)'''", text, re.DOTALL)]

    def environment(self):
        text = (EXAMPLES / "Jenkinsfile").read_text()
        return dict(re.findall(r"^ {8}([A-Z0-9]+) = '(.*)'$", text, re.MULTILINE))

    def test_the_exit_code_reaches_the_pipeline(self):
        install, verify, deploy = self.scripts()
        for code in CODES:
            pipeline = Pipeline(self, code)
            environment = self.environment() | pipeline.release()
            self.assertEqual(pipeline.run(install, "sh", "-xe", **environment)[0], 0)
            self.assertEqual(pipeline.run(verify, "sh", "-xe", **environment)[0], code)
            self.assertEqual((pipeline.work / "preflight.xml").exists(), code != 2)
        self.assertEqual(pipeline.run(deploy, "sh", "-xe", **environment)[0], 0)
        self.assertTrue(pipeline.deployed)
        pipeline = Pipeline(self, 0, SERVICES="kept")
        environment = self.environment() | pipeline.release()
        pipeline.run(install, **environment)
        self.assertEqual(pipeline.run(verify, **environment)[0], 4)


class Argo(unittest.TestCase):
    def workflow(self, kind, **environment):
        """The steps in their order: what became of the workflow."""
        pipeline = Pipeline(self, kind, **environment)
        spec = example("argo.yml")["spec"]
        release = pipeline.release()
        parameters = {it["name"]: str(it["value"]) for it in spec["arguments"]["parameters"]}
        parameters |= {"releases": release["RELEASES"], "version": release["VERSION"], "sha256": release["SHA256"]}
        templates = {it["name"]: it for it in spec["templates"]}
        codes, log = {}, ""
        for group in templates[spec["entrypoint"]]["steps"]:
            failed, suspended = False, False
            for step in group:
                if not self.holds(step.get("when", "0 == 0"), codes):
                    continue
                template = templates[step["template"]]
                if "suspend" in template:
                    suspended = True
                    continue
                code, said = self.script(template["script"], pipeline, parameters)
                codes[step["name"]], log = code, log + said
                failed = failed or (code != 0 and not step.get("continueOn", {}).get("failed"))
            if failed or suspended:
                return "failed" if failed else "suspended", pipeline, log
        return "succeeded", pipeline, log

    @staticmethod
    def holds(condition, codes):
        filled = re.sub(r"\{\{steps\.(.*?)\.exitCode\}\}", lambda it: str(codes[it[1]]), condition)
        parts = [re.fullmatch(r"(\d+) (==|!=) (\d+)", it.strip()).groups() for it in filled.split("&&")]
        return all((left == right) == (sign == "==") for left, sign, right in parts)

    @staticmethod
    def script(script, pipeline, parameters):
        values = {
            it["name"]: re.sub(r"\{\{workflow\.parameters\.(.*?)\}\}", lambda m: parameters[m[1]], it["value"])
            for it in script.get("env", [])
        }
        # The folders of the container are the one of the test.
        source = re.sub(r"/(definition|tmp)/", "./", script["source"])
        return pipeline.run(source, *script["command"], **values)

    def test_what_passes_is_deployed_and_a_person_decides_on_what_is_unknown(self):
        for code, became in ((0, "succeeded"), (1, "failed"), (2, "failed"), (3, "suspended")):
            status, pipeline, log = self.workflow(code)
            self.assertEqual((status, pipeline.deployed), (became, code == 0), log)
            self.assertEqual((pipeline.work / "preflight.xml").exists(), code != 2)

    def test_the_program_takes_the_flags(self):
        status, _, log = self.workflow(0, SERVICES="kept")
        self.assertEqual(status, "failed")
        self.assertIn("service web in cluster prod", log)

    def test_argo_reads_it(self):
        from hera.workflows import models

        for model in vars(models).values():
            if isinstance(model, type) and hasattr(model, "model_config"):
                model.model_config["extra"] = "forbid"
        for model in vars(models).values():
            if isinstance(model, type) and hasattr(model, "model_rebuild") and model.__module__.startswith("hera"):
                model.model_rebuild(force=True)
        text = json.dumps(example("argo.yml"))
        models.Workflow.model_validate_json(text)
        with self.assertRaises(ValueError):
            models.Workflow.model_validate_json(text.replace('"continueOn"', '"continueon"'))


class Make(unittest.TestCase):
    def make(self, kind, *arguments, **environment):
        pipeline = Pipeline(self, kind, **environment)
        pipeline.program(pipeline.bin / NAME, PROGRAM)
        self.makefile = f"make -f '{EXAMPLES / 'Makefile'}' {' '.join(arguments)}"
        code, log = pipeline.run(self.makefile, "sh")
        return pipeline, code, log

    def test_deploy_needs_a_pass(self):
        for code in CODES:
            pipeline, made, log = self.make(code, "deploy")
            # make ends with 2, whatever the recipe ended with, and prints that.
            self.assertEqual(made, 0 if code == 0 else 2, log)
            self.assertEqual(pipeline.deployed, code == 0, log)
            if code:
                self.assertIn(f"preflight] Error {code}", log)

    def test_unknown_is_allowed_on_request_and_a_fail_is_not(self):
        for code, deploys in ((0, True), (1, False), (2, False), (3, True)):
            pipeline, _, log = self.make(code, "deploy", "UNKNOWN=allow")
            self.assertEqual(pipeline.deployed, deploys, log)

    def test_findings_are_accepted_until_their_date(self):
        self.assertTrue(self.make("accepted", "deploy")[0].deployed)
        pipeline, _, _ = self.make("accepted", "preflight")
        pipeline.accept_until("2020-01-01")
        code, log = pipeline.run(self.makefile, "sh")
        self.assertEqual(code, 2)
        self.assertIn("Error 1", log)

    def test_lint_is_offline(self):
        pipeline, made, _ = self.make(0, "lint")
        self.assertEqual((made, pipeline.calls), (0, [f"{NAME} definition taskdef.json"]))

    def test_the_program_takes_the_flags(self):
        _, _, log = self.make(0, "preflight", "UNKNOWN=allow", SERVICES="kept")
        self.assertIn("Error 4", log)
        self.assertIn("service web in cluster prod", log)


class Versions(unittest.TestCase):
    def test_each_release_that_is_named_is_this_one(self):
        named = []
        for path in (*EXAMPLES.iterdir(), ROOT / "README.md"):
            patterns = r"VERSION: |VERSION = '|COMMIT # v|name: version, value: |/aws-ecs-preflight@v|    rev: v"
            named += [(it, path.name) for it in re.findall(rf"(?:{patterns})([0-9.]+)", path.read_text())]
        self.assertEqual([it for it in named if it[0] != version()], [])
        self.assertEqual(len({path for _, path in named}), 6, named)


if __name__ == "__main__":
    unittest.main()
