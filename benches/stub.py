"""A server that answers from memory, each request after the same time: `python stub.py UPSTREAM`.

What it is asked for the first time it asks upstream; it keeps the answer. It prints its address, and serves until its
standard input ends. `POST /stub?latency=0.05` sets the time and begins a new list; `GET /stub` returns the list: each
call, when it arrived and when it was answered, in seconds, and how many questions were new.
"""

import asyncio
import json
import sys
import time
import urllib.error
import urllib.request

# The headers that upstream needs to know a question: the service is in the signature.
PASSED_ON = (b"authorization", b"x-amz-target", b"content-type", b"accept", b"x-amz-security-token")


class Connection(asyncio.Protocol):
    """One connection, whose requests are answered one after the other."""

    def __init__(self, stub):
        self.stub, self.buffer = stub, b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            first, *lines = self.buffer[:end].split(b"\r\n")
            headers = {}
            for line in lines:
                name, _, value = line.partition(b":")
                headers[name.lower()] = value.strip()
            end += 4 + int(headers.get(b"content-length", 0))
            if len(self.buffer) < end:
                return
            body = self.buffer[self.buffer.find(b"\r\n\r\n") + 4 : end]
            self.buffer = self.buffer[end:]
            method, path, _ = first.split(b" ")
            self.answer((method, path, headers.get(b"x-amz-target", b""), body), headers)

    def answer(self, question, headers):
        method, path, target, body = question
        if path.startswith(b"/stub"):
            return self.transport.write(whole(200, {}, self.stub.control(method, path)))
        entry = [name_of(question), time.monotonic(), None]
        self.stub.came.append(entry)
        kept = self.stub.kept(question)
        if kept is None:
            return asyncio.ensure_future(self.learn(question, headers, entry))
        if self.stub.latency:
            return asyncio.get_running_loop().call_later(self.stub.latency, self.send, kept, entry)
        self.send(kept, entry)

    async def learn(self, question, headers, entry):
        await asyncio.to_thread(self.stub.learn, question, headers)
        self.send(self.stub.kept(question), entry)

    def send(self, kept, entry):
        entry[2] = time.monotonic()
        self.transport.write(kept)


class Stub:
    def __init__(self, upstream):
        self.upstream, self.answers, self.latency = upstream, {}, 0.0
        self.came, self.new = [], 0

    def control(self, method, path):
        if method == b"POST":
            self.latency, self.came, self.new = float(path.rpartition(b"=")[2]), [], 0
            return b""
        return json.dumps({"came": self.came, "new": self.new}).encode()

    def kept(self, question):
        """The answer, if it is known. How parameters share a request differs from run to run: each is kept by itself."""
        alone = one_by_one(question)
        if len(alone) < 2:
            return self.answers.get(question)
        known = [self.answers.get(it) for it in alone]
        if None in known:
            return None
        said = [json.loads(it.partition(b"\r\n\r\n")[2]) for it in known]
        merged = {name: [one for it in said for one in it[name]] for name in ("Parameters", "InvalidParameters")}
        return whole(200, {"content-type": "application/x-amz-json-1.1"}, json.dumps(merged).encode())

    def learn(self, question, headers):
        self.new += 1
        for method, path, target, body in one_by_one(question):
            passed = {name.decode(): value.decode() for name, value in headers.items() if name in PASSED_ON}
            asked = urllib.request.Request(self.upstream + path.decode(), body or None, passed, method=method.decode())
            try:
                got = urllib.request.urlopen(asked)
            except urllib.error.HTTPError as error:
                got = error
            with got:
                text = got.read().replace(self.upstream.removeprefix("http://").encode(), self.host.encode())
                kept = {name.lower(): value for name, value in got.headers.items()}
            length = kept.pop("content-length", None) if method == b"HEAD" else None
            for name in ("content-length", "transfer-encoding", "connection"):
                kept.pop(name, None)
            self.answers[method, path, target, body] = whole(got.status, kept, text, length)

    async def serve(self):
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Connection(self), "127.0.0.1", 0, backlog=1024)
        self.host = "127.0.0.1:%d" % server.sockets[0].getsockname()[1]
        print(f"http://{self.host}", flush=True)
        await loop.run_in_executor(None, sys.stdin.read)


def name_of(question):
    method, path, target, body = question
    action = next((it[7:] for it in body.split(b"&") if it.startswith(b"Action=")), b"") if not target else b""
    return (target.rpartition(b".")[2] or action or method + b" " + path).decode("latin-1")


def one_by_one(question):
    method, path, target, body = question
    if target != b"AmazonSSM.GetParameters":
        return [question]
    asked = json.loads(body)
    return [(method, path, target, json.dumps({**asked, "Names": [name]}).encode()) for name in asked["Names"]]


def whole(status, headers, body, length=None):
    """A response as it is sent. That to HEAD has the length of a body that it does not have."""
    lines = [f"HTTP/1.1 {status} Status", *(f"{name}: {value}" for name, value in headers.items())]
    lines.append(f"content-length: {len(body) if length is None else length}")
    return "\r\n".join([*lines, "\r\n"]).encode("latin-1") + body


if __name__ == "__main__":
    asyncio.run(Stub(sys.argv[1]).serve())
