//! Amazon CloudWatch Logs: whether a log group exists. Nothing is written or created to find out.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::aws::Lacks;
use super::pages::Pages;
use super::{Answer, Call, Lookup, Mend, Missing, Named, Services, classify};
use crate::knowledge::Seen;
use crate::names::{LogGroupName, Region};
use crate::shell::ShellCommand;

/// A log group by its name. The service lists all groups with this prefix, so the full name is compared.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeLogGroup {
    /// The region.
    pub region: Region,
    /// The name.
    pub name: LogGroupName,
}

/// A log group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogGroup {
    /// The ARN, without an asterisk at its end.
    pub arn: String,
    /// `STANDARD`, `INFREQUENT_ACCESS` or `DELIVERY`, if known.
    pub class: Option<String>,
    /// The ARN of the KMS key that encrypts its log events.
    pub kms_key: Option<String>,
}

/// The error of a task with a missing log group.
pub const NO_GROUP: &str = "ResourceInitializationError: failed to validate logger args: create stream has been retried <n> times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist.";

impl Lookup for DescribeLogGroup {
    type Fact = LogGroup;
    const CALL: Call = Call("logs:DescribeLogGroups");

    fn named(&self) -> Named {
        Named::starting("logGroups/logGroupName", &self.name)
    }

    fn what(&self) -> String {
        format!("log group {} in {}", self.name, self.region)
    }

    /// The action applies to all groups of the account
    /// (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html>).
    fn resource(&self) -> String {
        format!("arn:{}:logs:{}:*:log-group:*", self.region.partition(), self.region)
    }

    fn mend(&self, _: &Missing) -> Mend {
        Mend::by(
            ShellCommand::of("aws logs create-log-group")
                .option("--log-group-name", self.name.to_string())
                .region(&self.region),
        )
        .saying("Create the log group in that region, correct awslogs-group or awslogs-region, or set awslogs-create-group to \"true\"")
        .instead_of(NO_GROUP)
    }

    async fn fetch(&self, services: &Services) -> Answer<LogGroup> {
        let client = services.logs(&self.region);
        let name = self.name.to_string();
        let mut pages = Pages::default();
        loop {
            let asked = match pages.token() {
                Some(token) => json!({"logGroupNamePrefix": name, "nextToken": token}),
                None => json!({"logGroupNamePrefix": name}),
            };
            let page = match client.ask(self, &asked).await {
                Ok(page) => page.read::<Page>(),
                Err(error) => return classify::failed(self, &error),
            };
            let page = page.map_err(|lacks| classify::incomplete(self, lacks))?;
            // A missing name is proven by its omission, so the list must exist.
            let list = page
                .log_groups
                .ok_or_else(|| classify::incomplete(self, "the list of log groups"))?;
            // One without a name might be the one that is asked for.
            if list.iter().any(|it| it.log_group_name.is_none()) {
                return Err(classify::incomplete(self, "the name of a log group"));
            }
            if let Some(it) = list.into_iter().find(|it| it.log_group_name.as_ref() == Some(&name))
            {
                let group = read(it).map_err(|lacks| classify::incomplete(self, lacks))?;
                return Ok(Seen::Found(group));
            }
            if !pages.turn(self, page.next_token)? {
                return classify::absent(
                    self,
                    "not among the log groups that logs:DescribeLogGroups lists",
                );
            }
        }
    }
}

/// One of the two forms of its ARN ends with an asterisk
/// (<https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html>).
fn read(it: DescribedLogGroup) -> Result<LogGroup, Lacks> {
    let arn = it.log_group_arn.or(it.arn).ok_or("the ARN of the log group")?;
    Ok(LogGroup {
        arn: arn.strip_suffix(":*").unwrap_or(&arn).to_owned(),
        class: it.log_group_class,
        kms_key: it.kms_key_id,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    log_groups: Option<Vec<DescribedLogGroup>>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DescribedLogGroup {
    log_group_name: Option<String>,
    log_group_arn: Option<String>,
    arn: Option<String>,
    log_group_class: Option<String>,
    kms_key_id: Option<String>,
}
