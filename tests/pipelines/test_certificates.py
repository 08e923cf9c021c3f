"""Where there are no certificates, as in an empty image, the program says what is missing."""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from releases import BINARY, ROOT


def said(*command, **options):
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, **options)


class Certificates(unittest.TestCase):
    def verify(self, *flags, **variables):
        environment = {
            "PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "AWS_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "x",
            "SSL_CERT_FILE": "/nonexistent/certificates.pem",
        }  # fmt: skip
        command = [BINARY, "verify", "demo/healthy.json", "--only=log-group-exists", "--format=json", *flags]
        return said(*command, env=environment | variables)

    def test_without_any_it_says_what_to_do(self):
        done = self.verify()
        self.assertEqual((done.returncode, done.stdout), (4, ""))
        for word in ("No CA certificates", "ca-certificates", "SSL_CERT_FILE", "--ca-bundle"):
            self.assertIn(word, done.stderr)
        # What needs no network needs no certificates.
        self.assertEqual(self.verify("--replay=demo/account.json").returncode, 0)

    def test_a_bundle_is_enough(self):
        with tempfile.TemporaryDirectory() as folder:
            bundle = Path(folder) / "bundle.pem"
            key = ("-keyout", Path(folder) / "key.pem", "-out", bundle)
            made = said("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=test", *key)
            self.assertEqual(made.returncode, 0, made.stderr)
            done = self.verify(f"--ca-bundle={bundle}", "--endpoint-url=https://127.0.0.1:1", "--timeout=20s")
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertEqual(json.loads(done.stdout)["verdict"], "unknown")


if __name__ == "__main__":
    unittest.main()
