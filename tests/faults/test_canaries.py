"""No secret in any output: what the task gets, what the program signs with, what a registry hands out."""

import json
import stat
import tempfile
import unittest
from pathlib import Path

import runs
import worlds
from emulator import Emulator
from execution import execute
from front import NAME
from proxy import Proxy, error
from recording import Recording
from runs import CANARIES

# What a signed request has, beside the canaries.
SIGNED = ("Signature=", "AWS4-HMAC-SHA256", "Credential=", "Bearer ")
FORMATS = ("text", "short", "json", "ndjson", "junit", "github", "markdown", "sarif", "html")
FLAGS = ([], ["--debug", "--verbose"], ["--read-secrets"], ["--read-secrets", "--debug", "--verbose"])


def planted(named):
    """A definition with a canary wherever a secret might be written, or be read."""
    definition, service = runs.fargate(named)
    web, worker, proxy = definition["containerDefinitions"]
    twice = [{"name": "PASSWORD", "value": CANARIES["environment"] + end} for end in ("", "2")]
    web |= {"environment": web["environment"] + twice, "command": ["run", "--password=" + CANARIES["command"]]}
    web |= {"dockerLabels": {"password": CANARIES["label"]}, "entryPoint": [CANARIES["command"]]}
    web["healthCheck"] = {"command": ["CMD-SHELL", f"curl -u me:{CANARIES['health check']} localhost"]}
    worker |= {"image": f"{NAME}/app:1", "repositoryCredentials": {"credentialsParameter": named["session"]}}
    proxy["image"] = f"{NAME}/single:1"
    options = {"splunk-token": CANARIES["log option"], "splunk-url": "https://splunk.example"}
    proxy["logConfiguration"] = {"logDriver": "splunk", "options": options}
    return definition, service


def echo(request, nth, answer, proxy):
    """An error that repeats the whole request."""
    sent = " ".join(f"{name}:{value}" for name, value in request.headers.items())
    return error(request, "SomethingElse", f"you sent {sent} {request.path}")


def echo_as_signature_error(request, nth, answer, proxy):
    """What AWS says of a wrong signature: the canonical request."""
    code = "InvalidSignatureException" if request.style == "json" else "SignatureDoesNotMatch"
    token = request.headers.get("x-amz-security-token", "")
    message = f"The Canonical String for this request should have been 'POST / x-amz-security-token:{token}' {request.headers.get('authorization', '')}"
    return error(request, code, message, 403)


def of_value(change):
    """A fault of the call that reads a secret, and of no other."""
    return lambda request, nth, answer, proxy: change(request, answer) if request.action == "GetSecretValue" else None


def of_template(change):
    """A fault of the call that returns user data, and of no other."""
    return lambda request, nth, answer, proxy: change(request, answer) if request.action == "DescribeLaunchTemplateVersions" else None


def of_script(after):
    """What follows the opening tag of the user data."""
    return of_template(lambda request, answer: answer.but(body=answer.body.replace(b"<userData>", b"<userData>" + after.encode())))


SCRIPTS = {
    "as it is": None,
    "in the message": of_template(lambda request, answer: error(request, "InternalError", CANARIES["user data"])),
    "as the code": of_template(lambda request, answer: error(request, CANARIES["user data"], "it")),
    "as a tag": of_script(f"<{CANARIES['user data']}>"),
    "as a reference": of_script(f"&{CANARIES['user data']};"),
    "cut off": of_template(lambda request, answer: answer.but(body=answer.body.split(b"</userData>")[0])),
}


def wrong_type(request, answer):
    return answer.but(body=json.dumps({**json.loads(answer.body), "SecretString": {CANARIES["secret"]: 1}}).encode())


VALUES = {
    "in the message": of_value(lambda request, answer: error(request, "InternalServiceError", CANARIES["secret"])),
    "as the code": of_value(lambda request, answer: error(request, CANARIES["secret"], "it")),
    "in ill-formed JSON": of_value(lambda request, answer: answer.but(body=answer.body[:-4] + b"oops")),
    "as a key": of_value(wrong_type),
    "not in JSON": of_value(lambda request, answer: answer.but(body=answer.body.replace(b"{\\\"", b"{ not json \\\""))),
}


