//! `definition-schema`

use super::{blanks, limits, spelling};
use crate::checks::{Check, whole};
use crate::document::kind::Kind;
use crate::document::node::{Node, duplicates};
use crate::document::shape::{Complaint, Mismatch, Severity, examine_context, examine_definition};
use crate::facts::View;
use crate::knowledge::Gap;
use crate::task::Task;
use crate::verdict::{Findings, Judgement, fail, not_applicable, warn};

pub(super) static DEFINITION_SCHEMA: Check = Check {
    id: "definition-schema",
    verifies: "every field is known, of the right type, within its limits",
    prevents: &[
        "Parameter validation failed: the AWS CLI and the SDKs refuse the input before they send it",
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
        return not_applicable("the document is no task definition");
    };
    let mut found = Findings::new();
    if matches!(form, Kind::Containers | Kind::Container) {
        found.add(
            warn("only containers are known: the file holds no task definition around them")
                .at(&root.place)
                .remedy("Give the whole input of register-task-definition"),
        );
    }
    judge_document(root, examine_definition(root, form), &mut found);
    spelling::judge(task, form, &mut found);
    blanks::judge(task, &mut found);
    limits::judge(task, form, &mut found);
    for input in &task.context.inputs {
        judge_document(&input.root, examine_context(&input.root, input.kind), &mut found);
        limits::judge_input(input, &mut found);
    }
    found.or_pass("every field is known, of the right type, within its limits")
}

fn judge_document(root: &Node, complaints: Vec<Complaint>, found: &mut Findings) {
    let (nulls, others): (Vec<_>, Vec<_>) =
        complaints.into_iter().partition(|it| it.kind == Mismatch::Null);
    for complaint in folded(nulls).into_iter().chain(others) {
        complain(complaint, found);
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
            .prevents("a value other than the one that was meant is deployed")
            .remedy("Keep the one that is meant"),
        );
    }
}

/// Old consoles and SDKs export dozens of nulls: they are reported once, at the first.
fn folded(nulls: Vec<Complaint>) -> Option<Complaint> {
    let more = nulls.len().saturating_sub(1);
    let first = nulls.into_iter().next()?;
    let message = match more {
        0 => first.message,
        1 => format!("{} (and so is another field)", first.message),
        _ => format!("{} (and so are {more} other fields)", first.message),
    };
    Some(Complaint { message, ..first })
}

fn complain(complaint: Complaint, found: &mut Findings) {
    let Complaint { place, kind, message, nearest } = complaint;
    if kind == Mismatch::Placeholder {
        found.stopped(&place, Gap::Unresolved { why: message }.into());
        return;
    }
    let finding = match kind.severity() {
        Severity::Fail => fail(message),
        Severity::Warn => warn(message),
    };
    let finding = finding.at(&place);
    found.add(match (kind, nearest) {
        (Mismatch::UnknownField, Some(known)) => {
            finding.remedy(format!("Write `{known}` if that is meant, or take the field out"))
        }
        (Mismatch::UnknownField, None) => finding.remedy("Take the field out"),
        (Mismatch::Null, _) => finding
            .prevents(
                "Parameter validation failed: Invalid type, in the AWS CLI; other tools drop nulls",
            )
            .remedy("Take out the fields that are null"),
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

#[cfg(test)]
mod tests;
