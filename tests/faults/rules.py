"""What may not follow from a broken answer."""

from execution import GRACE, MEMORY_MB, TIMEOUT
from faults import LOST, OVERCOME

# How an answer is named in the evidence, where it is not by its own call.
IN_EVIDENCE = {
    "ecs:ListContainerInstances": "ecs:DescribeContainerInstances",
    "servicequotas:GetAWSDefaultServiceQuota": "servicequotas:GetServiceQuota",
}

# How a violation begins that may be due to a machine with too much to do.
TIMELY = ("no end ", "not overcome: ")

# What another call proves, if it is made in place of the first.
IN_PLACE = {
    "ecr:DescribeImages": "ecr:BatchGetImage",
    "s3:GetObject": "s3:ListBucket",
    "registry:HeadManifest": "registry:GetManifest",
}

# Passes that a lost answer leaves as they are, and why.
EITHER_WAY = {
    ("kms:ListGrants", "kms-decrypt-permission"): "the policies allow it, and a grant cannot deny it",
    ("ecs:ListContainerInstances", "image-platform"): "the version of Docker changes nothing for these manifests",
    ("ecs:DescribeContainerInstances", "image-platform"): "the version of Docker changes nothing for these manifests",
}


def table(results):
    """The results by check, subject and container; several of one subject are numbered."""
    found = {}
    for result in results:
        key, nth = (result["id"], result["subject"].split(".json#")[-1], result["container"] or ""), 0
        while (*key, nth) in found:
            nth += 1
        found[(*key, nth)] = result
    return found


def part_of(one, other):
    """Whether these are results of one check for one target, at places of the same part of a document."""
    document = lambda it: it["subject"].split("#")[0]
    return (one["id"], one["container"], document(one)) == (other["id"], other["container"], document(other))


def rests_on(result, call):
    name = IN_EVIDENCE.get(call, call)
    return any(line.startswith(f"{name} (") for line in result["evidence"])


def violations(run, effect, call, done, proxy):
    """The rules that a cell breaks."""
    if proxy.errors:
        yield f"the fault itself: {proxy.errors[0]}"
    if done.killed or done.seconds > TIMEOUT + GRACE:
        yield f"no end after {done.seconds:.0f} s, {done.memory} MB"
        return
    if done.memory > MEMORY_MB:
        yield f"{done.memory} MB"
    if "panicked" in done.err or "internal error" in done.out:
        yield "a panic: " + (done.err or done.out)[-300:]
    if done.results is None:
        # Without an identity there is no verdict, and the exit code says so.
        if done.code not in (2, 4):
            yield f"no report, exit code {done.code}: {done.err[-200:]}"
        return
    before, after = table(run.truth.results), table(done.results)
    failed = {key[:3] for key, it in before.items() if it["status"] == "fail"}
    for key, result in after.items():
        was, what = before.get(key), f"{key[0]} {key[1]}: {result['message'][:160]}"
        if result["status"] == "fail" and key[:3] not in failed:
            yield f"a new fail, {what}"
        if result["status"] == "pass" and not passed_elsewhere(before, key):
            yield f"a new pass, {what}"
        if effect == LOST and result["status"] in ("pass", "warn") and was and rests_on(was, call) and rests_on(result, call):
            other = IN_PLACE.get(call)
            says_so = proxy.seen.get(other, 0) > run.seen.get(other, 0)
            says_so |= assumptions(result) > assumptions(was) or is_simulated(result)
            # A warning about the document stays true; what is not known any more is another result of the check.
            says_so |= result["status"] == was["status"] == "warn" and result["message"] == was["message"] and any(
                part_of(it, result) and it["status"] == "unknown" for it in done.results
            )
            if not says_so and (call, key[0]) not in EITHER_WAY:
                yield f"a pass on a broken answer, {what}"
    yield from misjudged(run.truth.diagnosis, done)
    if effect == OVERCOME:
        changed = [key for key in before.keys() | after.keys() if status(before, key) != status(after, key)]
        if changed:
            yield f"not overcome: {sorted(changed)[0]} {status(before, changed[0])} > {status(after, changed[0])}"


def misjudged(truth, done):
    """What a diagnosis says that it cannot know."""
    if done.diagnosis is None:
        return
    before, after = truth["conclusion"], done.diagnosis["conclusion"]
    statuses = {it["status"] for it in done.results}
    if after in ("would-start-now", "steady-state") and (after != before or statuses & {"fail", "unknown"}):
        yield f"a diagnosis that nothing is wrong: {done.diagnosis['sentence']}"
    if after in ("cause-proven", "would-not-start") and before not in ("cause-proven", "would-not-start"):
        yield f"a diagnosis that something is wrong: {done.diagnosis['sentence']}"
    if after == "cause-proven":
        proven = {it["id"] for it in done.diagnosis["proof"]} - {it["id"] for it in truth["proof"]}
        if proven:
            yield f"a cause that is none: {sorted(proven)}"


def assumptions(result):
    return {line for line in result["evidence"] if line.startswith("assuming ")}


def is_simulated(result):
    """Whether it says that it rests on the policy simulator, in place of policies that cannot be read."""
    return any("(simulator only)" in line for line in assumptions(result))


def status(results, key):
    return results[key]["status"] if key in results else None


def passed_elsewhere(before, key):
    """Whether the check passed or only warned before, for this subject."""
    return any(it["status"] in ("pass", "warn") and known[:3] == key[:3] for known, it in before.items())
