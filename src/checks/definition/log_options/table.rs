//! The options that each log driver takes: one row for those that came together, with source and date.

use std::borrow::Cow;

use crate::verdict::{Rule, Words};

/// Options of a log driver.
pub(super) struct Options {
    pub(super) driver: &'static str,
    pub(super) names: &'static [&'static str],
    pub(super) source: &'static str,
    pub(super) seen: &'static str,
}

const ECS: &str =
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html";
const MOBY: &str = "https://github.com/moby/moby/tree/master/daemon/logger";

static TABLE: [Options; 9] = [
    Options {
        driver: "awslogs",
        names: &[
            "awslogs-create-group",
            "awslogs-region",
            "awslogs-group",
            "awslogs-stream-prefix",
            "awslogs-datetime-format",
            "awslogs-multiline-pattern",
        ],
        source: ECS,
        seen: "2026-11-30",
    },
    Options {
        driver: "awslogs",
        names: &["mode", "max-buffer-size"],
        source: ECS,
        seen: "2026-11-30",
    },
    Options {
        driver: "splunk",
        names: &[
            "splunk-token",
            "splunk-url",
            "splunk-source",
            "splunk-sourcetype",
            "splunk-index",
            "splunk-capath",
            "splunk-caname",
            "splunk-insecureskipverify",
            "splunk-format",
            "splunk-verify-connection",
            "splunk-gzip",
            "splunk-gzip-level",
            "splunk-index-acknowledgment",
        ],
        source: MOBY,
        seen: "2026-08-23",
    },
    Options {
        driver: "json-file",
        names: &["max-size", "max-file", "compress"],
        source: MOBY,
        seen: "2026-08-23",
    },
    Options { driver: "journald", names: &[], source: MOBY, seen: "2026-08-23" },
    Options {
        driver: "syslog",
        names: &[
            "syslog-address",
            "syslog-facility",
            "syslog-format",
            "syslog-tls-ca-cert",
            "syslog-tls-cert",
            "syslog-tls-key",
            "syslog-tls-skip-verify",
        ],
        source: MOBY,
        seen: "2026-08-23",
    },
    Options {
        driver: "gelf",
        names: &[
            "gelf-address",
            "gelf-compression-level",
            "gelf-compression-type",
            "gelf-tcp-max-reconnect",
            "gelf-tcp-reconnect-delay",
        ],
        source: MOBY,
        seen: "2026-08-23",
    },
    Options {
        driver: "fluentd",
        names: &[
            "fluentd-address",
            "fluentd-async",
            "fluentd-async-connect",
            "fluentd-async-reconnect-interval",
            "fluentd-buffer-limit",
            "fluentd-max-retries",
            "fluentd-read-timeout",
            "fluentd-request-ack",
            "fluentd-retry-wait",
            "fluentd-sub-second-precision",
            "fluentd-write-timeout",
        ],
        source: MOBY,
        seen: "2026-08-23",
    },
    // Docker takes these with each of its drivers; for awslogs, ECS has a narrower list.
    Options {
        driver: "",
        names: &[
            "tag",
            "labels",
            "labels-regex",
            "env",
            "env-regex",
            "mode",
            "max-buffer-size",
            "cache-disabled",
            "cache-max-size",
            "cache-max-file",
            "cache-compress",
        ],
        source: MOBY,
        seen: "2026-08-23",
    },
];

/// The names of the options that a driver takes; nothing for a driver of which that is not known.
pub(super) fn of(driver: &str) -> Option<Vec<&'static str>> {
    if driver.is_empty() || !TABLE.iter().any(|row| row.driver == driver) {
        return None;
    }
    let counts =
        |row: &&Options| row.driver == driver || (row.driver.is_empty() && driver != "awslogs");
    Some(TABLE.iter().filter(counts).flat_map(|row| row.names).copied().collect())
}

/// The table as rules.
pub(super) fn rules() -> impl Iterator<Item = Rule> {
    TABLE.iter().map(|row| {
        let names = row.names.join(", ");
        let claim = match row.driver {
            "" => format!("drivers other than awslogs also take: {names}"),
            driver if names.is_empty() => {
                format!("{driver} takes only the options of every driver")
            }
            driver => format!("{driver} takes: {names}"),
        };
        let words = Words::Unknown("an option that is not in the list is refused");
        Rule { claim: Cow::Owned(claim), words, source: row.source, seen: row.seen }
    })
}
