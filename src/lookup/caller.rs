//! AWS STS: the caller.

use serde::{Deserialize, Serialize};

use super::aws::Query;
use super::{Answer, Call, Lookup, Named, Services, classify};
use crate::names::{AccountId, Region};

/// The identity of the caller. Always allowed, regardless of policies
/// (<https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct CallerIdentity {
    /// The region whose endpoint is asked.
    pub region: Region,
}

/// The principal of the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// Its account.
    pub account: AccountId,
    /// Its ARN; for a role, that of the session.
    pub arn: String,
}

impl Lookup for CallerIdentity {
    type Fact = Caller;
    const CALL: Call = Call("sts:GetCallerIdentity");

    fn named(&self) -> Named {
        Named::Nowhere("the caller is the question")
    }

    fn what(&self) -> String {
        "the caller's identity".to_owned()
    }

    async fn fetch(&self, services: &Services) -> Answer<Caller> {
        let reply = services.sts(&self.region).ask(self, &Query::default()).await;
        classify::answer(self, reply, |it| {
            let account = it.text("Account")?.ok_or("the account")?;
            let account = account.parse::<AccountId>().map_err(|_| "a readable account")?;
            Ok(Caller { account, arn: it.text("Arn")?.ok_or("the ARN")? })
        })
    }
}
