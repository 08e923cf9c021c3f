#!/usr/bin/env bash
# What an engineer reads by hand, with the AWS CLI, before a deploy to Fargate: by_hand.sh TASKDEF SERVICE.
# It looks for what is named in the files. Whether a role may use it, or the network leads to it, it does not say.
set -uo pipefail
definition=$1 service=$2
export AWS_PAGER=

of() { jq -r "$2 // empty" "$1"; }
look() { aws "$@" --output json >>answers.json || echo "missing or not readable: aws $*"; }

look sts get-caller-identity
look ecs describe-clusters --clusters "$(of "$service" .cluster)"
for role in $(of "$definition" '.executionRoleArn, .taskRoleArn'); do
    name=${role##*/}
    look iam get-role --role-name "$name"
    for policy in $(aws iam list-role-policies --role-name "$name" --query 'PolicyNames' --output text); do
        look iam get-role-policy --role-name "$name" --policy-name "$policy"
    done
    for policy in $(aws iam list-attached-role-policies --role-name "$name" --query 'AttachedPolicies[].PolicyArn' --output text); do
        version=$(aws iam get-policy --policy-arn "$policy" --query Policy.DefaultVersionId --output text)
        look iam get-policy-version --policy-arn "$policy" --version-id "$version"
    done
done
for image in $(of "$definition" '.containerDefinitions[].image'); do
    path=${image#*/}
    case $path in
        *@*) id=imageDigest=${path#*@} ;;
        *) id=imageTag=${path#*:} ;;
    esac
    look ecr describe-images --repository-name "${path%%[:@]*}" --image-ids "$id"
done
for secret in $(of "$definition" '.containerDefinitions[].secrets[]?.valueFrom'); do
    case $secret in
        arn:*:secretsmanager:*) look secretsmanager describe-secret --secret-id "$(cut -d: -f1-7 <<<"$secret")" ;;
        *) look ssm describe-parameters --parameter-filters "Key=Name,Values=${secret##*:parameter}" ;;
    esac
done
for file in $(of "$definition" '.containerDefinitions[].environmentFiles[]?.value'); do
    look s3api head-object --bucket "$(cut -d: -f6 <<<"$file" | cut -d/ -f1)" --key "${file#*/}"
done
for group in $(of "$definition" '.containerDefinitions[].logConfiguration.options["awslogs-group"]' | sort -u); do
    look logs describe-log-groups --log-group-name-prefix "$group"
done
for files in $(of "$definition" '.volumes[]?.efsVolumeConfiguration.fileSystemId'); do
    look efs describe-file-systems --file-system-id "$files"
    look efs describe-mount-targets --file-system-id "$files"
done
network='.networkConfiguration.awsvpcConfiguration'
for subnet in $(of "$service" "$network.subnets[]"); do
    look ec2 describe-subnets --subnet-ids "$subnet"
    vpc=$(aws ec2 describe-subnets --subnet-ids "$subnet" --query 'Subnets[0].VpcId' --output text)
    look ec2 describe-route-tables --filters "Name=vpc-id,Values=$vpc"
    look ec2 describe-vpc-endpoints --filters "Name=vpc-id,Values=$vpc"
    look ec2 describe-nat-gateways --filter "Name=vpc-id,Values=$vpc"
done
for group in $(of "$service" "$network.securityGroups[]"); do
    look ec2 describe-security-groups --group-ids "$group"
done
