"""A proxy between the program and the emulator, which breaks the answers to one call.

It knows each request by its IAM action (`ec2:DescribeSubnets`), as the program's own list of calls does.
An answer of the emulator is kept and given again, so that a run costs what the program costs.
"""

import asyncio
import json
import re
import socket
import struct
import threading
import urllib.error
import urllib.request
from urllib.parse import parse_qs

# Calls without a target or an action: the method, and the path or the query.
BY_PATH = [
    ("elasticfilesystem:DescribeFileSystemPolicy", r"GET /2015-02-01/file-systems/[^/?]+/policy"),
    ("elasticfilesystem:DescribeFileSystems", r"GET /2015-02-01/file-systems"),
    ("elasticfilesystem:DescribeMountTargetSecurityGroups", r"GET /2015-02-01/mount-targets/[^/?]+/security-groups"),
    ("elasticfilesystem:DescribeMountTargets", r"GET /2015-02-01/mount-targets"),
    ("elasticfilesystem:DescribeAccessPoints", r"GET /2015-02-01/access-points"),
    ("registry:HeadManifest", r"HEAD /v2/.*/manifests/"),
    ("registry:GetManifest", r"GET /v2/.*/manifests/"),
    ("registry:GetBlob", r"GET /v2/.*/blobs/"),
    ("registry:GetToken", r"GET /token"),
    # What the URL leads to.
    ("ecr:GetDownloadUrlForLayer", r"GET /blob/"),
    ("s3:GetBucketPolicy", r"GET /[^/?]+/?\?policy"),
    ("s3:ListBucket", r"GET /[^?]*\?.*list-type=2"),
    ("s3:GetObject", r"HEAD /"),
]
# A token of a fault, which the emulator does not know: it is asked for the first page again.
TOKEN = re.compile(rb'[&?](?:Marker|NextToken|continuation-token)=token\w*|,?"(?:nextToken|NextToken|Marker|marker)": ?"token\w*"')
# What belongs to one connection, or differs each time.
HOP = {"connection", "transfer-encoding", "content-length", "date", "server", "keep-alive"}


class Request:
    """One request, with its call and the style of its protocol: json, rest, query, ec2, s3, registry, blob."""

    def __init__(self, method, path, headers, body):
        self.method, self.path, self.headers, self.body = method, path, headers, body
        scope = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/", headers.get("authorization", ""))
        service = scope.group(1) if scope else ""
        target = headers.get("x-amz-target")
        self.form = {name: values[0] for name, values in parse_qs(body.decode("latin-1")).items()} if not target else {}
        if target:
            self.style, self.call = "json", f"{service}:{target.rsplit('.', 1)[1]}"
        elif "Action" in self.form:
            self.style, self.call = "ec2" if service == "ec2" else "query", f"{service}:{self.form['Action']}"
        else:
            line = f"{method} {path}"
            self.call = next((call for call, pattern in BY_PATH if re.match(pattern, line)), f"{service}:{line}")
            styles = {"elasticfilesystem": "rest", "s3": "s3", "registry": "registry", "ecr": "blob"}
            self.style = styles.get(self.call.split(":")[0], "rest")
        self.action = self.call.split(":", 1)[1]

    @property
    def key(self):
        region = re.search(r"Credential=[^/]+/\d+/([^/]+)/", self.headers.get("authorization", ""))
        path, body = (TOKEN.sub(b"", it).replace(b"{,", b"{") for it in (self.path.encode(), self.body))
        return self.call, region and region.group(1), self.method, path.decode(), body


class Answer:
    """A status, headers, a body, and the manner in which they are sent."""

    def __init__(self, status=200, headers=None, body=b"", manner="whole"):
        self.status, self.headers, self.body, self.manner = status, dict(headers or {}), body, manner

    def but(self, **changes):
        return Answer(**{**vars(self), **changes})

    @property
    def is_xml(self):
        return self.body.lstrip()[:1] == b"<"


