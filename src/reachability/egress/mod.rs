//! What this task has to reach, by what it asks for and where it runs: from the documents, and for
//! sessions of ECS Exec from the cluster.
//!
//! Which service answers for what is AWS's list
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html>,
//! <https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html>). A KMS endpoint is
//! among it for those sessions only: secrets and parameters are decrypted by their own services.

mod collector;
mod need;
mod partial;
mod sessions;

use crate::facts::View;
use crate::knowledge::Stop;
use crate::names::{Partition, Region};
use crate::task::{Attachment, Carrier, EgressPoint, SendsFrom, Task};

pub(crate) use need::{Call, Errand, Need, Pull, Reach, To, destination};

use collector::Collector;

/// What leaves by this sender.
///
/// # Errors
/// A gap where the documents do not say how the task stands in the network, or there is no region, and
/// whatever is still under way.
pub(crate) fn by(sender: &EgressPoint, facts: &View) -> Result<Reach, Stop> {
    let standing = sender.task.attachment()?;
    let mut reach = of(sender.task)?;
    reach.needs.extend(sessions::sessions(sender.task, facts)?);
    let wanted = match (standing, sender.from) {
        (Attachment::OwnInterface, SendsFrom::Subnet(_)) => Some(Carrier::Containers),
        (Attachment::OwnInterface, SendsFrom::Instances(_)) => Some(Carrier::Agent),
        _ => None,
    };
    match wanted {
        Some(wanted) => reach.needs.retain(|need| need.carrier == wanted),
        // One interface carries it all.
        None => reach.needs = together(reach.needs),
    }
    // What images, secrets and logs are is nothing to an interface that does not carry them.
    if wanted == Some(Carrier::Containers) {
        reach.open.clear();
        reach.needs.push(Need {
            to: To::Host("the internet".to_owned()),
            decides: false,
            errands: vec![Errand {
                what: "what the containers call themselves".to_owned(),
                call: Call::Own,
            }],
            carrier: Carrier::Containers,
        });
    }
    Ok(reach)
}

/// Each place once, whoever calls it.
fn together(needs: Vec<Need>) -> Vec<Need> {
    let mut found: Vec<Need> = Vec::new();
    for need in needs {
        let need = Need { carrier: Carrier::Agent, ..need };
        match found.iter_mut().find(|it| it.is_like(&need)) {
            Some(known) => known.join(need),
            None => found.push(need),
        }
    }
    found
}

/// Everything that the task has to reach.
///
/// # Errors
/// A gap where there is no region.
pub(crate) fn of(task: &Task) -> Result<Reach, Stop> {
    let mut found = Collector::of(task)?;
    found.images();
    found.secrets();
    found.files();
    found.logs();
    found.features();
    found.agents();
    Ok(found.reach)
}

/// The bucket that ECR keeps the layers of a region in
/// (<https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html>).
pub(crate) fn layer_bucket(region: &Region) -> String {
    let partition = Partition::of_region(region.as_str());
    format!("arn:{partition}:s3:::prod-{region}-starport-layer-bucket")
}
