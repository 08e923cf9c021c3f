"""The faults, by name. Each gets the request, how many there were of its call, the healthy answer and the
proxy, and gives the answer to send; None leaves the healthy one, where the fault does not apply.

What a fault may lead to:
  OVERCOME  the program gets the answer all the same: every result is as without the fault
  LOST      no answer can be believed: no pass rests on the call
  BENT      the answer differs from the account's: nothing passes, and nothing fails, that did not before
"""

import copy
import functools
import json
import random
import re
import urllib.parse
from xml.etree import ElementTree

import botocore.session

from proxy import Answer, error

OVERCOME, LOST, BENT = "overcome", "lost", "bent"
FAULTS = {}


def fault(effect):
    def add(function):
        FAULTS[function.__name__] = (effect, function)
        return function

    return add


# --- Errors -----------------------------------------------------------------------------------------


def named(request, in_json, in_query, in_ec2=None):
    names = {"json": in_json, "rest": in_json, "ec2": in_ec2 or in_query}
    return names.get(request.style, in_query)


@fault(LOST)
def refused(request, nth, answer, proxy):
    if request.style == "registry":
        return Answer(403, {"content-type": "text/html"}, b"<html>forbidden</html>")
    code = named(request, "AccessDeniedException", "AccessDenied", "UnauthorizedOperation")
    status = 400 if request.style == "json" else 403
    return error(request, code, f"User: arn:aws:iam::111122223333:user/ci is not authorized to perform: {request.call}", status)


def throttling(request):
    if request.style in ("registry", "blob"):
        return Answer(429)
    if request.style == "s3":
        return error(request, "SlowDown", "Reduce your request rate", 503)
    return error(request, named(request, "ThrottlingException", "Throttling", "RequestLimitExceeded"), "Rate exceeded", 400)


@fault(LOST)
def throttled(request, nth, answer, proxy):
    return throttling(request)


@fault(OVERCOME)
def throttled_twice(request, nth, answer, proxy):
    return throttling(request) if proxy.repeated(request) <= 2 else None


@fault(LOST)
def server_error(request, nth, answer, proxy):
    return error(request, named(request, "InternalServerException", "InternalError"), "internal", 500)


@fault(LOST)
def unavailable_page(request, nth, answer, proxy):
    return Answer(503, {"content-type": "text/html"}, b"<html><body><h1>503 Service Unavailable</h1></body></html>")


@fault(LOST)
def expired_token(request, nth, answer, proxy):
    code = named(request, "ExpiredTokenException", "ExpiredToken", "RequestExpired")
    return error(request, code, "The security token included in the request is expired", 400 if request.style == "json" else 403)


@fault(LOST)
def clock_skew(request, nth, answer, proxy):
    code = named(request, "InvalidSignatureException", "SignatureDoesNotMatch", "RequestExpired")
    code = "RequestTimeTooSkewed" if request.style == "s3" else code
    return error(request, code, "Signature expired: 20250101T000000Z is now earlier than 20250101T120000Z", 403)


@fault(LOST)
def foreign_code(request, nth, answer, proxy):
    """An absence that this service does not state like this."""
    if request.method == "HEAD":
        # It has no code that could be another.
        return None
    return error(request, "ThingNotFound", "there is no such thing", 404)


@fault(LOST)
def error_in_success(request, nth, answer, proxy):
    if request.method == "HEAD" or request.style in ("registry", "blob"):
        return None
    broken = error(request, "InternalError", "in a success", 200)
    broken.headers.pop("x-amzn-errortype", None)
    return broken


# --- The connection -----------------------------------------------------------------------------------


@fault(LOST)
def reset(request, nth, answer, proxy):
    return Answer(manner="reset")


@fault(OVERCOME)
def reset_once(request, nth, answer, proxy):
    if request.style in ("registry", "blob"):
        return None
    return Answer(manner="reset") if proxy.repeated(request) == 1 else None


@fault(LOST)
def silence(request, nth, answer, proxy):
    return Answer(manner="silence")


@fault(LOST)
def drip(request, nth, answer, proxy):
    return answer.but(manner="drip") if len(answer.body) > 60 else None


@fault(LOST)
def redirect(request, nth, answer, proxy):
    return Answer(302, {"location": "http://127.0.0.1:9/elsewhere", "content-type": "text/html"}, b"moved")


