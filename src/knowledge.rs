//! What is known about an account, and the kinds of gaps.
//!
//! A service either gave a definite answer ([`Seen`]: the resource exists, or it does not), or it could not
//! be asked, did not answer, or gave an answer that proves nothing ([`Gap`]). If it is unclear whether an
//! error means "absent", it is a gap: the result is unknown, but nothing is blamed.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A definite answer of a service about a resource.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen<T> {
    /// It exists, with these attributes.
    Found(T),
    /// It does not exist.
    Absent(Absence),
}

/// A proven absence: the sentence for the user, and the service's answer word for word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absence {
    /// "there is no secret prod/db in eu-west-1"
    pub sentence: String,
    /// The answer that proves it, such as `ResourceNotFoundException`.
    pub said: String,
}

/// Why something is not known. It can only become `unknown` (or `skip`, for an advisory check).
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gap {
    /// Requested, but not answered yet. Never seen outside the run loop.
    Pending,
    /// The caller lacks the permission to ask.
    Refused {
        /// The IAM action to grant, such as `secretsmanager:DescribeSecret`.
        action: String,
        /// The resource for the statement that grants it; `*` if IAM supports no narrower one.
        resource: String,
        /// The service's own words.
        said: String,
    },
    /// No readable answer: network, timeout, TLS, a proxy's page, a broken server.
    Unreachable {
        /// What was asked, such as `secretsmanager:DescribeSecret in eu-west-1`.
        what: String,
        /// Why there is no answer.
        why: String,
    },
    /// The service throttled the request until the retries were used up.
    Throttled {
        /// What was asked.
        what: String,
    },
    /// The recording of a replay does not contain it.
    NotRecorded {
        /// What was asked.
        what: String,
    },
    /// The service did not accept the caller: its credentials, or its clock.
    Rejected {
        /// What was asked.
        what: String,
        /// What is wrong.
        why: String,
        /// How to fix it.
        remedy: String,
    },
    /// The run ended (deadline, Ctrl-C) before the answer came.
    Interrupted {
        /// What was asked.
        what: String,
    },
    /// The run ended (deadline, Ctrl-C) before the check was judged.
    Unjudged {
        /// The id of the check.
        check: String,
    },
    /// The document has a placeholder or an unreadable value where the check needs a real one.
    Unresolved {
        /// Why the value is not known, naming the expression: "`${IMAGE}` is a placeholder".
        why: String,
    },
    /// Everything was read, but the answers do not decide it.
    Undecidable {
        /// What is missing for a decision.
        why: String,
    },
    /// An internal error. It never stops the run.
    Defect {
        /// What went wrong.
        why: String,
    },
}

/// Identifies one fact in the table of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactId(pub usize);

/// What is absent: a fact of the account, or something that the document should contain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ground {
    /// The row of the table.
    Fact(FactId),
    /// The place in the document, as a subject: `/containerDefinitions/0/image`.
    Written(String),
    /// A value that no client accepts, such as a list where text belongs: its place, as a subject.
    Malformed(String),
}

/// Why a judgement ended early: a gap, or an absence that makes the rest pointless.
///
/// If several checks stop at the same absence, the first in catalogue order fails with its sentence; the
/// others are skipped and name that check. So a missing resource fails once.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Something could not be determined.
    Gap(Gap),
    /// Something needed is proven absent, or has a value that cannot be intended.
    Absent(Lack),
}

/// What a judgement lacks: something that is proven absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    /// What is absent.
    pub ground: Ground,
    /// The sentence that says so.
    pub absence: Absence,
    /// What it is needed for, if its kind does not determine that.
    pub purpose: Option<Purpose>,
    /// Its full ARN, where the document or another answer gives it and the lookup knows only a part.
    pub arn: Option<String>,
}

impl Lack {
    /// What is absent, and the sentence that says so.
    pub fn of(ground: Ground, absence: Absence) -> Lack {
        Lack { ground, absence, purpose: None, arn: None }
    }
}

