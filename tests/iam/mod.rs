/// What holds for policies of any kind.
mod properties;
/// One question as a check asks it.
mod question;
/// Tables of cases that one who knows IAM can read.
mod tables;
