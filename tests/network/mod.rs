/// How a table writes a VPC.
mod notation;
/// Tables of cases that one who knows VPCs can read.
mod tables;
