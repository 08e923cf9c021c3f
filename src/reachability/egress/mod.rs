//! The destinations that this task has to reach, from the documents and, for ECS Exec sessions, from the
//! cluster.
//!
//! Which service is called for what follows AWS's list
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html>,
//! <https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html>). A KMS endpoint is
//! among it for those sessions only: secrets and parameters are decrypted by their own services.

mod collector;
mod host;
mod need;
mod partial;
mod sessions;

use crate::facts::View;
use crate::knowledge::Stop;
use crate::names::{Partition, Region};
use crate::task::{Attachment, Carrier, EgressPoint, SendsFrom, Task};

pub(crate) use need::{Call, Errand, Need, Pull, Reach, To, destination};

use collector::Collector;

/// The destinations of this sender.
///
/// # Errors
/// A gap if the documents do not determine the task's network or there is no region, and pending answers.
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
    // Images, secrets and logs do not concern an interface that does not carry them.
    if wanted == Some(Carrier::Containers) {
        reach.open.clear();
        reach.needs.push(Need {
            to: To::Host("the internet".to_owned()),
            decides: false,
            errands: vec![Errand {
                what: "the calls of the containers".to_owned(),
                call: Call::Own,
                decides: false,
            }],
            carrier: Carrier::Containers,
        });
    }
    Ok(reach)
}

/// Each destination once, with all its calls.
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

/// Every destination of the task.
///
/// # Errors
/// A gap if there is no region.
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

/// The bucket where ECR stores the layers of a region
/// (<https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html>).
pub(crate) fn layer_bucket(region: &Region) -> String {
    let partition = Partition::of_region(region.as_str());
    format!("arn:{partition}:s3:::prod-{region}-starport-layer-bucket")
}
