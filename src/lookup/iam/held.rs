//! The policies that a role, a user or a group holds: the three calls for each kind are alike, and so are
//! their lookups.

/// The lookups for one kind of holder. The names of the structs, and of the operations of the SDK, are
/// those of IAM itself.
macro_rules! held_policies {
    (
        $kind:ident, $setter:ident,
        inline: $list:ident by $list_call:ident as $list_name:literal,
        document: $get:ident by $get_call:ident as $get_name:literal,
        attached: $attached:ident by $attached_call:ident as $attached_name:literal $(,)?
    ) => {
        #[doc = concat!("The names of the policies that are written into a ", stringify!($kind), ".")]
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
        pub struct $list {
            /// The region of the run.
            pub region: Region,
            /// The holder's name, without path.
            pub $kind: String,
        }

        impl Lookup for $list {
            type Fact = Vec<String>;
            const CALL: Call = Call($list_name);
            const ABSENT: &'static [&'static str] = &[NO_SUCH_ENTITY];

            fn what(&self) -> String {
                format!(concat!("inline policies of IAM ", stringify!($kind), " {}"), self.$kind)
            }

            fn absence(&self) -> String {
                format!(concat!("there is no IAM ", stringify!($kind), " {}"), self.$kind)
            }

            fn resource(&self) -> String {
                named(&self.region, stringify!($kind), &self.$kind)
            }

            async fn fetch(&self, services: &Services) -> Answer<Vec<String>> {
                let asked = services.iam(&self.region).$list_call().$setter(&self.$kind);
                let pages = asked.into_paginator().send().collect::<Result<Vec<_>, _>>().await;
                classify::answer(self, pages, |pages| {
                    whole(pages, |page| (page.is_truncated, Some(page.policy_names)))
                })
            }
        }

        #[doc = concat!("A policy that is written into a ", stringify!($kind), ".")]
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
        pub struct $get {
            /// The region of the run.
            pub region: Region,
            /// The holder's name, without path.
            pub $kind: String,
            /// The policy's name.
            pub policy: String,
        }

        impl Lookup for $get {
            type Fact = Value;
            const CALL: Call = Call($get_name);
            const ABSENT: &'static [&'static str] = &[NO_SUCH_ENTITY];

            fn what(&self) -> String {
                let of = concat!(" of IAM ", stringify!($kind), " ");
                format!("inline policy {}{of}{}", self.policy, self.$kind)
            }

            fn resource(&self) -> String {
                named(&self.region, stringify!($kind), &self.$kind)
            }

            async fn fetch(&self, services: &Services) -> Answer<Value> {
                let asked = services.iam(&self.region).$get_call().$setter(&self.$kind);
                let reply = asked.policy_name(&self.policy).send().await;
                classify::answer(self, reply, |it| policy_document::encoded(&it.policy_document))
            }
        }

        #[doc = concat!(
            "The ARNs of the managed policies that are attached to a ", stringify!($kind), "."
        )]
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
        pub struct $attached {
            /// The region of the run.
            pub region: Region,
            /// The holder's name, without path.
            pub $kind: String,
        }

        impl Lookup for $attached {
            type Fact = Vec<String>;
            const CALL: Call = Call($attached_name);
            const ABSENT: &'static [&'static str] = &[NO_SUCH_ENTITY];

            fn what(&self) -> String {
                let to = concat!("managed policies attached to IAM ", stringify!($kind), " ");
                format!("{to}{}", self.$kind)
            }

            fn absence(&self) -> String {
                format!(concat!("there is no IAM ", stringify!($kind), " {}"), self.$kind)
            }

            fn resource(&self) -> String {
                named(&self.region, stringify!($kind), &self.$kind)
            }

            async fn fetch(&self, services: &Services) -> Answer<Vec<String>> {
                let asked = services.iam(&self.region).$attached_call().$setter(&self.$kind);
                let pages = asked.into_paginator().send().collect::<Result<Vec<_>, _>>().await;
                classify::answer(self, pages, |pages| {
                    whole(pages, |page| (page.is_truncated, page.attached_policies)).and_then(arns)
                })
            }
        }
    };
}

pub(super) use held_policies;
