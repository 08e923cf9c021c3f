//! Texts of log drivers.

use super::pages::{EXECUTION_ROLE, INITIALIZATION, START};
use crate::symptoms::symptom::{Kind, Symptom};

pub(super) const ROWS: &[Symptom] = &[
    Symptom::cause(
        "log-group-not-found",
        &[
            "failed to create Cloudwatch log stream: ... ResourceNotFoundException",
            "The specified log group does not exist",
            "failed to initialize logging driver: ... The specified log group does not exist",
            "failed to validate logger args: ... The specified log group does not exist",
        ],
        "The log group does not exist in the region of the log driver.",
        &["log-group-exists"],
        INITIALIZATION,
    )
    .shared(),
    Symptom::cause(
        "log-group-create-denied",
        &[
            "is not authorized to perform: logs:CreateLogGroup",
            "failed to create Cloudwatch log group: ... AccessDenied...",
        ],
        "The log driver creates the log group, but the role that writes the logs may not.",
        &["log-group-create-permission"],
        EXECUTION_ROLE,
    )
    .shared()
    .deciding(),
    Symptom::cause(
        "log-write-denied",
        &[
            "is not authorized to perform: logs:CreateLogStream",
            "is not authorized to perform: logs:PutLogEvents",
            "failed to create Cloudwatch log stream: ... AccessDenied...",
        ],
        "The role that writes the logs may not write to the log group.",
        &["log-write-permission"],
        EXECUTION_ROLE,
    )
    .shared()
    .deciding(),
    Symptom::cause(
        "log-region-unknown",
        &[
            "failed to create Cloudwatch log stream: ... no such host",
            "failed to create Cloudwatch log group: ... no such host",
            "failed to initialize logging driver: ... lookup logs.<region> ... no such host",
        ],
        "The name of CloudWatch Logs does not resolve: a wrong region in awslogs-region, or no DNS in the VPC.",
        &["network-dns", "log-group-exists", "definition-log-options"],
        INITIALIZATION,
    )
    .deciding(),
    Symptom::cause(
        "log-firelens-config",
        &[
            "unable to download s3 config <key> from bucket",
            "unable to parse bucket and key from s3 arn",
        ],
        "The FireLens configuration in S3 could not be downloaded.",
        &["log-firelens"],
        INITIALIZATION,
    ),
    Symptom::cause(
        "log-options-refused",
        &[
            "failed to initialize logging driver: ... must specify a value for",
            "unknown log opt",
            "Log driver <driver> requires options",
            "Log driver <driver> disallows options",
            "Fargate requires log configuration options to include awslogs-stream-prefix",
            "you cannot configure log opt <option> and <option> at the same time",
            "logger: no log driver named",
            "failed to initialize logging driver: ... awslogs-region",
            "Log driver awslogs option <option> should",
            "Invalid value for log driver option",
        ],
        "The options of the log driver are incomplete, or contain one that the driver does not know.",
        &["definition-log-options"],
        START,
    )
    .shared(),
    Symptom::unknowable(
        Kind::Aws,
        "log-receiver-down",
        &[
            "failed to initialize logging driver: dial unix <socket>: connect: no such file or directory",
            "failed to initialize logging driver: dial tcp <address>: connect: connection refused",
            "fluent.sock: connect: no such file or directory",
            "failed to initialize logging driver: ... fluentd",
        ],
        "The log driver could not connect to the process that receives the logs: the log router had not started, or had ended.",
        "whether the log router runs is known only while the task runs; let the other containers depend on it with START or HEALTHY",
        START,
    )
    .deciding(),
    Symptom::step(
        "log-driver-failed",
        &[
            "failed to validate logger args",
            "failed to initialize logging driver",
            "failed to create Cloudwatch log stream",
            "failed to create Cloudwatch log group",
        ],
        "The log driver could not start; the text ends before the reason.",
        &["log-group-exists", "log-write-permission", "network-route"],
        INITIALIZATION,
    ),
];
