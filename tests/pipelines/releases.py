"""Releases as the release workflow publishes them, in a folder and on a server of this machine."""

import os
import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("AWS_ECS_PREFLIGHT_BINARY", ROOT / "target/release/aws-ecs-preflight")).resolve()
NAME = "aws-ecs-preflight"
TARGETS = {
    ("Linux", "X64"): "x86_64-unknown-linux-musl",
    ("Linux", "ARM64"): "aarch64-unknown-linux-musl",
    ("macOS", "X64"): "x86_64-apple-darwin",
    ("macOS", "ARM64"): "aarch64-apple-darwin",
}


def version():
    return subprocess.run([BINARY, "--version"], capture_output=True, text=True, check=True).stdout.split()[1]


def publish(folder, target, program=BINARY):
    """Packs a program as the release of a target, below the folder of its tag; the archive."""
    tag = Path(folder) / f"v{version()}"
    script = ROOT / ".github/release/package.sh"
    subprocess.run([script, program, target, tag], check=True, timeout=300)
    return tag / f"{NAME}-{version()}-{target}.tar.gz"


class Handler(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def serve(add_cleanup, folder):
    """Serves a folder until the cleanup of a test or a class; the URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    add_cleanup(server.server_close)
    add_cleanup(server.shutdown)
    return f"http://127.0.0.1:{server.server_port}"