/// What an absent resource is needed for: the runtime error and the fix depend on it. A lookup knows what is
/// absent; the check knows the purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// A role that ECS assumes for a task: its task role or its execution role.
    Task,
    /// The role that ECS uses to manage infrastructure.
    Infrastructure,
    /// The role that ECS uses to register tasks with a load balancer, without a service-linked role.
    LoadBalancing,
    /// The principal that deploys.
    Deployment,
    /// The role of container instances, or where they run.
    ContainerInstance,
    /// The network of the task in the request.
    TaskNetwork,
    /// Credentials for a private registry.
    RegistryCredentials,
    /// Credentials for the upstream of a pull-through cache rule.
    UpstreamCredentials,
    /// Credentials for a volume.
    VolumeCredentials,
    /// The configuration of FireLens.
    LogRouter,
    /// An encrypted log group.
    LogGroup,
    /// An encrypted ECR repository.
    Repository,
}

impl Stop {
    /// The document does not contain, at `subject`, what the judgement needs.
    pub fn written(subject: impl Into<String>, sentence: impl Into<String>) -> Stop {
        let absence = Absence { sentence: sentence.into(), said: String::new() };
        Stop::Absent(Lack::of(Ground::Written(subject.into()), absence))
    }

    /// The document has, at `subject`, a value that no client accepts.
    pub fn malformed(subject: impl Into<String>, sentence: impl Into<String>) -> Stop {
        let absence = Absence { sentence: sentence.into(), said: String::new() };
        Stop::Absent(Lack::of(Ground::Malformed(subject.into()), absence))
    }

    /// Adds the purpose of an absent resource, if it has none yet.
    pub fn wanted_for(self, purpose: Purpose) -> Stop {
        match self {
            Stop::Absent(lack) => {
                let purpose = lack.purpose.or(Some(purpose));
                Stop::Absent(Lack { purpose, ..lack })
            }
            gap @ Stop::Gap(_) => gap,
        }
    }

    /// Adds the full ARN of an absent resource, if none is known yet.
    pub fn with_arn(self, arn: impl Into<String>) -> Stop {
        match self {
            Stop::Absent(lack) => {
                let arn = lack.arn.or_else(|| Some(arn.into()));
                Stop::Absent(Lack { arn, ..lack })
            }
            gap @ Stop::Gap(_) => gap,
        }
    }

    /// Appends to the sentence of an absence.
    pub fn adding(self, words: &str) -> Stop {
        match self {
            Stop::Absent(mut lack) => {
                lack.absence.sentence.push_str(words);
                Stop::Absent(lack)
            }
            gap @ Stop::Gap(_) => gap,
        }
    }

    /// Prefixes the sentence of an absence.
    pub fn after(self, words: &str) -> Stop {
        match self {
            Stop::Absent(mut lack) => {
                lack.absence.sentence.insert_str(0, words);
                Stop::Absent(lack)
            }
            gap @ Stop::Gap(_) => gap,
        }
    }
}

impl From<Gap> for Stop {
    fn from(gap: Gap) -> Stop {
        Stop::Gap(gap)
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stop::Gap(gap) => gap.fmt(f),
            Stop::Absent(lack) => f.write_str(&lack.absence.sentence),
        }
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Gap::Pending => write!(f, "not answered yet"),
            Gap::Refused { action, resource, said } => {
                write!(f, "you may not call {action} on {resource} ({said})")
            }
            Gap::Unreachable { what, why } | Gap::Rejected { what, why, .. } => {
                write!(f, "{what} could not be read: {why}")
            }
            Gap::Throttled { what } => {
                write!(f, "{what} was throttled until the retries were used up")
            }
            Gap::NotRecorded { what } => write!(f, "{what} is not in the recording"),
            Gap::Interrupted { what } => write!(f, "the run ended before {what} was answered"),
            Gap::Unjudged { check } => write!(f, "the run ended before {check} was judged"),
            Gap::Unresolved { why } | Gap::Undecidable { why } => f.write_str(why),
            Gap::Defect { why } => write!(f, "internal error (please report): {why}"),
        }
    }
}
