//! Where lookups are tried out.

use std::sync::Arc;

use super::wire::{Reply, Server};
use super::{Case, lookups};
use crate::facts::BoxedAnswer;
use crate::knowledge::Seen;
use crate::lookup::Services;
use crate::lookup::services::brief_client;

/// Asks all lookups at once.
pub(super) struct Bench {
    pub runtime: tokio::runtime::Runtime,
    pub http: reqwest::Client,
}

impl Bench {
    pub(super) fn new() -> Bench {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        Bench { runtime, http: brief_client() }
    }

    /// What each lookup learns from a server that gives to everything the reply picked for it.
    pub(super) fn learn(
        &self,
        pick: impl Fn(&Case) -> Option<Reply>,
    ) -> Vec<(Case, Reply, BoxedAnswer)> {
        let asking: Vec<_> = lookups("")
            .into_iter()
            .enumerate()
            .filter_map(|(nth, case)| {
                let reply = pick(&case)?;
                let server = Server::start();
                // Only a registry is asked for by its own address.
                let by_address = is_a_registry(&case);
                let case = if by_address { lookups(&server.host).remove(nth) } else { case };
                server.give(&reply);
                let services = Services::through(&self.http, &format!("http://{}", server.host));
                let asked = case.asked.fetch(vec![case.asked.clone()], Arc::new(services));
                Some((case, reply, server, self.runtime.spawn(asked)))
            })
            .collect();
        let answered = asking.into_iter().map(|(case, reply, _server, asking)| {
            let mut answers = self.runtime.block_on(asking).unwrap();
            assert_eq!(answers.len(), 1, "{}: one answer to one question", case.name);
            (case, reply, answers.remove(0))
        });
        answered.collect()
    }
}

/// What the lookup of this name learns from this reply.
pub(super) fn learnt(bench: &Bench, name: &str, reply: &Reply) -> String {
    let learnt = bench.learn(|case| (case.name == name).then(|| reply.clone()));
    assert_eq!(learnt.len(), 1, "{name}");
    told(&learnt[0].2)
}

/// Whether this is a lookup of a service that is asked without a client of AWS's own.
pub(super) fn is_ours(case: &Case) -> bool {
    let services = [
        "acm-pca",
        "application-autoscaling",
        "autoscaling",
        "cloudformation",
        "cloudwatch",
        "ec2",
        "elasticfilesystem",
        "elasticloadbalancing",
        "fsx",
        "iam",
        "logs",
        "organizations",
        "s3",
        "servicediscovery",
        "servicequotas",
        "sts",
    ];
    services.contains(&case.asked.call().service())
}

/// What it came to, for a message.
pub(super) fn told(answer: &BoxedAnswer) -> String {
    match answer {
        Ok(Seen::Found(fact)) => format!("found {}", fact.to_json()),
        Ok(Seen::Absent(absence)) => format!("absent: {}", absence.sentence),
        Err(gap) => format!("a gap: {gap}"),
    }
}

pub(super) fn is_a_registry(case: &Case) -> bool {
    !case.asked.call().is_iam_action()
}
