"""Broken accounts: what a service needs around it."""

from broken import fails, judged
from network import make_vpc
from replay import fargate, within


@fails("cluster-exists")
def cluster_missing(emulator, named):
    return judged(fargate({}), "--cluster", "prodution", "--launch-type", "FARGATE")


@fails("service-discovery")
def namespace_missing(emulator, named):
    service = within(make_vpc(emulator))["service"]
    connect = {"enabled": True, "namespace": "shop"}
    return judged(fargate({}), "--service-definition", {**service, "desiredCount": 1, "serviceConnectConfiguration": connect})