@fault(LOST)
def oversized(request, nth, answer, proxy):
    """The answer, padded to 50 MiB."""
    if request.method == "HEAD" or len(answer.body) < 2:
        return None
    return answer.but(manner="padded")


@fault(LOST)
def endless(request, nth, answer, proxy):
    return None if request.method == "HEAD" else answer.but(manner="endless")


# --- The body -----------------------------------------------------------------------------------------


def cut(answer, share):
    return answer.body[: int(len(answer.body) * share)]


@fault(LOST)
def truncated_declared(request, nth, answer, proxy):
    if request.method == "HEAD":
        return None
    return answer.but(body=cut(answer, 0.5), headers={**answer.headers, "content-length": str(len(answer.body))}, manner="closed")


@fault(LOST)
def truncated_undeclared(request, nth, answer, proxy):
    return None if request.method == "HEAD" else answer.but(body=cut(answer, 0.5), manner="undeclared")


@fault(LOST)
def truncated_chunked(request, nth, answer, proxy):
    return None if request.method == "HEAD" else answer.but(body=cut(answer, 0.5), manner="unterminated")


@fault(LOST)
def truncated_at_end(request, nth, answer, proxy):
    """Only the last characters are missing."""
    return None if request.method == "HEAD" else answer.but(body=cut(answer, 0.95))


@fault(LOST)
def truncated_after_item(request, nth, answer, proxy):
    """XML that ends after the first item of its list."""
    end = re.search(rb"</(item|member)>", answer.body)
    return answer.but(body=answer.body[: end.end()]) if answer.is_xml and end else None


@fault(LOST)
def empty(request, nth, answer, proxy):
    if request.method == "HEAD":
        return None
    return Answer(200, {"content-type": answer.headers.get("content-type", "")})


@fault(LOST)
def empty_object(request, nth, answer, proxy):
    """`{}`, or an element without content."""
    if request.method == "HEAD" or (request.style == "s3" and not answer.is_xml):
        return None
    root = re.match(rb"\s*(?:<\?xml[^>]*>\s*)?<([\w:]+)", answer.body)
    body = b"<" + root[1] + b"/>" if answer.is_xml else b"{}"
    return answer.but(status=200, body=body)


@fault(LOST)
def login_page(request, nth, answer, proxy):
    return Answer(200, {"content-type": "text/html"}, b"<!DOCTYPE html><html><body>Please sign in to the guest network</body></html>")


@fault(LOST)
def login_page_of_its_type(request, nth, answer, proxy):
    """As a GET of an S3 bucket or a registry might have: only the contents show it."""
    kind = answer.headers.get("content-type", "text/html")
    return None if request.method == "HEAD" else Answer(200, {"content-type": kind}, b"<html><body>Please sign in</body></html>")


