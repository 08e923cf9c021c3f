//! The destination of a text with placeholders: whatever account, tag or name is filled in, the host and the
//! region are already known.

use crate::document::{Node, Place};
use crate::names::{ImageRef, Partition, Region, Registry, placeholder};

/// The text at this place.
pub(crate) fn written<'n>(node: &'n Node, place: &Place) -> Option<&'n str> {
    if node.place == *place {
        return node.text();
    }
    let fields = node.entries().iter().map(|entry| &entry.node);
    fields.chain(node.items()).find_map(|it| written(it, place))
}

/// Replaces a placeholder; no name contains it.
const HOLE: char = '\0';

/// The text with a hole for each placeholder.
fn with_holes(text: &str) -> String {
    let (mut done, mut rest) = (String::new(), text);
    while let Some(found) = placeholder::find(rest) {
        let Some((before, after)) = rest.split_once(found) else { break };
        done.push_str(before);
        done.push(HOLE);
        rest = after;
    }
    done + rest
}

/// The registry of an image, if its host is known. The account of an ECR host may be missing, since it does
/// not affect where the host is.
pub(crate) fn registry(image: &str) -> Option<Registry> {
    /// Replaces the account.
    const ACCOUNT: &str = "000000000000";
    let image = with_holes(image);
    let known = match image.split_once('/') {
        Some((host, _)) => {
            let host = match host.split_once(".dkr") {
                Some((account, _)) if account == HOLE.to_string() => {
                    host.replacen(HOLE, ACCOUNT, 1)
                }
                _ => host.to_owned(),
            };
            format!("{host}/image:1")
        }
        // A Docker Hub name without its tag.
        None => format!("{}:1", image.split_once([':', '@'])?.0),
    };
    let is_known = !known.contains(HOLE);
    is_known.then(|| known.parse::<ImageRef>().ok()).flatten().map(|image| image.registry)
}

/// The service and the region of an ARN, as far as they are known.
pub(crate) fn of_arn(text: &str) -> Option<(String, Option<Region>)> {
    let text = with_holes(text);
    let fields: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", partition, service, region, _, _] = fields.as_slice() else { return None };
    if service.contains(HOLE) || region.contains(HOLE) {
        return None;
    }
    let region = match *region {
        "" => None,
        region => Some(region.parse::<Region>().ok()?),
    };
    let fits = |region: &Region| partition.contains(HOLE) || is_of(partition, region);
    region.iter().all(fits).then(|| ((*service).to_owned(), region))
}

fn is_of(partition: &str, region: &Region) -> bool {
    Partition::of_region(region.as_str()).to_string() == partition
}

/// Whether it is a name and certainly no ARN, whatever is filled in.
pub(crate) fn is_name(text: &str) -> bool {
    let text = with_holes(text);
    let start = text.split(HOLE).next().unwrap_or_default();
    !start.starts_with("arn:") && !"arn:".starts_with(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_is_written_is_known_whatever_else_is_not() {
        for (image, host) in [
            ("111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:${TAG}", Some("eu-west-1")),
            ("111122223333.dkr.ecr.eu-west-1.amazonaws.com/${REPO}:1", Some("eu-west-1")),
            ("${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/web:1", Some("eu-west-1")),
            ("${AWS::AccountId}.dkr.ecr.eu-west-1.amazonaws.com/web:1", Some("eu-west-1")),
            ("111122223333.dkr.ecr.${REGION}.amazonaws.com/web:1", None),
            ("x${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/web:1", None),
            ("${REGISTRY}/web:1", None),
            ("${IMAGE}", None),
            ("web${SUFFIX}", None),
        ] {
            let region = match registry(image) {
                Some(Registry::Ecr(host)) => Some(host.region.as_str().to_owned()),
                _ => None,
            };
            assert_eq!(region.as_deref(), host, "{image}");
        }
        assert!(matches!(registry("nginx:${TAG}"), Some(Registry::DockerHub)));
        assert!(matches!(registry("team/${APP}:1"), Some(Registry::DockerHub)));
        assert_eq!(registry("ghcr.io/team/app:${TAG}").unwrap().host(), "ghcr.io");
    }

    #[test]
    fn an_arn_tells_its_service_and_region() {
        let told = |text: &str| {
            let (service, region) = of_arn(text)?;
            Some(format!("{service} {}", region.map_or(String::new(), |it| it.to_string())))
        };
        for (text, expected) in [
            (
                "arn:aws:secretsmanager:eu-west-1:${ACCOUNT}:secret:db-AbCdEf",
                "secretsmanager eu-west-1",
            ),
            ("arn:${AWS::Partition}:ssm:eu-west-1:1:parameter/${ENV}/a", "ssm eu-west-1"),
            ("arn:aws:s3:::${BUCKET}/app.env", "s3 "),
        ] {
            assert_eq!(told(text).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "arn:aws:secretsmanager:${REGION}:111122223333:secret:db",
            "arn:aws:${SERVICE}:eu-west-1:1:a",
            "arn:aws-cn:secretsmanager:eu-west-1:${ACCOUNT}:secret:db",
            "${SECRET}",
            "${PREFIX}:secretsmanager:eu-west-1:1:secret:db",
        ] {
            assert_eq!(told(text), None, "{text}");
        }
    }

    #[test]
    fn a_name_is_none_only_if_it_cannot_become_an_arn() {
        for (text, expected) in
            [("/${ENV}/db", true), ("db-${ENV}", true), ("${NAME}", false), ("a${NAME}", false)]
        {
            assert_eq!(is_name(text), expected, "{text}");
        }
    }
}
