"""An AWS account in this process: moto, behind a door that counts, delays, refuses and corrects.

What moto lacks, the door answers itself: the URL of an image's configuration, pull-through rules, and the
quotas of EBS. What belongs to another account by its ARN or registry is asked of that account.
"""

import hashlib
import io
import json
import os
import re
import threading
import time
import urllib.request
from urllib.parse import parse_qs

ACCOUNT = "111122223333"
REGION = "eu-central-1"

import boto3
from moto.ecs.models import ecs_backends
from moto.moto_api._internal import mock_random
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

# Not real: moto accepts any, and calls a key that it has not made `user/moto`.
ANYBODY = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "not-a-real-key"}

# By this moto knows whose resources are meant.
ACCOUNT_HEADER = "x-moto-account-id"
# AWS finds the resources of another account by these; moto looks for them in the caller's.
OWNER = re.compile(r'"(?:SecretId|KeyId|registryId)": ?"(?:arn:[^"]*?:)?(\d{12})[":]')
# moto knows a key by its ARN, but not in these.
BY_KEY_ID = {"kms:EnableKey", "kms:CancelKeyDeletion"}
ARN_OF_KEY = re.compile(rb"arn:[^\"]+:key/")

# TiB of EBS, and vCPUs on Fargate.
QUOTAS = {"ebs": 50.0, "fargate": 4000.0}
PUBLIC_ACCESS_OFF = (
    b"<DescribeVpcBlockPublicAccessOptionsResponse><vpcBlockPublicAccessOptions>"
    b"<internetGatewayBlockMode>off</internetGatewayBlockMode>"
    b"</vpcBlockPublicAccessOptions></DescribeVpcBlockPublicAccessOptionsResponse>"
)


