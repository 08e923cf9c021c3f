"""Broken accounts: images, and who may pull them."""

import json

import account
from account import policy, statement
from broken import OTHER, allow_only, bound, fails, judged
from emulator import ACCOUNT, REGION
from program import demo
from replay import credentials, fargate, image


@fails("image-exists")
def image_tag_missing(emulator, named):
    return judged(image("storefront:3.0.0"))


@fails("image-exists")
def image_repository_missing(emulator, named):
    return judged(image("storefront-new:2.7.0"))


@fails("image-exists", rest="Push the image that has this digest")
def image_digest_in_no_repository(emulator, named):
    return judged(image(f"storefront-new@sha256:{'0' * 64}"))


@fails("image-exists")
def upstream_credentials_marked_for_deletion(emulator, named):
    secrets = emulator.client("secretsmanager")
    secret = secrets.create_secret(Name="ecr-pullthroughcache/hub", SecretString="{}")["ARN"]
    secrets.delete_secret(SecretId=secret, RecoveryWindowInDays=7)
    host = emulator.url.removeprefix("http://")
    emulator.rules.append({"ecrRepositoryPrefix": "hub", "upstreamRegistryUrl": host, "credentialArn": secret})
    emulator.serve("app", "1", account.image(emulator, "amd64", "app"))
    return judged(image("hub/app:1"))


@fails("image-platform")
def image_of_another_architecture(emulator, named):
    return judged(image("storefront-worker:2.7.0-graviton"))


@fails("image-exists", "image-platform", "secret-exists", "parameter-exists", "environment-file-exists")
def demo_of_the_readme(emulator, named):
    return judged(demo("broken"))


@fails("image-pull-permission")
def image_role_may_not_pull(emulator, named):
    iam = emulator.client("iam")
    for attached in iam.list_attached_role_policies(RoleName="storefront-execution")["AttachedPolicies"]:
        iam.detach_role_policy(RoleName="storefront-execution", PolicyArn=attached["PolicyArn"])
    return judged(image("storefront:2.7.0"))


@fails("image-pull-permission")
def image_role_is_bound(emulator, named):
    bound(emulator, statement("ecr:GetAuthorizationToken", "*"))
    return judged(image("storefront:2.7.0"))


@fails("image-pull-permission")
def image_of_another_account(emulator, named):
    # It may be described, but not pulled.
    host = f"{OTHER}.dkr.ecr.{REGION}.amazonaws.com"
    ecr = emulator.client_of(OTHER, "ecr")
    ecr.create_repository(repositoryName="shared")
    account.push_index(Elsewhere(emulator), "shared", ["amd64"], "1")
    seen = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "ecr:Describe*"}
    ecr.set_repository_policy(repositoryName="shared", policyText=json.dumps(policy(seen)))
    allow_only(
        emulator, statement(["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"], "*")
    )
    return judged(fargate({"image": f"{host}/shared:1"}))


class Elsewhere:
    """The emulator as another account sees it."""

    def __init__(self, emulator):
        self.emulator = emulator

    def client(self, service):
        return self.emulator.client_of(OTHER, service)

    def blob(self, data):
        return self.emulator.blob(data)


@fails("image-registry-credentials")
def credentials_marked_for_deletion(emulator, named):
    emulator.serve("app", "1", account.image(emulator, "amd64", "app"))
    return judged(credentials(named["legacy"]))
