"""Broken accounts: secrets, parameters, environment files, log groups, and their keys."""

import json
import re

from account import policy, statement
from broken import EXECUTION, OTHER, allow_only, bound, fails, inline, judged, lacking, warns
from emulator import ACCOUNT, REGION
from replay import awslogs, env_file, fargate, router, secret

SECRETS = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret"


@fails("secret-exists")
def secret_marked_for_deletion(emulator, named):
    return judged(secret(named["legacy"]))


@fails("secret-exists")
def secret_without_the_stage(emulator, named):
    return judged(secret(f"{named['session']}::AWSPENDING:"))


@fails("secret-exists")
def secret_missing(emulator, named):
    return judged(secret(f"{SECRETS}:storefront/none-AbCdEf"))


@fails("secret-exists")
def secret_without_a_value(emulator, named):
    return judged(secret(emulator.client("secretsmanager").create_secret(Name="storefront/empty")["ARN"]))


@warns("secret-region")
def secret_in_another_region(emulator, named):
    arn = emulator.client("secretsmanager", "eu-west-1").create_secret(Name="storefront/far", SecretString="x")["ARN"]
    return judged(secret(arn), edited=lambda result: judged(secret(re.search(r"arn:\S+", result["remedy"]).group())))


@fails("secret-permission")
def secret_may_not_be_read(emulator, named):
    lacking(emulator, "secretsmanager")
    return judged(secret(named["session"]))


@fails("secret-permission")
def secret_is_beyond_the_boundary(emulator, named):
    bound(emulator, statement("ecr:*", "*"), statement("logs:*", "*"))
    return judged(secret(named["session"]))


@fails("secret-permission")
def secret_of_another_account(emulator, named):
    key = emulator.client_of(OTHER, "kms").create_key()["KeyMetadata"]["Arn"]
    there = emulator.client_of(OTHER, "secretsmanager")
    arn = there.create_secret(Name="shared", SecretString="x", KmsKeyId=key)["ARN"]
    allow_only(emulator, *inline(emulator), statement("secretsmanager:GetSecretValue", arn), statement("kms:Decrypt", key))
    return judged(secret(arn))


@fails("secret-permission")
def secret_of_another_account_under_its_default_key(emulator, named):
    there = emulator.client_of(OTHER, "secretsmanager")
    arn = there.create_secret(Name="shared", SecretString="x")["ARN"]
    reader = {"Effect": "Allow", "Principal": {"AWS": EXECUTION}, "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    there.put_resource_policy(SecretId=arn, ResourcePolicy=json.dumps(policy(reader)))
    allow_only(emulator, *inline(emulator), statement("secretsmanager:GetSecretValue", arn), statement("kms:Decrypt", "*"))
    return judged(secret(arn))


@fails("parameter-exists")
def parameter_missing(emulator, named):
    return judged(secret("/storefront/none"))


@fails("parameter-permission")
def parameter_may_not_be_read(emulator, named):
    lacking(emulator, "ssm")
    return judged(secret("/storefront/log-level"))


@fails("environment-file-exists")
def environment_file_missing(emulator, named):
    return judged(env_file("none.env"))


@fails("environment-file-exists")
def environment_file_in_no_bucket(emulator, named):
    document = env_file("x.env")
    document["containerDefinitions"][0]["environmentFiles"][0]["value"] = "arn:aws:s3:::storefront-none/x.env"
    return judged(document)


@fails("environment-file-permission")
def environment_file_may_not_be_read(emulator, named):
    lacking(emulator, "s3")
    return judged(env_file("production.env"))


# --- Keys ----------------------------------------------------------------------------------------


def key_of_database(emulator, named):
    kms = emulator.client("kms")
    arn = emulator.client("secretsmanager").describe_secret(SecretId=named["database"])["KmsKeyId"]
    return kms, kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyId"]


@fails("kms-key-usable")
def key_disabled(emulator, named):
    kms, key = key_of_database(emulator, named)
    kms.disable_key(KeyId=key)
    return judged(secret(named["database"]))


@fails("kms-key-usable")
def key_to_be_deleted(emulator, named):
    kms, key = key_of_database(emulator, named)
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    return judged(secret(named["database"]))


@fails("kms-key-usable")
def key_alias_missing(emulator, named):
    emulator.client("kms").delete_alias(AliasName="alias/storefront")
    return judged(secret("/storefront/payment-token"))


@fails("kms-decrypt-permission")
def key_may_not_be_used(emulator, named):
    lacking(emulator, "kms")
    return judged(secret(named["database"]))


@fails("kms-decrypt-permission")
def key_policy_does_not_admit_the_role(emulator, named):
    kms, key = key_of_database(emulator, named)
    admin = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/ci"}, "Action": "kms:*", "Resource": "*"}
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy(admin)))
    return judged(secret(named["database"]))


@fails("kms-decrypt-permission")
def key_is_beyond_the_boundary(emulator, named):
    bound(emulator, statement(["ecr:*", "secretsmanager:*"], "*"))
    return judged(secret(named["database"]))


@warns("kms-key-usable")
def key_does_not_admit_cloudwatch_logs(emulator, named):
    _, key = key_of_database(emulator, named)
    arn = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{key}"
    emulator.client("logs").create_log_group(logGroupName="/ecs/encrypted", kmsKeyId=arn)
    allow_only(emulator, *inline(emulator), statement("logs:*", "*"))
    return judged(fargate(awslogs("/ecs/encrypted")))


@fails("kms-key-usable")
def key_of_a_cluster_is_an_alias(emulator, named):
    storage = {"managedStorageConfiguration": {"fargateEphemeralStorageKmsKeyId": "alias/storefront"}}
    emulator.client("ecs").create_cluster(clusterName="sealed", configuration=storage)
    return judged(fargate({}), "--cluster", "sealed", "--launch-type", "FARGATE")


# --- Log groups ----------------------------------------------------------------------------------


@fails("log-group-exists")
def log_group_missing(emulator, named):
    return judged(fargate(awslogs("/ecs/none")))


@fails("log-group-create-permission", "log-write-permission")
def log_group_may_not_be_created(emulator, named):
    return judged(fargate(awslogs("/ecs/none", **{"awslogs-create-group": "true"})))


@fails("log-write-permission")
def log_group_may_not_be_written(emulator, named):
    lacking(emulator, "logs")
    return judged(fargate(awslogs("/ecs/storefront")))


@fails("log-firelens")
def log_router_without_its_file(emulator, named):
    return judged(router("none.conf"), "--cluster", "production")
