//! Documents that declare task definitions among other resources: each definition becomes a document as the
//! ECS API takes it, with the service that uses it, and every value keeps the place where it is written.
//!
//! This is the only way into the readers: source in, [`Declared`] out.

pub mod appspec;
pub mod cdk;
mod cloudformation;
mod condition;
mod conform;
mod created;
mod declared;
mod described;
mod expression;
mod fate;
mod form;
mod joined;
mod live;
mod memory;
mod mention;
mod nested;
mod outputs;
mod parameter;
mod physical;
mod refused;
mod role;
mod selection;
mod terraform;
mod validity;
mod walk;

use super::identity::Identity;
use super::input_error::InputError;
use super::source::{Dialect, Source};

use expression::Resolver;

pub use conform::misnamed;
pub use declared::{Before, Declared, DeclaredRole, Surroundings};
pub use described::{Described, DescribedKind};
pub use fate::Affected;
pub use live::{HIDDEN, LiveResource, LiveStack, digests};
pub use nested::{ALL, NestedStack};
pub use outputs::{Outputs, Values};
pub use refused::{Elsewhere, Refused};

/// Whether a document is a template.
pub fn is_template(source: &Source) -> bool {
    matches!(Identity::of(&source.root), Some(Identity::CloudFormation | Identity::Terraform))
}

/// Whether a document is a plan or a state of Terraform.
pub fn is_plan(source: &Source) -> bool {
    Identity::of(&source.root) == Some(Identity::Terraform)
}

/// Whether a template depends on what other stacks export.
pub fn imports(source: &Source) -> bool {
    live::calls(&source.root, "Fn::ImportValue")
}

/// Refuses a template that declares no task definition, whatever is known of the account and the parameters.
///
/// # Errors
/// What the template lacks.
pub fn examine(source: &Source) -> Result<(), InputError> {
    match Identity::of(&source.root) {
        Some(Identity::Terraform) => {
            form::plan(source)?;
            terraform::declared(source, &Surroundings::default()).map(drop).map_err(Refused::error)
        }
        _ => {
            form::template(source)?;
            cloudformation::examine(source)?;
            let known = Surroundings::default();
            validity::template(source, &Resolver::new(&source.root, &known))
        }
    }
}

/// The task definitions of a template, in its order; one that several services use is repeated for each.
///
/// # Errors
/// The template declares none, or none for the account and the region of the run.
pub fn declared(source: &Source, known: &Surroundings) -> Result<Vec<Declared>, Refused> {
    match Identity::of(&source.root) {
        Some(Identity::Terraform) => {
            Ok(written_as(Dialect::Terraform, terraform::declared(source, known)?))
        }
        _ => Ok(written_as(Dialect::CloudFormation, cloudformation::declared(source, known)?)),
    }
}

/// The task definitions of one of several CloudFormation templates: the same, and none if it declares none.
///
/// # Errors
/// The template cannot be read as it is deployed.
pub fn declared_if_any(source: &Source, known: &Surroundings) -> Result<Vec<Declared>, InputError> {
    form::template(source)?;
    let resolver = Resolver::new(&source.root, known);
    // A template without a definition may be deployed another time.
    if cloudformation::declares(source) {
        validity::template(source, &resolver)?;
        validity::parameters(source, &resolver)?;
    }
    let found = cloudformation::declared_if_any(source, &resolver)?;
    Ok(written_as(Dialect::CloudFormation, found))
}

fn written_as(dialect: Dialect, all: Vec<Declared>) -> Vec<Declared> {
    let written = |source: Source| Source { dialect, ..source };
    let declared = all.into_iter().map(|it| Declared {
        definition: written(it.definition),
        service: it.service.map(written),
        ..it
    });
    declared.collect()
}

/// The roles that a template or a plan creates.
pub fn roles(source: &Source, known: &Surroundings) -> Vec<DeclaredRole> {
    match Identity::of(&source.root) {
        Some(Identity::CloudFormation) => role::roles(&Resolver::new(&source.root, known)),
        Some(Identity::Terraform) => terraform::roles(source, known),
        _ => Vec::new(),
    }
}

/// What exists already and a template changes or removes, but for what is judged as it is written.
pub fn affected(source: &Source, known: &Surroundings) -> Vec<Affected> {
    match Identity::of(&source.root) {
        Some(Identity::CloudFormation) => fate::affected(&Resolver::new(&source.root, known)),
        Some(Identity::Terraform) => terraform::affected(source, known),
        _ => Vec::new(),
    }
}

/// The log groups, secrets and parameters that a template or a plan creates.
pub fn described(source: &Source, known: &Surroundings) -> Vec<Described> {
    match Identity::of(&source.root) {
        Some(Identity::CloudFormation) => described::described(&Resolver::new(&source.root, known)),
        Some(Identity::Terraform) => terraform::described(source, known),
        _ => Vec::new(),
    }
}

/// The stacks that a CloudFormation template deploys as resources.
pub fn nested(source: &Source, known: &Surroundings) -> Vec<NestedStack> {
    match is_plan(source) {
        true => Vec::new(),
        false => nested::nested(&Resolver::new(&source.root, known)),
    }
}

/// The same, whatever the conditions of the stacks are.
pub fn mentioned_stacks(source: &Source) -> Vec<NestedStack> {
    match is_plan(source) {
        true => Vec::new(),
        false => nested::mentioned(&Resolver::new(&source.root, &Surroundings::default())),
    }
}

/// What a CloudFormation template returns, or why a value of it is not known.
pub fn outputs(source: &Source, known: &Surroundings) -> Values {
    nested::outputs(&Resolver::new(&source.root, known))
}

#[cfg(test)]
mod tests;