class Emulator:
    """A running account. Use it in a `with` statement, or call `close`."""

    def __init__(self):
        self.moto = DomainDispatcherApplication(create_backend_app)
        self.calls = []
        self.refused = set()
        self.refuses = None
        self.delay = 0.0
        self.kept = None
        self.blobs = {}
        self.rules = []
        self.served = {}
        self.played = {}
        self.clients = {}
        self.server = make_server("127.0.0.1", 0, self, threaded=True, request_handler=Silent)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.reset()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def reset(self):
        """An empty account, whose random ids are the same each time."""
        self.rules.clear()
        self.played.clear()
        self.credentials = ANYBODY
        post(self.url + "/moto-api/reset")
        mock_random.seed(7)
        self.restore()

    def restore(self):
        """The door as it was: nothing refused, nothing delayed, nothing counted."""
        self.refused.clear()
        self.refuses = None
        self.delay, self.kept = 0.0, None
        self.calls.clear()

    def remember(self):
        """From now on each answer is given again without asking moto, whose time then does not count."""
        self.kept = {}

    def client(self, service, region=REGION):
        # To make one takes longer than most calls.
        if (service, region) not in self.clients:
            self.clients[service, region] = self.new_client(service, region)
        return self.clients[service, region]

    def client_of(self, account, service):
        """A client of another account."""
        client = self.new_client(service, REGION)
        client.meta.events.register("before-sign", lambda request, **_: request.headers.add_header(ACCOUNT_HEADER, account))
        return client

    def new_client(self, service, region):
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.url,
            aws_access_key_id=ANYBODY["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=ANYBODY["AWS_SECRET_ACCESS_KEY"],
        )

    def environment(self, **more):
        """What the program finds around it: this account, no other, and nobody's own configuration."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": "/nonexistent",
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": self.url,
            "AWS_EC2_METADATA_DISABLED": "true",
            **self.credentials,
            **more,
        }

    def blob(self, data):
        """Stores a configuration for its URL, and returns its digest."""
        digest = "sha256:" + hashlib.sha256(data).hexdigest()
        self.blobs[digest] = data
        return digest

    def __call__(self, environ, start_response):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        call = name_of(environ, body)
        if call:
            self.calls.append(call)
        time.sleep(self.delay)
        if call in self.refused or (self.refuses and self.refuses(call, body.decode("latin-1"))):
            return respond(start_response, *refusal(environ, call))
        owner = OWNER.search(body.decode("latin-1"))
        environ.setdefault("HTTP_X_MOTO_ACCOUNT_ID", owner.group(1) if owner else ACCOUNT)
        if environ["PATH_INFO"].startswith("/v2/"):
            return self.as_registry(environ, start_response)
        if call in BY_KEY_ID:
            body = ARN_OF_KEY.sub(b"", body)
            environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        if call == "iam:GetRole":
            # moto makes the name from that of the service.
            body = body.replace(b"RoleName=AWSServiceRoleForECS", b"RoleName=AWSServiceRoleForecs")
            environ["wsgi.input"] = io.BytesIO(body)
        if call == "ecs:ListContainerInstances" and not is_cluster(json.loads(body)["cluster"]):
            return respond(start_response, *CLUSTER_NOT_FOUND)
        answer = self.own_answer(environ, call, body)
        if answer is not None:
            return respond(start_response, "200 OK", "application/x-amz-json-1.1", answer)
        return self.from_moto(environ, start_response, (call, environ["PATH_INFO"], body))

    def own_answer(self, environ, call, body):
        path = environ["PATH_INFO"]
        if path.startswith("/blob/"):
            return self.blobs.get(path.removeprefix("/blob/"))
        if call in self.played:
            return json.dumps(self.played[call](json.loads(body))).encode()
        if call == "ecr:GetDownloadUrlForLayer":
            digest = json.loads(body)["layerDigest"]
            url = f"{self.url}/blob/{digest}"
            return json.dumps({"downloadUrl": url, "layerDigest": digest}).encode()
        if call == "ecr:DescribePullThroughCacheRules":
            rules = [{**rule, "registryId": ACCOUNT} for rule in self.rules]
            return json.dumps({"pullThroughCacheRules": rules}).encode()
        if call == "ec2:DescribeVpcBlockPublicAccessOptions":
            return PUBLIC_ACCESS_OFF
        if call == "servicequotas:GetServiceQuota" and (asked := json.loads(body))["ServiceCode"] in QUOTAS:
            return json.dumps({"Quota": {**asked, "Value": QUOTAS[asked["ServiceCode"]]}}).encode()
        return None

    def play(self, call, answer):
        """From now on this call is answered so: what moto does not have, such as tasks that failed."""
        self.played[call] = answer if callable(answer) else lambda _: answer

    def serve(self, repository, tag, manifest):
        """Makes this address a registry, which is not ECR, of this image."""
        text = json.dumps(manifest).encode()
        digest = "sha256:" + hashlib.sha256(text).hexdigest()
        for reference in (tag, digest):
            self.served[f"/v2/{repository}/manifests/{reference}"] = (manifest["mediaType"], digest, text)

    def as_registry(self, environ, start_response):
        path = environ["PATH_INFO"]
        blob = self.blobs.get(path.rsplit("/", 1)[1])
        if "/blobs/" in path and blob is not None:
            return respond(start_response, "200 OK", "application/octet-stream", blob)
        if path not in self.served:
            body = json.dumps({"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]})
            return respond(start_response, "404 Not Found", "application/json", body.encode())
        media_type, digest, text = self.served[path]
        # The length of a HEAD is that of the body which a GET would have.
        headers = [("content-type", media_type), ("content-length", str(len(text))), ("docker-content-digest", digest)]
        headers.append(("docker-distribution-api-version", "registry/2.0"))
        start_response("200 OK", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [text]

    def from_moto(self, environ, start_response, question):
        if self.kept is None or question[0] is None:
            return self.moto(environ, start_response)
        if question not in self.kept:
            head = []
            text = b"".join(self.moto(environ, lambda *given: head.extend(given[:2])))
            self.kept[question] = (head[0], head[1], text)
        status, headers, text = self.kept[question]
        start_response(status, headers)
        return [text]


class Silent(WSGIRequestHandler):
    """Serves connections that stay open, and prints no line for each request."""

    protocol_version = "HTTP/1.1"

    def log_request(self, *_):
        pass


# moto lists no instances where there is no cluster.
CLUSTER_NOT_FOUND = (
    "400 Bad Request",
    "application/x-amz-json-1.1",
    b'{"__type": "ClusterNotFoundException", "message": "Cluster not found."}',
)


def is_cluster(name):
    return name.rsplit("/", 1)[-1] in ecs_backends[ACCOUNT][REGION].clusters


def name_of(environ, body):
    """The call, such as `ecr:BatchGetImage`; of S3, the method, `s3:HEAD`, unless a bucket's policy is read."""
    scope = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/", environ.get("HTTP_AUTHORIZATION", ""))
    if not scope:
        return None
    # CloudWatch signs by another name than that of its actions.
    service = {"monitoring": "cloudwatch"}.get(scope.group(1), scope.group(1))
    target = environ.get("HTTP_X_AMZ_TARGET")
    if target:
        return f"{service}:{target.rsplit('.', 1)[1]}"
    if service == "s3" and environ["REQUEST_METHOD"] == "GET" and "policy" in environ["QUERY_STRING"].split("&"):
        return "s3:GetBucketPolicy"
    action = parse_qs(body.decode("latin-1")).get("Action")
    return f"{service}:{action[0] if action else environ['REQUEST_METHOD']}"


def refusal(environ, call):
    """What a service says to somebody without the right, in its own protocol."""
    message = f"User: arn:aws:iam::{ACCOUNT}:user/ci is not authorized to perform: {call}"
    if environ.get("HTTP_X_AMZ_TARGET"):
        body = {"__type": "AccessDeniedException", "message": message}
        return "400 Bad Request", "application/x-amz-json-1.1", json.dumps(body).encode()
    if environ["REQUEST_METHOD"] == "HEAD":
        return "403 Forbidden", "application/xml", b""
    body = f"<ErrorResponse><Error><Code>AccessDenied</Code><Message>{message}</Message></Error></ErrorResponse>"
    return "403 Forbidden", "text/xml", body.encode()


def respond(start_response, status, media_type, body):
    start_response(status, [("content-type", media_type), ("content-length", str(len(body))), ("x-amzn-requestid", "emulated")])
    return [body]


def post(url):
    urllib.request.urlopen(urllib.request.Request(url, method="POST")).close()
