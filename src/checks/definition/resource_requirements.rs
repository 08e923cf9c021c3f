//! `resourceRequirements`, for `definition-schema`
//! (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ResourceRequirement.html>, seen
//! 2026-11).

use crate::document::container::{NvidiaMps, ResourceRequirement};
use crate::document::{Container, Place};
use crate::names::words::shown;
use crate::verdict::{Findings, Rule};

const GPU: &str = "GPU";
const NEURON: &str = "NeuronDevice";
const ALL: &str = "ALL";

const REQUIREMENT: Rule = Rule::unquoted(
    "a GPU has a number, ALL or a sharing strategy, NeuronDevice has ALL, and one container of a task asks for it",
    "RegisterTaskDefinition refuses the definition",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ResourceRequirement.html",
    "2026-11-30",
);

pub(super) const RULES: &[Rule] = &[REQUIREMENT];

/// Judges the requirements of all containers.
pub(super) fn judge(containers: &[Container], found: &mut Findings) {
    let (mut neuron, mut shared, mut exclusive) = (Vec::new(), Vec::new(), Vec::new());
    for container in containers {
        for required in container.resource_requirements.items().unwrap_or_default() {
            let Ok(Some(kind)) = required.kind.get() else { continue };
            let is_shared = !required.sharing_strategy.is_missing();
            value(kind, required, found);
            if is_shared && kind != GPU {
                found.add(refused(
                    format!("sharingStrategy is set for {kind}, but is for GPU only"),
                    required.sharing_strategy.place(),
                    "Remove sharingStrategy",
                ));
            }
            match kind.as_str() {
                NEURON => neuron.push(required.kind.place()),
                GPU if is_shared => shared.push(required.sharing_strategy.place()),
                GPU => exclusive.push(required.kind.place()),
                _ => {}
            }
        }
    }
    if let Some(second) = neuron.get(1) {
        found.add(refused(
            "a second container requests NeuronDevice, but only one container of a task may"
                .to_owned(),
            second,
            "Leave NeuronDevice to one container",
        ));
    }
    if let (Some(place), false) = (shared.first(), exclusive.is_empty()) {
        found.add(refused(
            "one container shares a GPU and another does not; all of a task must do the same"
                .to_owned(),
            place,
            "Give every container that needs a GPU a sharingStrategy, or none",
        ));
    }
}

fn value(kind: &str, required: &ResourceRequirement, found: &mut Findings) {
    if let (GPU, Ok(Some(strategy))) = (kind, required.sharing_strategy.get()) {
        if !required.value.is_missing() {
            found.add(refused(
                "value and sharingStrategy are both set, but a GPU needs only one of them"
                    .to_owned(),
                required.value.place(),
                "Remove value, or sharingStrategy",
            ));
        }
        if let Ok(Some(part)) = strategy.nvidia_mps.get() {
            share(part, found);
        }
        return;
    }
    let Ok(written) = required.value.get() else { return };
    let Some(written) = written else {
        if matches!(kind, GPU | NEURON) {
            let message = format!("the resource requirement of type {kind} has no value");
            found.add(refused(message, &required.place, "Add value"));
        }
        return;
    };
    let message = match kind {
        GPU if written == ALL => return,
        GPU => match written.parse::<u32>() {
            Ok(0) => {
                found.warn(required.value.place(), "the value is 0: the container gets no GPU");
                return;
            }
            Ok(_) => return,
            Err(_) => format!("{} is not a number of GPUs", shown(written)),
        },
        NEURON if written != ALL => {
            format!("the value of NeuronDevice is {}, not ALL", shown(written))
        }
        _ => return,
    };
    let remedy = "Write a number in quotes, or \"ALL\"; NeuronDevice takes \"ALL\" only";
    found.add(refused(message, required.value.place(), remedy));
}

fn share(part: &NvidiaMps, found: &mut Findings) {
    if let Ok(Some(percent)) = part.max_compute_percent.get()
        && !(1..=100).contains(percent)
    {
        let message = format!("maxComputePercent is {percent}, outside 1 to 100");
        let place = part.max_compute_percent.place();
        found.add(refused(message, place, "Set maxComputePercent to 1 to 100"));
    }
}

fn refused(message: String, place: &Place, remedy: &str) -> crate::verdict::Finding {
    REQUIREMENT.fail(message).at(place).remedy(remedy)
}

#[cfg(test)]
mod tests {
    use super::super::schema::DEFINITION_SCHEMA;
    use crate::report::Status::{Fail, Pass, Warn};
    use crate::testing::story::{Story, Told};

    #[test]
    fn a_requirement_has_a_value_that_its_type_knows() {
        let held: Told = (Pass, "", "known");
        let value = "/containerDefinitions/0/resourceRequirements/0/value";
        let strategy = "/containerDefinitions/0/resourceRequirements/0/sharingStrategy";
        let mps = r#""sharingStrategy": {"nvidiaMps": {"memory": 4096}}"#;
        for (fields, told) in [
            (r#""type": "GPU", "value": "2""#.to_owned(), held),
            (r#""type": "GPU", "value": "ALL""#.to_owned(), held),
            (r#""type": "NeuronDevice", "value": "ALL""#.to_owned(), held),
            (r#""type": "GPU", "value": "one""#.to_owned(), (Fail, value, "not a number")),
            (r#""type": "GPU", "value": "0""#.to_owned(), (Warn, value, "no GPU")),
            (r#""type": "NeuronDevice", "value": "1""#.to_owned(), (Fail, value, "not ALL")),
            (
                r#""type": "GPU""#.to_owned(),
                (Fail, "/containerDefinitions/0/resourceRequirements/0", "no value"),
            ),
            (format!(r#""type": "GPU", {mps}"#), held),
            (format!(r#""type": "GPU", "value": "1", {mps}"#), (Fail, value, "both set")),
            (
                format!(r#""type": "NeuronDevice", "value": "ALL", {mps}"#),
                (Fail, strategy, "for GPU only"),
            ),
        ] {
            Story::container(&format!(r#""resourceRequirements": [{{{fields}}}]"#))
                .ends(&DEFINITION_SCHEMA, &[told]);
        }
    }

    #[test]
    fn the_containers_of_a_task_ask_for_devices_in_one_way() {
        let two = |first: &str, second: &str| {
            let container = |name: &str, fields: &str| {
                format!(
                    r#"{{"name": "{name}", "image": "i", "resourceRequirements": [{{{fields}}}]}}"#
                )
            };
            Story::containers(&[container("a", first), container("b", second)].join(","))
        };
        let neuron = r#""type": "NeuronDevice", "value": "ALL""#;
        let whole = r#""type": "GPU", "value": "1""#;
        let shared = r#""type": "GPU", "sharingStrategy": {"nvidiaMps": {"memory": 4096}}"#;
        let second = "/containerDefinitions/1/resourceRequirements/0";
        two(whole, whole).ends(&DEFINITION_SCHEMA, &[(Pass, "", "known")]);
        let at = "/containerDefinitions/1/resourceRequirements/0/type";
        two(neuron, neuron).ends(&DEFINITION_SCHEMA, &[(Fail, at, "a second container")]);
        let results = two(whole, shared).judged_by(&DEFINITION_SCHEMA);
        assert_eq!(results.len(), 1, "{results:#?}");
        assert_eq!(
            (results[0].status, &*results[0].subject),
            (Fail, &*format!("{second}/sharingStrategy"))
        );
    }
}
