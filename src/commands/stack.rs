//! The stack that a template updates, and what other stacks export.

use std::collections::{BTreeMap, BTreeSet};

use super::Failure;
use crate::document::Source;
use crate::document::template::{self, HIDDEN, LiveResource, LiveStack, Surroundings};
use crate::knowledge::Seen;
use crate::lookup::Lookup;
use crate::lookup::cloudformation::{DescribeStack, StackExports, StackResources, StackTemplate};
use crate::names::Region;
use crate::preflight::RunLoop;

/// Reads the stack of this name. The values of parameters that are given win over those in force.
pub(super) async fn read(
    stack: &str,
    known: &mut Surroundings,
    run: &mut RunLoop<'_>,
) -> Result<(), Failure> {
    let region = known.region.clone();
    let region =
        region.ok_or_else(|| Failure::no_verdict("--stack needs a region: pass --region"))?;
    let stack = stack.to_owned();
    let (of, name) = (|| region.clone(), || stack.clone());
    let described = learn(&DescribeStack { region: of(), stack: name() }, run).await?;
    if described.is_empty() {
        known.parameters.insert("AWS::StackName".to_owned(), stack);
        return Ok(());
    }
    let in_force = described.parameters;
    let resources = learn(&StackResources { region: of(), stack: name() }, run).await?;
    let digests = learn(&StackTemplate { region: of(), stack: name() }, run).await?;
    let changes = |(name, value): &(&String, &String)| in_force.get(*name) != Some(*value);
    let given = known.parameters.iter().filter(|(name, _)| !name.starts_with("AWS::"));
    let changed: BTreeSet<String> = given.filter(changes).map(|(name, _)| name.clone()).collect();
    let mut hidden = BTreeSet::new();
    for (name, value) in in_force {
        match value == HIDDEN && !known.parameters.contains_key(&name) {
            true => _ = hidden.insert(name),
            false => _ = known.parameters.entry(name).or_insert(value),
        }
    }
    known.parameters.insert("AWS::StackName".to_owned(), stack);
    let resources = resources.into_iter().map(|(name, it)| {
        let resource = LiveResource { kind: it.kind, id: it.id };
        (name, resource)
    });
    let resources = resources.collect();
    known.live = Some(LiveStack { resources, digests, changed, hidden });
    Ok(())
}

/// Reads what other stacks export, if a template depends on it.
pub(super) async fn imported(
    source: &Source,
    region: Option<&Region>,
    run: &mut RunLoop<'_>,
) -> Option<Result<BTreeMap<String, String>, String>> {
    let region = region.filter(|_| template::imports(source))?;
    match run.learn(&StackExports { region: region.clone() }).await {
        Ok(Seen::Found(exports)) => Some(Ok(exports.clone())),
        Ok(Seen::Absent(absence)) => Some(Err(absence.sentence.clone())),
        Err(gap) => Some(Err(gap.to_string())),
    }
}

async fn learn<L: Lookup<Fact: Clone>>(
    lookup: &L,
    run: &mut RunLoop<'_>,
) -> Result<L::Fact, Failure> {
    let why = match run.learn(lookup).await {
        Ok(Seen::Found(found)) => return Ok(found.clone()),
        Ok(Seen::Absent(absence)) => absence.sentence.clone(),
        Err(gap) => gap.to_string(),
    };
    Err(match run.interrupted() {
        Some(signal) => Failure::interrupted(signal),
        None => Failure::no_verdict(format!(
            "cannot read the stack: {why}\n  Check the name after --stack, and --region"
        )),
    })
}
