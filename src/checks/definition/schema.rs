//! `definition-schema`

use super::{blanks, client, exclusive, limits, spelling};
use crate::checks::{Check, whole};
use crate::document::kind::Kind;
use crate::document::node::{Node, duplicates};
use crate::document::shape::{Complaint, Mismatch, examine_context, examine_definition};
use crate::document::{DeployTool, Dialect};
use crate::facts::View;
use crate::knowledge::Gap;
use crate::task::Task;
use crate::verdict::{Findings, Judgement, not_applicable, warn};

pub(super) static DEFINITION_SCHEMA: Check = Check {
    id: "definition-schema",
    verifies: "every field is known, of the right type, within its limits",
    prevents: &[
        "Parameter validation failed: ... (the AWS CLI refuses the input before it sends it)",
        "ClientException: Container.image should not be null or empty.",
        "ClientException: Container.name contains invalid characters.",
        "ClientException: Too many containers.",
    ],
    remedy: "Write the field as the API reference describes it",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html",
    asks: &[],
    advises: false,
    judge: |task| whole(task, definition_schema),
};

fn definition_schema(task: &Task, _: &View) -> Judgement {
    let root = &task.source.root;
    let Ok(form) = Kind::of(&task.source) else {
        return not_applicable("the document is not a task definition");
    };
    let mut found = Findings::new();
    if matches!(form, Kind::Containers | Kind::Container) {
        found.add(
            warn("only containers are known: the file has no task definition around them")
                .at(&root.place)
                .remedy("Give the whole input of register-task-definition"),
        );
    }
    client::described(task, form, &mut found);
    client::misnamed(root, task.source.dialect, &mut found);
    let sent = (task.tool, task.source.dialect);
    judge_document(root, examine_definition(root, form), sent, &mut found);
    let of_inputs = task.context.inputs.iter().flat_map(|input| &input.remarks);
    for remark in task.source.remarks.iter().chain(of_inputs) {
        let warning = warn(remark.message).at(&remark.place);
        found.add(warning.prevents(remark.prevents).remedy(remark.remedy));
    }
    spelling::judge(task, form, &mut found);
    blanks::judge(task, &mut found);
    limits::judge(task, form, &mut found);
    for input in &task.context.inputs {
        // The action makes its requests from its own inputs.
        let tool = task.tool.filter(|it| *it == DeployTool::AwsCli);
        client::misnamed(&input.root, input.dialect, &mut found);
        let complaints = examine_context(&input.root, input.kind);
        judge_document(&input.root, complaints, (tool, input.dialect), &mut found);
        limits::judge_input(input, &mut found);
        exclusive::judge(input, &mut found);
    }
    found.or_pass("every field is known, of the right type, within its limits")
}

/// The tool that sends a document, and what the document was written as.
type Sent = (Option<DeployTool>, Dialect);

fn judge_document(root: &Node, complaints: Vec<Complaint>, sent: Sent, found: &mut Findings) {
    let (nulls, others): (Vec<_>, Vec<_>) =
        complaints.into_iter().partition(|it| it.kind == Mismatch::Null);
    for complaint in folded(nulls).into_iter().chain(others) {
        complain(complaint, sent, found);
    }
    for double in duplicates(root) {
        let ignored = double
            .ignored
            .position
            .map_or_else(|| double.ignored.subject(), |position| format!("line {}", position.line));
        found.add(
            warn(format!(
                "`{}` is given twice: this one counts, the one in {ignored} is ignored",
                double.key
            ))
            .at(&double.repeated)
            .prevents("no error text: the wrong value is deployed")
            .remedy("Keep the one that you mean"),
        );
    }
}

/// Old consoles and SDKs export dozens of nulls: they are reported once, at the first.
fn folded(nulls: Vec<Complaint>) -> Option<Complaint> {
    let more = nulls.len().saturating_sub(1);
    let first = nulls.into_iter().next()?;
    let written = first.message.split(';').next().unwrap_or_default();
    let message = match more {
        0 => first.message,
        1 => format!("{written}, and so is another field; leave them out"),
        _ => format!("{written}, and so are {more} other fields; leave them out"),
    };
    Some(Complaint { message, ..first })
}

fn complain(complaint: Complaint, sent: Sent, found: &mut Findings) {
    let Complaint { place, kind, message, nearest } = complaint;
    if kind == Mismatch::Placeholder {
        found.stopped(&place, Gap::Unresolved { why: message }.into());
        return;
    }
    let finding = client::finding(kind, message, &place, sent);
    found.add(match (kind, nearest) {
        (Mismatch::UnknownField, Some(known)) => {
            let known = match sent.1 {
                Dialect::CloudFormation => capitalised(known),
                Dialect::Api | Dialect::Terraform => known.to_owned(),
            };
            finding.remedy(format!("Write `{known}` if that is meant, or take the field out"))
        }
        (Mismatch::UnknownField, None) => finding.remedy("Take the field out"),
        (Mismatch::Null, _) => finding.remedy("Take out the fields that are null"),
        (Mismatch::Missing, _) => finding.remedy("Add the field"),
        (Mismatch::Empty, _) => {
            finding.prevents(blanks::REQUIRED.words.to_string()).remedy("Write a value")
        }
        (Mismatch::UnknownValue, _) => finding
            .prevents("ClientException, if the service does not know the value")
            .remedy("Write one of the values of the API reference"),
        _ => finding,
    });
}

/// The name of a field as CloudFormation has it.
fn capitalised(field: &str) -> String {
    let mut letters = field.chars();
    let first = letters.next().map(|it| it.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests;
