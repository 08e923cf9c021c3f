"""Given an answer that cannot be had, then what rests on it is unknown, and says what would help."""

import unittest

from program import Story, demo

# What is refused, the check that cannot tell, and the action that would let it.
REFUSALS = [
    (["ecr:DescribeImages", "ecr:BatchGetImage"], "image-exists", "ecr:DescribeImages"),
    (["ecr:BatchGetImage"], "image-platform", "ecr:BatchGetImage"),
    (["ecr:GetDownloadUrlForLayer"], "image-platform", "ecr:GetDownloadUrlForLayer"),
    (["secretsmanager:DescribeSecret"], "secret-exists", "secretsmanager:DescribeSecret"),
    (["ssm:DescribeParameters"], "parameter-exists", "ssm:DescribeParameters"),
    (["s3:HEAD", "s3:GET"], "environment-file-exists", "s3:GetObject"),
]


class Doubts(Story):
    def test_a_refused_call_makes_its_check_unknown_and_names_the_action(self):
        for calls, check, action in REFUSALS:
            with self.subTest(calls=calls):
                self.emulator.restore()
                self.emulator.refused.update(calls)
                report = self.verify(demo(), code=3)
                self.assertEqual(report["verdict"], "unknown")
                self.assertEqual(self.found(report, "fail"), [])
                doubts = [it for it in report["checks"] if it["status"] == "unknown"]
                self.assertIn(check, [it["id"] for it in doubts])
                for doubt in doubts:
                    self.assertIn(f'"Action": "{action}"', doubt["remedy"])

    def test_who_may_not_import_learns_of_an_image_from_the_pull(self):
        """Whatever the rules of the cache are: the pull imports nothing for this caller."""
        self.emulator.refused.update(["ecr:DescribeImages", "ecr:DescribePullThroughCacheRules"])
        report = self.verify(demo(), code=0)
        exists = {it["status"] for it in report["checks"] if it["id"] == "image-exists"}
        self.assertEqual(exists, {"pass"})
        self.emulator.refused.add("iam:ListUserPolicies")
        report = self.verify(demo(), code=3)
        self.assertIn("image-exists", [check for check, _ in self.found(report, "unknown")])

    def test_who_may_only_list_the_bucket_still_learns_whether_the_file_is_there(self):
        self.emulator.refused.add("s3:HEAD")
        self.verify(demo(), code=0)
        failed = [check for check, _ in self.found(self.verify(demo("broken"), code=1), "fail")]
        self.assertIn("environment-file-exists", failed)

    def test_a_refusal_does_not_hide_what_is_wrong_elsewhere(self):
        self.emulator.refused.add("secretsmanager:DescribeSecret")
        report = self.verify(demo("broken"), code=1)
        failed = [check for check, _ in self.found(report, "fail")]
        self.assertIn("image-exists", failed)
        self.assertIn("parameter-exists", failed)
        self.assertIn("secret-exists", [check for check, _ in self.found(report, "unknown")])

    def test_an_advising_check_is_skipped(self):
        self.emulator.refused.add("ecr:DescribeImages")
        report = self.verify(demo(), code=0)
        exists = [it["status"] for it in report["checks"] if it["id"] == "image-exists"]
        self.assertEqual(set(exists), {"pass"}, "who may pull learns it from ecr:BatchGetImage")
        advice = [it for it in report["checks"] if it["id"] == "image-stability"]
        self.assertEqual({it["status"] for it in advice}, {"skip"})

    def test_a_deadline_makes_a_complete_report(self):
        self.emulator.delay = 5
        report = self.verify(demo(), "--timeout", "300ms", code=3)
        self.assertEqual(self.found(report, "fail"), [])
        self.emulator.restore()
        whole = self.verify(demo(), code=0)
        judged, expected = (
            [(it["id"], it["subject"]) for it in one["checks"]] for one in (report, whole)
        )
        self.assertEqual(judged, expected)
        self.assertLess(report["stats"]["elapsed_ms"], 2000)

    def test_a_placeholder_is_unknown_and_the_rest_is_judged(self):
        document = demo()
        document["containerDefinitions"][0]["image"] = "${IMAGE}"
        report = self.verify(document, code=3)
        unknown = self.found(report, "unknown")
        self.assertEqual({subject for _, subject in unknown}, {"/containerDefinitions/0/image"})


if __name__ == "__main__":
    unittest.main()
