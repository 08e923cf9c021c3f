"""What services need in the account: a provider that launches instances."""

import base64


def grow(emulator, subnet, script):
    """A cluster without instances, whose capacity provider launches those of a launch template."""
    ec2, ecs, scaling = (emulator.client(name) for name in ("ec2", "ecs", "autoscaling"))
    image = ec2.describe_images()["Images"][0]["ImageId"]
    data = {"InstanceType": "m5.large", "ImageId": image, "UserData": base64.b64encode(script.encode()).decode()}
    template = ec2.create_launch_template(LaunchTemplateName="growing", LaunchTemplateData=data)["LaunchTemplate"]
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="growing",
        MinSize=0,
        MaxSize=4,
        DesiredCapacity=0,
        LaunchTemplate={"LaunchTemplateId": template["LaunchTemplateId"], "Version": "$Latest"},
        VPCZoneIdentifier=subnet,
    )
    groups = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=["growing"])["AutoScalingGroups"]
    provider = {"autoScalingGroupArn": groups[0]["AutoScalingGroupARN"], "managedScaling": {"status": "ENABLED"}}
    ecs.create_capacity_provider(name="growing", autoScalingGroupProvider=provider)
    ecs.create_cluster(clusterName="growing", capacityProviders=["growing"])
