/// What holds for policies of any kind.
mod properties;
/// Tables of cases that one who knows IAM can read.
mod tables;
