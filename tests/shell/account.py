"""An account that only lists names: a server in the place of AWS, which remembers what it was asked."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

REGION = "eu-west-1"
ARN = f"arn:aws:ecs:{REGION}:111122223333"
CLUSTERS = ["prod", "proving-ground", "staging"]
SERVICES = {"prod": ["web", "worker", "web-admin"], "default": ["lonely"]}
REVISIONS = {"storefront": [9, 8, 7], "stock": [3]}
SUBNETS = {"subnet-0a1b": "private-a", "subnet-0c2d": "private-b"}
GROUPS = {"sg-0a1b": "web", "sg-0c2d": "database"}


class Account:
    """Answers until it is closed; `delay` makes every answer late, and `broken` makes it an error."""

    def __init__(self):
        self.asked, self.delay, self.broken = [], 0.0, False
        account = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                target = self.headers.get("x-amz-target")
                action = target.split(".")[1] if target else parse_qs(body)["Action"][0]
                account.asked.append(action)
                time.sleep(account.delay)
                if account.broken:
                    return self.reply(403, json.dumps({"__type": "AccessDeniedException"}))
                question = json.loads(body) if target else {}
                self.reply(200, getattr(account, action)(question))

            def reply(self, status, text):
                try:
                    self.send_response(status)
                    self.send_header("content-length", str(len(text.encode())))
                    self.end_headers()
                    self.wfile.write(text.encode())
                except OSError:
                    pass

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def ListClusters(self, _):
        return json.dumps({"clusterArns": [f"{ARN}:cluster/{it}" for it in CLUSTERS]})

    def ListServices(self, question):
        cluster = question["cluster"]
        arns = [f"{ARN}:service/{cluster}/{it}" for it in SERVICES.get(cluster, [])]
        return json.dumps({"serviceArns": arns})

    def ListTaskDefinitionFamilies(self, question):
        return json.dumps({"families": [it for it in REVISIONS if it.startswith(question["familyPrefix"])]})

    def ListTaskDefinitions(self, question):
        family = question["familyPrefix"]
        arns = [f"{ARN}:task-definition/{family}:{it}" for it in REVISIONS.get(family, [])]
        return json.dumps({"taskDefinitionArns": arns})

    def DescribeSubnets(self, _):
        items = "".join(
            f"<item><subnetId>{id}</subnetId><vpcId>vpc-1</vpcId><cidrBlock>10.0.0.0/24</cidrBlock>"
            f"<availabilityZone>{REGION}a</availabilityZone>"
            f"<tagSet><item><key>Name</key><value>{name}</value></item></tagSet></item>"
            for id, name in SUBNETS.items()
        )
        return f"<DescribeSubnetsResponse><subnetSet>{items}</subnetSet></DescribeSubnetsResponse>"

    def DescribeSecurityGroups(self, _):
        items = "".join(
            f"<item><groupId>{id}</groupId><groupName>{name}</groupName><vpcId>vpc-1</vpcId></item>"
            for id, name in GROUPS.items()
        )
        return (
            f"<DescribeSecurityGroupsResponse><securityGroupInfo>{items}</securityGroupInfo>"
            "</DescribeSecurityGroupsResponse>"
        )
