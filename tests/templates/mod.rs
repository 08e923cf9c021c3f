//! Templates: each task definition that one declares is judged like the same definition in a file.

/// The folder of the AWS CDK.
mod cdk;
/// CloudFormation templates.
mod cloudformation;
/// Templates that templates deploy.
mod nested;
/// Images and services of other files.
mod overlays;
/// Templates that CloudFormation refuses.
mod refused;
/// Plans of Terraform.
mod terraform;