class Canaries(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.emulator = Emulator()
        cls.addClassCleanup(cls.emulator.close)
        cls.named = worlds.build(cls.emulator)
        cls.definition, cls.service = planted(cls.named)
        cls.recording = Recording(cls.emulator.url)

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def verify(self, *flags, fault=None, form="json", documents=None):
        """What the program writes, by where, and the requests."""
        definition, service = documents or (self.definition, self.service)
        recording = self.folder / "recording.json"
        recording.unlink(missing_ok=True)
        with Proxy(self.recording, {**runs.COMMON, **runs.GUARDED}, fault) as proxy:
            files = {}
            for kind, document in (("taskdef", definition), ("service", service)):
                files[kind] = self.folder / f"{kind}.json"
                files[kind].write_text(json.dumps(document))
            arguments = ["verify", files["taskdef"], "--service-definition", files["service"], "-o", form]
            environment = self.emulator.environment(**proxy.environment)
            done = Proxy.run(execute([*arguments, "--record", recording, *flags], environment))
        self.assertEqual(proxy.errors, [])
        self.assertIn(done.code, (0, 1, 3, 4), done.err)
        written = {"output": done.out, "messages": done.err}
        if recording.exists():
            written["recording"] = recording.read_text()
            self.mode = stat.S_IMODE(recording.stat().st_mode)
        return written, proxy.requests

    def no_canary(self, written):
        for where, text in written.items():
            for kind, canary in CANARIES.items():
                at = text.find(canary)
                self.assertEqual(at, -1, f"the {kind} in the {where}: {text[max(0, at - 200) : at + 60]}")
            for part in SIGNED:
                at = text.find(part)
                self.assertEqual(at, -1, f"{part} in the {where}: {text[max(0, at - 200) : at + 60]}")

    def test_no_output_has_one(self):
        for flags in FLAGS:
            for form in FORMATS:
                with self.subTest(flags=flags, form=form):
                    written, requests = self.verify(*flags, form=form)
                    self.no_canary(written)
                    reads = {it.call for it in requests} & {"secretsmanager:GetSecretValue"}
                    self.assertEqual(bool(reads), "--read-secrets" in flags)
        self.no_canary(self.verify("--redact")[0])

    def test_no_output_has_user_data(self):
        documents = runs.growing(self.named)
        for how, fault in SCRIPTS.items():
            for form in FORMATS if fault is None else ("text",):
                with self.subTest(how, form=form):
                    written, requests = self.verify("--debug", "--verbose", fault=fault, form=form, documents=documents)
                    self.no_canary(written)
                    self.assertIn("ec2:DescribeLaunchTemplateVersions", {it.call for it in requests})
                    self.assertIn("recording", written)
        got = b" ".join(answer.body for answer in self.recording.kept.values()).decode("utf-8", "replace")
        self.assertIn(CANARIES["user data in Base64"], got)

    def test_a_recording_is_for_the_user_alone(self):
        self.verify()
        self.assertEqual(self.mode, 0o600)

    def test_a_canary_is_where_it_could_be_seen(self):
        """Without this, the other tests might look for what is not there."""
        _, requests = self.verify("--read-secrets")
        sent = " ".join(" ".join(it.headers.values()) for it in requests)
        for kind in ("session token", "registry token"):
            self.assertIn(CANARIES[kind], sent)
        got = b" ".join(answer.body for answer in self.recording.kept.values()).decode("utf-8", "replace")
        self.assertIn(CANARIES["secret"], got)

    def test_no_value_is_decrypted(self):
        _, requests = self.verify("--read-secrets", "--debug")
        for request in requests:
            self.assertNotIn(b"WithDecryption", request.body)
            self.assertNotIn(request.action, ("GetParameter", "GetParameters", "GetParametersByPath", "Decrypt"))

    def test_an_error_that_repeats_the_request(self):
        for fault in (echo, echo_as_signature_error):
            spared = lambda *it, fault=fault: None if it[0].action in ("GetCallerIdentity", "GetToken") else fault(*it)
            for which in (fault, spared):
                for form in ("text", "json"):
                    with self.subTest(fault=fault.__name__, form=form, all=which is fault):
                        self.no_canary(self.verify("--debug", "--verbose", fault=which, form=form)[0])

    def test_an_error_that_repeats_a_secret(self):
        for how, fault in VALUES.items():
            with self.subTest(how):
                self.no_canary(self.verify("--read-secrets", "--debug", "--verbose", fault=fault)[0])


if __name__ == "__main__":
    unittest.main()
