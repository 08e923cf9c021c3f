//! The policies of a principal as the IAM engine reads them.

use super::{Kind, Policy, PolicySet, Unread};
use crate::iam;
use crate::iam::{Layer, Layers};
use crate::knowledge::{Gap, Stop};
use crate::names::RoleArn;

impl PolicySet {
    /// The identity policies and the permissions boundary. What could not be read is unknown. They are parsed once:
    /// thousands of questions may be about one role.
    pub(crate) fn own_layers(&self) -> Layers {
        self.beyond.parsed.or_parse(|| self.parse())
    }

    fn parse(&self) -> Layers {
        let unread = |boundary: bool, layer: Layer| {
            let of_layer = move |it: &&Unread| it.is_boundary == boundary;
            let policy = move |it: &Unread| {
                iam::Policy::unreadable(layer, &it.what, &it.gap.to_string()).called(&it.what)
            };
            self.beyond.unread.iter().filter(of_layer).map(policy)
        };
        let identity = self.identity.iter().map(|it| it.as_one_of(Layer::Identity));
        let boundary = self.boundary.as_ref().map(|it| it.as_one_of(Layer::Boundary));
        Layers {
            identity: identity.chain(unread(false, Layer::Identity)).collect(),
            boundary: boundary.or_else(|| unread(true, Layer::Boundary).next()),
            ..Layers::default()
        }
    }

    /// The principal of its calls: a role acts through sessions, a user by itself.
    ///
    /// # Errors
    /// A gap, if its ARN cannot be parsed.
    pub(crate) fn caller(&self) -> Result<iam::Principal, Stop> {
        let unreadable = || {
            let why = format!("unsupported principal {}", self.arn);
            Stop::Gap(Gap::Undecidable { why })
        };
        match self.kind {
            Kind::Role => {
                let role: RoleArn = self.arn.parse().map_err(|_| unreadable())?;
                Ok(iam::Principal::role(&role))
            }
            Kind::User => self.arn.parse().map_err(|_| unreadable()),
        }
    }
}

impl Policy {
    /// The policy as one of this layer.
    pub(crate) fn as_one_of(&self, layer: Layer) -> iam::Policy {
        let words = self.origin.called(layer);
        iam::Policy::read(layer, &words, &self.document).called(&words)
    }
}
