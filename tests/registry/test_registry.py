"""Given images in a registry of our own, then each is judged by what the registry says."""

import hashlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.request
from pathlib import Path

import layout
from front import NAME, Front

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("AWS_ECS_PREFLIGHT_BINARY", ROOT / "target/release/aws-ecs-preflight"))
IMAGES = {
    "both": "linux/amd64,linux/arm64/v8",
    "arm": "linux/arm64",
    "arm-index": "linux/arm64,linux/arm/v7",
    "single": "linux/amd64",
    "attested": "linux/amd64+attestation",
    "arm-attested": "linux/arm64+attestation",
    "unstated": "-,linux/arm64",
    "mixed": "mixed",
    "docker-zstd": "docker-zstd",
    "chart": "artifact",
}
SUBJECT = "/containerDefinitions/0/image"
# The account is not asked anything that decides: nobody listens there.
NOWHERE = "http://127.0.0.1:9"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


class Registry(unittest.TestCase):
    """A registry over plain HTTP on this machine, with all images under the tag 1."""

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="registry test "))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        port = free_port()
        cls.host, cls.local = NAME, f"localhost:{port}"
        cls.serve()
        cls.front = Front(cls.folder, ("localhost", port))
        cls.addClassCleanup(cls.front.close)
        for name, kind in IMAGES.items():
            layout.write(cls.folder / name, kind)
            cls.push(name)

    @classmethod
    def serve(cls):
        settings = {
            "version": 0.1,
            "log": {"level": "error", "accesslog": {"disabled": True}},
            "storage": {"filesystem": {"rootdirectory": str(cls.folder / "storage")}},
            "http": {"addr": cls.local},
        }
        file = cls.folder / "registry.yml"
        file.write_text(json.dumps(settings))
        process = subprocess.Popen(
            ["docker-registry", "serve", file], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        cls.addClassCleanup(process.wait)
        cls.addClassCleanup(process.kill)
        for _ in range(100):
            try:
                urllib.request.urlopen(f"http://{cls.local}/v2/").close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the registry does not answer")

    @classmethod
    def push(cls, name):
        command = ["skopeo", "copy", "--quiet", "--all", "--dest-tls-verify=false", "--insecure-policy"]
        places = [f"oci:{cls.folder / name}:1", f"docker://{cls.local}/shop/{name}:1"]
        done = subprocess.run([*command, *places], capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise AssertionError(done.stderr)

    def judge(self, reference, architecture="X86_64", *, code):
        """Judges a task of one container with this image."""
        document = {
            "family": "shop",
            "requiresCompatibilities": ["FARGATE"],
            "networkMode": "awsvpc",
            "cpu": "256",
            "memory": "512",
            "runtimePlatform": {"cpuArchitecture": architecture},
            "containerDefinitions": [{"name": "app", "image": f"{self.host}/shop/{reference}"}],
        }
        file = self.folder / "taskdef.json"
        file.write_text(json.dumps(document))
        done = subprocess.run(
            [BINARY, "image", file, "--format", "json"],
            env={
                "PATH": os.environ["PATH"],
                "HOME": "/nonexistent",
                "AWS_REGION": "eu-central-1",
                "AWS_ENDPOINT_URL": NOWHERE,
                "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
                "AWS_SECRET_ACCESS_KEY": "not-a-real-key",
                **self.front.environment,
            },
            capture_output=True,
            text=True,
            timeout=60,
        )
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return json.loads(done.stdout)["checks"]

    def fails(self, check, reference, architecture="X86_64"):
        results = self.judge(reference, architecture, code=1)
        failed = [it for it in results if it["status"] in ("fail", "unknown")]
        self.assertEqual([(it["id"], it["subject"]) for it in failed], [(check, SUBJECT)])
        return failed[0]

    def digest(self, name, reference="1"):
        """The digest of what the registry serves, by its contents."""
        accept = f"{layout.INDEX}, {layout.MANIFEST}"
        url = f"http://{self.local}/v2/shop/{name}/manifests/{reference}"
        request = urllib.request.Request(url, headers={"Accept": accept})
        with urllib.request.urlopen(request) as answer:
            body = answer.read()
        return "sha256:" + hashlib.sha256(body).hexdigest(), json.loads(body)

    def test_an_image_for_several_platforms_runs_on_each(self):
        for architecture in ("X86_64", "ARM64"):
            with self.subTest(architecture=architecture):
                results = self.judge("both:1", architecture, code=0)
                found = {it["id"]: it for it in results}
                self.assertEqual(found["image-platform"]["status"], "pass")
                self.assertIn("both:1 exists", found["image-exists"]["message"])

    def test_a_certificate_that_only_this_machine_trusts_hurts_on_fargate(self):
        exists = next(it for it in self.judge("both:1", code=0) if it["id"] == "image-exists")
        self.assertEqual(exists["status"], "warn")
        self.assertIn("Fargate does not have them", exists["message"])

    def test_a_registry_on_this_machine_is_not_the_one_of_the_task(self):
        host, type(self).host = self.host, self.local
        self.addCleanup(setattr, type(self), "host", host)
        result = self.fails("image-exists", "both:1")
        self.assertIn("on Fargate no registry runs there", result["message"])

    def test_a_single_image_runs_on_its_own_platform(self):
        self.judge("single:1", code=0)
        self.judge("arm:1", "ARM64", code=0)
        self.fails("image-platform", "single:1", "ARM64")

    def test_an_image_for_arm_only_does_not_run_on_x86(self):
        for name in ("arm:1", "arm-index:1", "arm-attested:1"):
            with self.subTest(name=name):
                result = self.fails("image-platform", name)
                self.assertIn("arm64", result["message"])

    def test_an_attestation_is_no_platform(self):
        self.judge("attested:1", code=0)
        result = self.fails("image-platform", "attested:1", "ARM64")
        self.assertNotIn("unknown", result["message"])

    def test_an_entry_that_states_no_platform_is_read(self):
        self.judge("unstated:1", code=0)

    def test_what_is_not_there_is_missing(self):
        for reference in ("both:2", "both", "nothing:1"):
            with self.subTest(reference=reference):
                self.fails("image-exists", reference)

    def test_a_digest_decides(self):
        index, body = self.digest("both")
        self.judge(f"both@{index}", code=0)
        self.judge(f"both:gone@{index}", code=0)
        self.fails("image-exists", f"both@sha256:{'0' * 64}")
        arm = next(it["digest"] for it in body["manifests"] if it["platform"]["architecture"] == "arm64")
        self.judge(f"both@{arm}", "ARM64", code=0)
        self.fails("image-platform", f"both@{arm}")

    def test_what_is_no_image_does_not_run(self):
        self.fails("image-platform", "chart:1")

    def test_zstd_is_read_by_its_own_type_but_not_by_dockers(self):
        self.judge("mixed:1", code=0)
        result = self.fails("image-platform", "docker-zstd:1")
        self.assertIn("zstd under Docker's media type", result["message"])

    def test_a_registry_that_does_not_answer_is_unknown(self):
        host, type(self).host = self.host, "nowhere.test"
        self.addCleanup(setattr, type(self), "host", host)
        results = self.judge("both:1", code=3)
        self.assertIn("image-exists", [it["id"] for it in results if it["status"] == "unknown"])
        self.assertNotIn("fail", [it["status"] for it in results])


if __name__ == "__main__":
    unittest.main()
