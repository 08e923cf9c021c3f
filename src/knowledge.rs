//! What can be known about an account, and the ways of not knowing.
//!
//! A service either *definitely said* something ([`Seen`]: the thing is there, or it is not), or it
//! could not be asked, did not answer, or answered something that proves nothing ([`Gap`]). When in
//! doubt whether an error says "absent", it is a gap: a gap keeps the gate shut, but accuses nobody.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a service definitely said about a thing.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen<T> {
    /// It is there, and this is what it looks like.
    Found(T),
    /// It is not there.
    Absent(Absence),
}

/// A proven absence: the sentence that a person reads, and what the service said word for word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absence {
    /// "there is no secret prod/db in eu-west-1"
    pub sentence: String,
    /// The answer that proves it, such as `ResourceNotFoundException`.
    pub said: String,
}

/// A way of not knowing. It can only become `unknown` (or `skip`, where a check merely advises).
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gap {
    /// Asked for, and not answered yet. Never seen outside the run loop.
    Pending,
    /// The caller's own rights do not suffice to ask.
    Refused {
        /// The IAM action to grant, such as `secretsmanager:DescribeSecret`.
        action: String,
        /// The resource of the statement to grant it on; `*` where IAM knows no narrower one.
        resource: String,
        /// The service's own words.
        said: String,
    },
    /// No answer that could be read: network, timeout, TLS, a proxy's page, a broken server.
    Unreachable {
        /// What was asked, such as `secretsmanager:DescribeSecret in eu-west-1`.
        what: String,
        /// Why there is no answer.
        why: String,
    },
    /// The service kept saying "slow down" until the retries were used up.
    Throttled {
        /// What was asked.
        what: String,
    },
    /// A replay was asked for something that its recording does not hold.
    NotRecorded {
        /// What was asked.
        what: String,
    },
    /// The run ended (deadline, Ctrl-C) before the answer came.
    Interrupted {
        /// What was asked.
        what: String,
    },
    /// The document holds a placeholder or an unreadable value where the check needs a real one.
    Unresolved {
        /// Why the value is not known, naming the expression: "`${IMAGE}` is a placeholder".
        why: String,
    },
    /// Everything was asked, and the answers still do not decide.
    Undecidable {
        /// What is missing for a decision.
        why: String,
    },
    /// A defect of this program. It never stops the run.
    Defect {
        /// What went wrong.
        why: String,
    },
}

/// Identifies one fact of a run's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactId(pub usize);

/// What is absent: a fact of the account, or something that the document should say.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ground {
    /// The row of the table that says so.
    Fact(FactId),
    /// The place in the document, as a subject: `/containerDefinitions/0/image`.
    Written(String),
}

/// Why a judgement ended early: it met a gap, or an absence beyond which it has nothing to say.
///
/// Of the checks that stop at one and the same absence, the first in catalogue order fails with its
/// sentence; the others are skipped, naming that check. So a missing thing fails once.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Something could not be learnt.
    Gap(Gap),
    /// Something that is needed is proven absent, or written in a way that cannot be meant.
    Absent(Lack),
}

/// What a judgement lacks: something that is proven absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    /// What is absent.
    pub ground: Ground,
    /// The sentence that says so.
    pub absence: Absence,
    /// What it is wanted for, where the kind of thing leaves that open.
    pub purpose: Option<Purpose>,
}

impl Lack {
    /// What is absent, and the sentence that says so.
    pub fn of(ground: Ground, absence: Absence) -> Lack {
        Lack { ground, absence, purpose: None }
    }
}

/// What an absent thing is wanted for: what it becomes at run time, and what fixes it, depend on that. A
/// lookup knows what is absent; this, whoever asks knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// A role that ECS assumes for a task: its task role or its execution role.
    Task,
    /// The role by which ECS manages infrastructure.
    Infrastructure,
    /// The role by which ECS registers tasks with a load balancer, where no service-linked role does.
    LoadBalancing,
    /// The principal who deploys.
    Deployment,
    /// What container instances act as, or where they run.
    ContainerInstance,
    /// The network of the task, as the request names it.
    TaskNetwork,
    /// Credentials for a private registry.
    RegistryCredentials,
    /// Credentials for the upstream of a pull-through cache rule.
    UpstreamCredentials,
    /// Credentials for a volume.
    VolumeCredentials,
    /// The configuration of FireLens.
    LogRouter,
    /// A log group that is encrypted.
    LogGroup,
    /// A repository of ECR that is encrypted.
    Repository,
}

impl Stop {
    /// The document does not say, at `subject`, what the judgement needs.
    pub fn written(subject: impl Into<String>, sentence: impl Into<String>) -> Stop {
        let absence = Absence { sentence: sentence.into(), said: String::new() };
        Stop::Absent(Lack::of(Ground::Written(subject.into()), absence))
    }

    /// Says what is wanted for this, if it is absent and nobody said so before.
    pub fn wanted_for(self, purpose: Purpose) -> Stop {
        match self {
            Stop::Absent(lack) => {
                let purpose = lack.purpose.or(Some(purpose));
                Stop::Absent(Lack { purpose, ..lack })
            }
            gap @ Stop::Gap(_) => gap,
        }
    }

    /// Puts these words before the sentence, if it is an absence.
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
            Gap::Unreachable { what, why } => write!(f, "{what} could not be read: {why}"),
            Gap::Throttled { what } => {
                write!(f, "{what} was throttled until the retries were used up")
            }
            Gap::NotRecorded { what } => write!(f, "{what} is not in the recording"),
            Gap::Interrupted { what } => write!(f, "the run ended before {what} was answered"),
            Gap::Unresolved { why } | Gap::Undecidable { why } => f.write_str(why),
            Gap::Defect { why } => write!(f, "defect in this program: {why}"),
        }
    }
}
