"""A stack with the healthy definition and its execution role."""

import json

from emulator import ACCOUNT, REGION
from program import demo

IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/storefront:2.7.0"
STACK = "storefront"
# Another one than that of the service: the stack registers its definition.
FAMILY = "stacked"


def properties(fields):
    """The properties of CloudFormation for these fields of the API."""
    if isinstance(fields, dict):
        return {
            name[0].upper() + name[1:]: value if name == "options" else properties(value) for name, value in fields.items()
        }
    return [properties(it) for it in fields] if isinstance(fields, list) else fields


def template(*actions):
    """The healthy definition with an execution role of these permissions, a parameter and an export."""
    task = properties(demo())
    task["ExecutionRoleArn"] = {"Fn::GetAtt": ["ExecutionRole", "Arn"]}
    task["ContainerDefinitions"][0]["Image"] = {"Fn::ImportValue": "storefront-image"}
    task["Family"] = {"Ref": "Family"}
    trust = {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
    statements = [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]
    role = {
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        "Policies": [{"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}}],
    }
    return {
        "Parameters": {"Family": {"Type": "String"}},
        "Resources": {
            "ExecutionRole": {"Type": "AWS::IAM::Role", "Properties": role},
            "Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": task},
        },
    }


def create(emulator):
    """Creates the stack, and another one with the export that it imports; returns the name of its role."""
    stacks = emulator.client("cloudformation")
    exported = {
        "Resources": {"Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/exporter"}}},
        "Outputs": {"Image": {"Value": IMAGE, "Export": {"Name": "storefront-image"}}},
    }
    stacks.create_stack(StackName="exporter", TemplateBody=json.dumps(exported))
    parameters = [{"ParameterKey": "Family", "ParameterValue": FAMILY}]
    stacks.create_stack(
        StackName=STACK, TemplateBody=json.dumps(template("*")), Parameters=parameters, Capabilities=["CAPABILITY_IAM"]
    )
    resource = stacks.describe_stack_resource(StackName=STACK, LogicalResourceId="ExecutionRole")
    role = resource["StackResourceDetail"]["PhysicalResourceId"]
    # moto keeps the policies of a template as Python, which is no JSON.
    [policy] = template("*")["Resources"]["ExecutionRole"]["Properties"]["Policies"]
    emulator.client("iam").put_role_policy(
        RoleName=role, PolicyName="own", PolicyDocument=json.dumps(policy["PolicyDocument"])
    )
    return role
