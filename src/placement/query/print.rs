//! Prints an expression, so that it is read again as the same.

use std::fmt;

use super::{Chain, Condition, Joint, Literal, Order, Predicate, Query, Quotes, Subject, Term};

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.whole.fmt(f)
    }
}

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.first.fmt(f)?;
        for (joint, term) in &self.rest {
            let joint = match joint {
                Joint::And => "and",
                Joint::Or => "or",
            };
            write!(f, " {joint} {term}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Term::Not(term) => match &**term {
                Term::Group(_) => write!(f, "not{term}"),
                _ => write!(f, "not {term}"),
            },
            Term::Group(chain) => write!(f, "({chain})"),
            Term::Is(predicate) => predicate.fmt(f),
        }
    }
}

impl fmt::Display for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Predicate { subject, condition } = self;
        write!(f, "{subject} {condition}")
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Subject::AgentConnected => "agentConnected",
            Subject::AgentVersion => "agentVersion",
            Subject::Ec2InstanceId => "ec2InstanceId",
            Subject::RegisteredAt => "registeredAt",
            Subject::RunningTasksCount => "runningTasksCount",
            Subject::TaskGroup => "task:group",
            Subject::Attribute(name) => return write!(f, "attribute:{name}"),
        })
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Condition::Exists { negated: false } => f.write_str("exists"),
            Condition::Exists { negated: true } => f.write_str("!exists"),
            Condition::Equals { negated, to } => {
                write!(f, "{} {to}", if *negated { "!=" } else { "==" })
            }
            Condition::Ordered { order, than } => {
                let order = match order {
                    Order::Greater => ">",
                    Order::GreaterOrEqual => ">=",
                    Order::Less => "<",
                    Order::LessOrEqual => "<=",
                };
                write!(f, "{order} {than}")
            }
            Condition::In { negated, list } => {
                let list: Vec<String> = list.iter().map(Literal::to_string).collect();
                write!(f, "{} [{}]", if *negated { "!in" } else { "in" }, list.join(", "))
            }
            Condition::Matches { negated, pattern, .. } => {
                write!(f, "{} {pattern}", if *negated { "!~" } else { "=~" })
            }
        }
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.quotes {
            Quotes::None => f.write_str(&self.text),
            Quotes::Single => write!(f, "'{}'", self.text),
            Quotes::Double => write!(f, "\"{}\"", self.text),
        }
    }
}
