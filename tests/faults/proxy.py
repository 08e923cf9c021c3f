"""A proxy in the place of AWS and of a registry, which breaks the answers to one call.

It knows each request by its IAM action (`ec2:DescribeSubnets`), as the program's own list of calls does.
"""

import asyncio
import json
import re
import socket
import ssl
import struct
import tempfile
import threading
from functools import cached_property
from pathlib import Path
from urllib.parse import parse_qs

from front import NAME, certify
from recording import HERE, Answer

PADDING = 50 << 20
SPACES = b" " * (1 << 18)
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
# The times of a question about a metric, which are new each time.
PERIOD = re.compile(rb"(StartTime|EndTime)=[^&]*")


class Request:
    """One request, with its call and the style of its protocol: json, rest, query, ec2, s3, registry, blob."""

    def __init__(self, method, path, headers, body):
        self.method, self.path, self.headers, self.body = method, path, headers, body
        scope = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/", headers.get("authorization", ""))
        service = scope.group(1) if scope else ""
        service = {"monitoring": "cloudwatch"}.get(service, service)
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

    @cached_property
    def key(self):
        region = re.search(r"Credential=[^/]+/\d+/([^/]+)/", self.headers.get("authorization", ""))
        path, body = (TOKEN.sub(b"", it).replace(b"{,", b"{") for it in (self.path.encode(), self.body))
        body = PERIOD.sub(rb"\1=2026-01-05T09%3A30%3A00Z", body)
        return self.call, region and region.group(1), self.method, path.decode(), body


class Proxy:
    """Listens as long as it is held. `fault(request, nth, answer, proxy)` gives the answer to pass on to `call`,
    or to every call. It is an HTTP proxy too, which leads to the registry `NAME` with TLS, and nowhere else."""

    loop = None
    certificate = None

    def __init__(self, recording, own=(), fault=None, call=None):
        """`own` gives answers in place of the recorded ones, by call."""
        self.recording, self.own, self.fault, self.call = recording, dict(own), fault, call
        self.seen, self.hits, self.errors, self.requests = {}, 0, [], []
        self.asked, self.answers, self.tasks = {}, {}, set()

    @classmethod
    def run(cls, work):
        """Runs a coroutine where all proxies run, and returns its result."""
        if cls.loop is None:
            cls.loop = asyncio.new_event_loop()
            threading.Thread(target=cls.loop.run_forever, daemon=True).start()
        return asyncio.run_coroutine_threadsafe(work, cls.loop).result()

    def __enter__(self):
        return self.run(self.__aenter__())

    def __exit__(self, *_):
        self.run(self.__aexit__())

    async def __aenter__(self):
        if Proxy.certificate is None:
            Proxy.certificate = Certificate()
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 26)
        self.host = "127.0.0.1:%d" % self.server.sockets[0].getsockname()[1]
        self.url = f"http://{self.host}"
        return self

    async def __aexit__(self, *_):
        self.server.close()
        for task in self.tasks:
            task.cancel()

    @property
    def environment(self):
        """Where the program finds AWS and the registry."""
        return {"AWS_ENDPOINT_URL": self.url, "HTTPS_PROXY": self.url, "AWS_CA_BUNDLE": str(self.certificate.authority)}

    async def _serve(self, reader, writer):
        self.tasks.add(asyncio.current_task())
        try:
            while await self._one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError, ssl.SSLError):
            pass
        except Exception as error:  # a fault that is wrong itself must not look like one
            self.errors.append(repr(error))
        finally:
            self.tasks.discard(asyncio.current_task())
            writer.close()

    async def _one(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ", 2)
        headers = {name.lower(): value.strip() for name, value in (it.split(":", 1) for it in head[1:] if ":" in it)}
        if method == "CONNECT":
            return await self._lead(path, writer)
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
        return await send(answer, method, writer, self.host)

    async def _lead(self, name, writer):
        if name != f"{NAME}:443":
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n")
            return False
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await writer.start_tls(self.certificate.context)
        return True

    def repeated(self, request):
        """How often this very question came."""
        return self.asked[request.key]

    async def healthy(self, request):
        own = self.own.get(request.call, lambda _: None)(request)
        return own if own is not None else await self.recording.answer(request)


class Certificate:
    """Of the registry, with the authority that signed it."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        folder = Path(self.folder.name)
        certify(folder)
        self.authority = folder / "authority.pem"
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(folder / "front.pem")


async def send(answer, method, writer, host):
    """Sends an answer in its manner; whether the connection goes on. What it names of the emulator leads to `host`."""
    manner = answer.manner
    if manner == "silence":
        await asyncio.sleep(3600)
    if manner == "reset":
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()
        return False
    body = b"" if method == "HEAD" else answer.body.replace(HERE, host.encode())
    lines = [f"HTTP/1.1 {answer.status} Status"] + [f"{name}: {value}" for name, value in answer.headers.items()]
    if manner == "unterminated":
        lines.append("transfer-encoding: chunked")
        body = b"%x\r\n" % len(body) + body + b"\r\n"
    elif manner in ("undeclared", "endless"):
        lines.append("connection: close")
    elif "content-length" not in answer.headers:
        lines.append(f"content-length: {len(body) + (PADDING if manner == 'padded' else 0)}")
    writer.write("\r\n".join([*lines, "\r\n"]).encode("latin-1"))
    if manner == "drip":
        for at in range(len(body)):
            writer.write(body[at : at + 1])
            await writer.drain()
            await asyncio.sleep(0.4)
    elif manner in ("padded", "endless"):
        writer.write(body[:-1])
        sent = 0
        while manner == "endless" or sent < PADDING:
            writer.write(SPACES)
            await writer.drain()
            # That a connection through TLS is lost is known only after others had their turn.
            await asyncio.sleep(0)
            sent += len(SPACES)
        writer.write(body[-1:])
    else:
        writer.write(body)
    await writer.drain()
    return manner in ("whole", "drip", "padded")


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
