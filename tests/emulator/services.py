"""What services need in the account: a provider that launches instances, and what is in front of the tasks."""

import base64

from emulator import REGION


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


def balance(emulator, made):
    """A load balancer in this VPC, a service registry and a namespace; returns their ARNs."""
    balancing, names, ec2 = emulator.client("elbv2"), emulator.client("servicediscovery"), emulator.client("ec2")
    second = ec2.create_subnet(VpcId=made["vpc"], CidrBlock="10.0.2.0/24", AvailabilityZone=f"{REGION}b")["Subnet"]["SubnetId"]
    balancer = balancing.create_load_balancer(Name="storefront", Subnets=[made["subnet"], second], SecurityGroups=[made["group"]])
    group = balancing.create_target_group(Name="storefront", Protocol="HTTP", Port=8080, VpcId=made["vpc"], TargetType="ip")
    targets = group["TargetGroups"][0]["TargetGroupArn"]
    forward = [{"Type": "forward", "TargetGroupArn": targets}]
    arn = balancer["LoadBalancers"][0]["LoadBalancerArn"]
    balancing.create_listener(LoadBalancerArn=arn, Protocol="HTTP", Port=80, DefaultActions=forward)
    web = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 8080, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}
    ec2.authorize_security_group_ingress(GroupId=made["group"], IpPermissions=[web])
    names.create_private_dns_namespace(Name="storefront.local", Vpc=made["vpc"])
    names.create_http_namespace(Name="storefront")
    namespace = next(it["Id"] for it in names.list_namespaces()["Namespaces"] if it["Name"] == "storefront.local")
    records = {"DnsRecords": [{"Type": "A", "TTL": 10}], "RoutingPolicy": "MULTIVALUE"}
    registry = names.create_service(Name="web", NamespaceId=namespace, DnsConfig=records)["Service"]["Arn"]
    connect = next(it["Arn"] for it in names.list_namespaces()["Namespaces"] if it["Name"] == "storefront")
    return {"targets": targets, "registry": registry, "namespace": connect}