class Proxy:
    """Listens as long as it is held. `fault(request, nth, answer, proxy)` gives the answer to pass on to `call`,
    or to every call."""

    loop = None

    def __init__(self, upstream, kept, own=(), fault=None, call=None):
        """`own` gives answers in place of the upstream's, by call."""
        self.upstream, self.kept, self.own, self.fault, self.call = upstream, kept, dict(own), fault, call
        self.seen, self.hits, self.errors, self.requests = {}, 0, [], []
        self.asked, self.answers = {}, {}

    def __enter__(self):
        if Proxy.loop is None:
            Proxy.loop = asyncio.new_event_loop()
            threading.Thread(target=Proxy.loop.run_forever, daemon=True).start()
        self.server = self._run(asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 26))
        self.host = "127.0.0.1:%d" % self.server.sockets[0].getsockname()[1]
        self.url = f"http://{self.host}"
        self.tasks = set()
        return self

    def __exit__(self, *_):
        self.server.close()
        Proxy.loop.call_soon_threadsafe(lambda: [task.cancel() for task in self.tasks])

    @staticmethod
    def _run(work):
        return asyncio.run_coroutine_threadsafe(work, Proxy.loop).result()

    async def _serve(self, reader, writer):
        self.tasks.add(asyncio.current_task())
        try:
            while await self._one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        except Exception as error:  # a fault that is wrong itself must not look like one
            self.errors.append(repr(error))
        finally:
            writer.close()

    async def _one(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ", 2)
        headers = {name.lower(): value.strip() for name, value in (it.split(":", 1) for it in head[1:] if ":" in it)}
        body = await reader.readexactly(int(headers.get("content-length") or 0))
        request = Request(method, path, headers, body)
        nth = self.seen[request.call] = self.seen.get(request.call, 0) + 1
        self.requests.append(request)
        self.asked[request.key] = self.asked.get(request.key, 0) + 1
        answer = await self.healthy(request)
        if self.fault and self.call in (None, request.call):
            broken = self.fault(request, nth, answer, self)
            if broken is not None:
                self.hits += 1
                answer = broken
        return await send(answer, method, writer)

    def repeated(self, request):
        """How often this very question came."""
        return self.asked[request.key]

    async def healthy(self, request):
        key, own = request.key, self.own.get(request.call, lambda _: None)(request)
        if own is not None:
            return own
        if key not in self.kept:
            self.kept[key] = await asyncio.to_thread(forward, self.upstream, request)
        answer = self.kept[key]
        # What an answer names of the emulator leads here too.
        upstream = self.upstream.removeprefix("http://").encode()
        return answer.but(body=answer.body.replace(upstream, self.host.encode()), headers=dict(answer.headers))


def forward(upstream, request):
    headers = {name: value for name, value in request.headers.items() if name not in HOP | {"host"}}
    *_, path, body = request.key
    asked = urllib.request.Request(upstream + path, body or None, headers, method=request.method)
    try:
        got = urllib.request.urlopen(asked)
    except urllib.error.HTTPError as error:
        got = error
    with got:
        body = corrected(request, got.read())
        kept = {name.lower(): value for name, value in got.headers.items() if name.lower() not in HOP}
        if request.method == "HEAD" and got.headers.get("content-length"):
            kept["content-length"] = got.headers["content-length"]
        kept.setdefault("x-amzn-requestid", "emulated")
        return Answer(got.status, kept, body)


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


async def send(answer, method, writer):
    """Sends an answer in its manner; whether the connection goes on."""
    manner = answer.manner
    if manner == "silence":
        await asyncio.sleep(3600)
    if manner == "reset":
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()
        return False
    body = b"" if method == "HEAD" else answer.body
    lines = [f"HTTP/1.1 {answer.status} Status"] + [f"{name}: {value}" for name, value in answer.headers.items()]
    if manner == "unterminated":
        lines.append("transfer-encoding: chunked")
        body = b"%x\r\n" % len(body) + body + b"\r\n"
    elif manner in ("undeclared", "endless"):
        lines.append("connection: close")
    elif "content-length" not in answer.headers:
        lines.append(f"content-length: {len(body)}")
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
    if manner == "drip":
        for at in range(len(body)):
            writer.write(body[at : at + 1])
            await writer.drain()
            await asyncio.sleep(0.4)
    writer.write(body if manner != "drip" else b"")
    while manner == "endless":
        writer.write(b" " * (1 << 20))
        await writer.drain()
    await writer.drain()
    return manner in ("whole", "drip")


def error(request, code, message, status=400):
    """An error in the form of the protocol that was spoken."""
    style = request.style
    if request.method == "HEAD":
        return Answer(status, {"x-amz-request-id": "1"})
    if style in ("json", "rest"):
        kind, body = "application/x-amz-json-1.1", json.dumps({"__type": code, "message": message})
        return Answer(status, {"content-type": kind, "x-amzn-errortype": code}, body.encode())
    if style == "registry":
        body = json.dumps({"errors": [{"code": code, "message": message}]})
        return Answer(status, {"content-type": "application/json"}, body.encode())
    inner = f"<Code>{code}</Code><Message>{message}</Message>"
    outer = {
        "ec2": f"<Response><Errors><Error>{inner}</Error></Errors><RequestID>1</RequestID></Response>",
        "query": f"<ErrorResponse><Error><Type>Sender</Type>{inner}</Error><RequestId>1</RequestId></ErrorResponse>",
    }
    body = outer.get(style, f"<Error>{inner}<RequestId>1</RequestId></Error>")
    return Answer(status, {"content-type": "text/xml"}, body.encode())
