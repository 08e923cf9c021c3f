//! Stories of quotas of Fargate.

use super::{AT_CLUSTER, REGION, account, json, plain, task};
use crate::checks::capacity::quota::CAPACITY_QUOTA;
use crate::report::Status::{Pass, Warn};

#[test]
fn a_quota_that_is_too_small_is_a_warning() {
    let check = &CAPACITY_QUOTA;
    let fargate = plain().replace("EC2", "FARGATE");
    let quota = json!({"region": REGION, "quota": {"service": "fargate", "code": "L-3032A538"}});
    // One task of half a vCPU, and in a deployment one more.
    for (most, told) in [
        (1.0, (Pass, "", "1 tasks require 0.5 vCPUs")),
        (0.75, (Warn, AT_CLUSTER, "next to the old ones and requires 1 vCPUs")),
        (0.25, (Warn, AT_CLUSTER, "1 tasks require 0.5 vCPUs, but the quota Fargate On-Demand")),
    ] {
        let account = account(&json!({}), &[])
            .says("servicequotas:GetServiceQuota", &quota, &json!(most))
            .recorded();
        task("").served_by(&fargate).in_account(account).ends(check, &[told]);
    }
    // What others run counts too; of an existing service only what a deployment adds.
    let usage = json!({"region": REGION,
        "of": {"service": "Fargate", "resource": "vCPU", "class": "Standard/OnDemand"}});
    let key = json!({"region": REGION, "cluster": "prod", "service": "web"});
    let running = json!({"json": {"status": "ACTIVE", "runningCount": 4}});
    let four = fargate.replace(r#""desiredCount": 1"#, r#""desiredCount": 4"#);
    let words = "8.5 vCPUs are in use and 2 more are required, but the quota Fargate On-Demand";
    for (used, runs, told) in [
        (json!(8.0), false, (Pass, "", "4 tasks require 2 vCPUs")),
        (json!(8.5), false, (Warn, AT_CLUSTER, words)),
        (json!(9.5), true, (Pass, "", "4 tasks require 2 vCPUs")),
        (json!(9.75), true, (Warn, AT_CLUSTER, "9.75 vCPUs are in use and 0.5 more")),
        (json!(null), false, (Pass, "", "4 tasks require 2 vCPUs")),
    ] {
        let mut account = account(&json!({}), &[])
            .says("servicequotas:GetServiceQuota", &quota, &json!(10.0))
            .says("cloudwatch:GetMetricStatistics", &usage, &used);
        if runs {
            account = account.says("ecs:DescribeServices", &key, &running);
        }
        task("").served_by(&four).in_account(account.recorded()).ends(check, &[told]);
    }
    let hidden = account(&json!({}), &[])
        .says("servicequotas:GetServiceQuota", &quota, &json!(10.0))
        .refuses("cloudwatch:GetMetricStatistics", &usage)
        .recorded();
    let told = (Pass, "", "4 tasks require 2 vCPUs");
    task("").served_by(&four).in_account(hidden).ends(check, &[told]);
    // Of ten tasks, two run on demand first, and half of the others on Spot.
    let items = r#""capacityProviderStrategy": [
        {"capacityProvider": "FARGATE", "base": 2, "weight": 1},
        {"capacityProvider": "FARGATE_SPOT", "weight": 1}]"#;
    let both = plain()
        .replace(r#""launchType": "EC2""#, items)
        .replace(r#""desiredCount": 1"#, r#""desiredCount": 10"#);
    let spot = json!({"region": REGION, "quota": {"service": "fargate", "code": "L-36FBB829"}});
    for (on_demand, on_spot, told) in [
        (4.0, 3.0, (Pass, "", "10 tasks require 3 vCPUs, and the quota is 4; 10 tasks require 2")),
        (4.0, 1.5, (Warn, AT_CLUSTER, "10 tasks require 2 vCPUs, but the quota Fargate Spot")),
    ] {
        let account = account(&json!({}), &[])
            .says("servicequotas:GetServiceQuota", &quota, &json!(on_demand))
            .says("servicequotas:GetServiceQuota", &spot, &json!(on_spot))
            .recorded();
        task("").served_by(&both).in_account(account).ends(check, &[told]);
    }
}