@fault(LOST)
def garbled(request, nth, answer, proxy):
    if request.method == "HEAD" or not answer.body:
        return None
    draw, body = random.Random(7), bytearray(answer.body)
    for nth in range(len(body)):
        body[draw.randrange(len(body))] = draw.choice(b"#~<{&\"")
        if nth >= max(3, len(body) // 20) and not is_readable(bytes(body)):
            break
    return answer.but(body=bytes(body))


def is_readable(body):
    for read in (json.loads, ElementTree.fromstring):
        try:
            return read(body) is not None
        except (ValueError, ElementTree.ParseError):
            pass
    return False


@fault(LOST)
def ill_formed(request, nth, answer, proxy):
    """One closing tag, or the last brace, is another one."""
    if request.method == "HEAD" or not answer.body:
        return None
    if not answer.is_xml:
        return answer.but(body=answer.body.rstrip()[:-1] + b"]")
    start = answer.body.find(b"</", len(answer.body) // 3)
    return answer.but(body=answer.body[:start] + b"</wrong>" + answer.body[answer.body.find(b">", start) + 1 :])


@fault(LOST)
def other_protocol(request, nth, answer, proxy):
    if request.method == "HEAD":
        return None
    if answer.is_xml:
        return Answer(200, {"content-type": "application/x-amz-json-1.1"}, b'{"ok": true}')
    return Answer(200, {"content-type": "text/xml"}, b"<Response><ok>true</ok></Response>")


# --- The contents -------------------------------------------------------------------------------------


def edited(answer, edit):
    """The answer after a change of its tree: `edit` gets the root and the prefix of its namespace."""
    root = ElementTree.fromstring(answer.body)
    space = re.match(r"\{(.*)\}", root.tag)
    if space:
        ElementTree.register_namespace("", space[1])
    edit(root, space[0] if space else "")
    return answer.but(body=ElementTree.tostring(root))


def document(answer):
    try:
        found = json.loads(answer.body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


@fault(OVERCOME)
def unknown_fields(request, nth, answer, proxy):
    """What a later version of the service might add."""
    if answer.is_xml:
        def add(root, space):
            lists = {space + "item", space + "member"}
            for element in [it for it in root.iter() if len(it) and not {inner.tag for inner in it} & lists]:
                ElementTree.SubElement(ElementTree.SubElement(element, space + "later"), space + "deep").text = "1"

        return edited(answer, add)
    found = document(answer)
    if found is None or request.style in ("blob", "registry"):
        return None
    return answer.but(body=json.dumps({**found, "later": {"deep": [1, None]}}).encode())


# Answers that do not name what was asked: nobody can tell another one.
NAMELESS = {
    *("ec2:GetManagedPrefixListEntries", "ecr:ListTagsForResource", "ecs:ListContainerInstances", "ecs:ListTasks"),
    *("elasticfilesystem:DescribeMountTargetSecurityGroups", "iam:GetPolicyVersion", "iam:ListAttachedGroupPolicies"),
    *("iam:ListAttachedRolePolicies", "iam:ListAttachedUserPolicies", "iam:ListGroupPolicies", "iam:ListGroupsForUser"),
    *("iam:ListRolePolicies", "iam:ListUserPolicies", "kms:GetKeyPolicy", "kms:ListResourceTags"),
    *("organizations:ListParents", "organizations:ListPoliciesForTarget", "registry:GetManifest", "registry:HeadManifest"),
    *("s3:GetBucketPolicy", "s3:GetObject", "ssm:ListTagsForResource"),
}


@fault(BENT)
def other_question(request, nth, answer, proxy):
    """The answer to another question of the same call, which names what was not asked. One that names nothing, an
    absence, could be the answer to any question."""
    # DescribeKey of an alias is answered with the key, which does not name its aliases.
    if request.call in NAMELESS or b'"alias/' in request.body:
        return None
    mine = names_in(request.key)
    for key, it in sorted(proxy.answers.items(), key=repr):
        is_of_this_call = key[0] == request.key[0] and key[2] == request.key[2]
        if is_of_this_call and it.status == 200 and any(name in it.body for name in names_in(key) - mine):
            return it.but()
    return None


def names_in(question):
    """What a question may name: the longer words of its path and its body."""
    *_, path, body = question
    words = re.split(rb"[^\w.:/@+,-]+", urllib.parse.unquote_to_bytes(body) + b" " + urllib.parse.unquote_to_bytes(path))
    words += [part for it in words for part in it.split(b"/")]
    return {it for it in words if len(it) > 4}


# Answers that do not name what was asked, but other resources with names that begin with it.
NAMES_NOTHING = ("cloudformation:ListStackResources", "cloudformation:GetTemplate")


@fault(BENT)
def another_name(request, nth, answer, proxy):
    """The same answer, for a resource with another name."""
    if request.call in NAMES_NOTHING:
        return None
    body = answer.body.decode("utf-8", "replace")
    asked = set(request.form.values()) if request.style in ("query", "ec2") else set(texts(document(answer.but(body=request.body))))
    asked |= set(re.findall(r"(?:fs|fsap|fsmt)-[0-9a-f]{8,}", request.path))
    for name in sorted((re.split(r"[/:]", it)[-1] for it in asked), key=len, reverse=True):
        if len(name) > 4 and name != request.action and not name.startswith("20"):
            body = body.replace(name, name[:-1] + ("e" if name[-1] == "f" else "f"))
    return answer.but(body=body.encode()) if body.encode() != answer.body else None


def texts(value):
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(inner)


@fault(LOST)
def other_call(request, nth, answer, proxy):
    """The answer to another call of the same service."""
    if not answer.is_xml:
        # JSON does not name the call that it answers.
        return None
    service = request.call.split(":")[0]
    others = [it for key, it in sorted(proxy.answers.items(), key=repr) if key[0].split(":")[0] == service and key[0] != request.call]
    return others[0].but() if others else None


def paged(request, answer, token):
    """The first page, which names another one."""
    if answer.is_xml:
        def add(root, space):
            result = root.find(f"{space}{request.action}Result")
            if request.style == "ec2":
                ElementTree.SubElement(root, space + "nextToken").text = token
                return
            where = result if result is not None else root
            for name in ("IsTruncated", "Marker"):
                for old in where.findall(space + name):
                    where.remove(old)
            ElementTree.SubElement(where, space + "IsTruncated").text = "true"
            ElementTree.SubElement(where, space + "Marker").text = token

        return edited(answer, add)
    found = document(answer)
    if found is None or request.style in ("blob", "registry"):
        return None
    return answer.but(body=json.dumps({**found, "nextToken": token, "NextToken": token, "NextMarker": token, "Truncated": True}).encode())


@fault(BENT)
def endless_pages(request, nth, answer, proxy):
    return paged(request, answer, f"token{nth}")


@fault(BENT)
def repeated_page(request, nth, answer, proxy):
    return paged(request, answer, "token")


@fault(BENT)
def lost_page(request, nth, answer, proxy):
    is_second = b"tokenX" in request.body or "tokenX" in request.path
    return Answer(500, {}, b"oops") if is_second else paged(request, answer, "tokenX")


# --- Fields -------------------------------------------------------------------------------------------


# Fields that AWS leaves out to say something, so that an answer without them is a whole one.
OMITTED = {
    # Secrets Manager returns only fields that have a value
    # (https://docs.aws.amazon.com/cli/latest/reference/secretsmanager/describe-secret.html).
    ("secretsmanager:DescribeSecret", "DeletedDate"): "the secret is not marked for deletion",
    ("secretsmanager:DescribeSecret", "Tags"): "the secret has no tags",
    ("secretsmanager:DescribeSecret", "VersionIdsToStages"): "the secret was never given a value",
}
# What is judged itself: without a field that a request need not have, it is another definition or service.
DOCUMENTS = {
    "ecs:DescribeTaskDefinition": ("RegisterTaskDefinition", {"image", "name", "taskDefinition"}),
    "ecs:DescribeServices": ("CreateService", {"containerName", "containerPort", "services"}),
}


def says_something(call, field):
    """Whether an answer without this field is a whole one."""
    if call not in DOCUMENTS:
        return (call, field) in OMITTED
    request, always = DOCUMENTS[call]
    return field not in always | required(request)


@functools.cache
def required(request):
    """The fields of a request to ECS that each of its parts has to have which may have them."""
    needed, optional, known = set(), set(), set()

    def walk(shape):
        if shape.name in known:
            return
        known.add(shape.name)
        members = getattr(shape, "members", {})
        needed.update(getattr(shape, "required_members", ()))
        optional.update(members.keys() - set(getattr(shape, "required_members", ())))
        for inner in (*members.values(), *(getattr(shape, it) for it in ("member", "value") if hasattr(shape, it))):
            walk(inner)

    walk(botocore.session.get_session().get_service_model("ecs").operation_model(request).input_shape)
    return needed - optional


def fields(answer):
    """The names in an answer, as paths without the positions in lists: each is left out once."""
    if answer.is_xml:
        root = ElementTree.fromstring(answer.body)
        found = {re.sub(r"\{.*?\}", "", it.tag) for it in root.iter() if it is not root}
        return sorted(found - {"item", "member", "requestId", "RequestId", "ResponseMetadata"})
    found = set()

    def walk(value):
        if isinstance(value, dict):
            found.update(value)
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(inner)

    walk(document(answer))
    # The ids of versions are keys of a map, and no fields.
    return sorted(it for it in found if not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", it))


def without(name):
    """The fault that leaves this field out, wherever it is."""

    def left_out(request, nth, answer, proxy):
        if answer.is_xml:
            def remove(root, space):
                for parent in list(root.iter()):
                    for child in [it for it in parent if it.tag == space + name]:
                        parent.remove(child)

            return edited(answer, remove)
        found = copy.deepcopy(document(answer))
        if found is None:
            return None

        def walk(value):
            if isinstance(value, dict):
                value.pop(name, None)
            for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
                walk(inner)

        walk(found)
        return answer.but(body=json.dumps(found).encode())

    return left_out
