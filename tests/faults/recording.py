"""The answers of an emulated account: each is asked of the emulator once, and then given again, the same in every run.

Without the times and the ids of requests, which are new each time, equal accounts give equal answers.
"""

import asyncio
import datetime
import json
import re
import time
import urllib.error
import urllib.request

# What belongs to one connection, or differs each time.
HOP = {"connection", "transfer-encoding", "content-length", "date", "server", "keep-alive", "x-amz-request-id", "x-amz-crc32"}
# The address of the emulator, in an answer.
HERE = b"emulator.invalid:80"

REQUEST_ID = re.compile(rb"(<(?:R|r)equestI[dD]>)[^<]*")
SECONDS, MILLISECONDS = rb"\b1[789]\d{8}(?:\.\d+)?\b", rb"\b1[789]\d{11}\b"
INSTANT = rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?"
TIMES = re.compile(rb"(?P<instant>%b)|(?P<milliseconds>%b)|(?P<seconds>%b)" % (INSTANT, MILLISECONDS, SECONDS))
# When everything in the account was made, and when what is to come will be.
MADE, TO_COME = "2026-01-05T09:30:00", "2099-01-05T09:30:00"


class Answer:
    """A status, headers, a body, and the manner in which they are sent."""

    def __init__(self, status=200, headers=None, body=b"", manner="whole"):
        self.status, self.headers, self.body, self.manner = status, dict(headers or {}), body, manner

    def but(self, **changes):
        return Answer(**{**vars(self), **changes})

    @property
    def is_xml(self):
        return self.body.lstrip()[:1] == b"<"


class Recording:
    """What the emulator at `url` answers."""

    def __init__(self, url):
        self.url, self.kept, self.began = url, {}, time.time() - 3600

    async def answer(self, request):
        if request.key not in self.kept:
            self.kept[request.key] = await asyncio.to_thread(self.ask, request)
        return self.kept[request.key]

    def ask(self, request):
        headers = {name: value for name, value in request.headers.items() if name not in HOP | {"host"}}
        *_, path, body = request.key
        asked = urllib.request.Request(self.url + path, body or None, headers, method=request.method)
        try:
            got = urllib.request.urlopen(asked)
        except urllib.error.HTTPError as error:
            got = error
        with got:
            body = self.fixed(corrected(request, got.read()))
            kept = {name.lower(): value for name, value in got.headers.items() if name.lower() not in HOP}
        if request.method == "HEAD" and got.headers.get("content-length"):
            kept["content-length"] = got.headers["content-length"]
        if "last-modified" in kept:
            kept["last-modified"] = "Mon, 05 Jan 2026 09:30:00 GMT"
        kept["x-amzn-requestid"] = "emulated"
        return Answer(got.status, kept, body)

    def fixed(self, body):
        """The answer without what differs each time."""
        body = body.replace(self.url.removeprefix("http://").encode(), HERE)
        return TIMES.sub(self.fixed_time, REQUEST_ID.sub(rb"\1emulated", body))

    def fixed_time(self, found):
        kind, text = found.lastgroup, found[0].decode()
        if kind == "instant":
            at = datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.timezone.utc).timestamp()
        else:
            at = float(text) / (1000 if kind == "milliseconds" else 1)
        if at < self.began:
            return found[0]
        fixed = MADE if at <= time.time() else TO_COME
        seconds = int(datetime.datetime.fromisoformat(f"{fixed}+00:00").timestamp())
        return {"instant": fixed, "milliseconds": str(seconds * 1000), "seconds": str(seconds)}[kind].encode()


def corrected(request, body):
    """What moto says unlike AWS."""
    if request.call == "kms:DescribeKey":
        return body.replace(b'"MultiRegion": null', b'"MultiRegion": false')
    if request.call == "secretsmanager:ListSecretVersionIds" and b'"Versions"' in body:
        return json.dumps({**json.loads(body), "ARN": json.loads(request.body)["SecretId"]}).encode()
    if request.call == "servicediscovery:ListNamespaces" and b'"Namespaces"' in body:
        asked, found = json.loads(request.body), json.loads(body)
        names = [value for it in asked.get("Filters", []) if it["Name"] == "NAME" for value in it["Values"]]
        kept = [it for it in found["Namespaces"] if not names or it["Name"] in names]
        return json.dumps({**found, "Namespaces": kept}).encode()
    return body
