//! How often AWS answers a call, where it documents that: a token bucket for each account and region.

use super::Call;

/// A bucket. Calls of one bucket share its tokens.
#[derive(Debug)]
pub struct Rate {
    /// Its name, in AWS's words.
    pub bucket: &'static str,
    calls: &'static [&'static str],
    /// How many requests it holds.
    pub burst: u16,
    /// How many requests a second are added.
    pub per_second: u16,
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html> (2026-11)
const ECS: &[Rate] = &[
    rate("Cluster read actions", &["ecs:DescribeClusters"], 50, 20),
    rate("Task definition read actions", &["ecs:DescribeTaskDefinition"], 50, 20),
    rate("Capacity provider read actions", &["ecs:DescribeCapacityProviders"], 50, 20),
    rate("Setting read actions", &["ecs:ListAccountSettings"], 50, 20),
    // The second one lists the tasks of a service first, which is rarer than its own 80 a second.
    rate(
        "Cluster resource read actions",
        &["ecs:DescribeContainerInstances", "ecs:GetTaskProtection"],
        100,
        20,
    ),
    rate("Service read actions", &["ecs:DescribeServices", "ecs:ListServices"], 100, 20),
];

const fn rate(
    bucket: &'static str,
    calls: &'static [&'static str],
    burst: u16,
    per_second: u16,
) -> Rate {
    Rate { bucket, calls, burst, per_second }
}

/// The bucket of a call, if AWS documents it.
pub fn rate_of(call: Call) -> Option<&'static Rate> {
    ECS.iter().find(|rate| rate.calls.contains(&call.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_has_one_bucket_and_a_bucket_refills() {
        for (at, rate) in ECS.iter().enumerate() {
            assert!(rate.burst >= rate.per_second && rate.per_second > 0, "{rate:?}");
            let others = ECS[..at].iter().flat_map(|it| it.calls);
            assert!(others.into_iter().all(|call| !rate.calls.contains(call)), "{rate:?}");
        }
        let bucket = |call| rate_of(Call(call)).map(|rate| rate.bucket);
        assert_eq!(bucket("ecs:ListServices"), bucket("ecs:DescribeServices"));
        assert_eq!(bucket("iam:GetRole"), None);
    }
}
