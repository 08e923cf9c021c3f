//! Templates: each task definition that one declares is judged like the same definition in a file.

/// The folder of the AWS CDK.
mod cdk;
/// CloudFormation templates.
mod cloudformation;
/// Templates that templates deploy.
mod nested;
/// Images and services of other files.
mod overlays;
/// Plans of Terraform.
mod terraform;
