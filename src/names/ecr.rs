//! The host names of private registries in Amazon ECR.

use std::fmt;

use super::{AccountId, AccountIdError, Partition, Region, RegionError};

/// The registry of one account in one region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EcrHost {
    /// The account that owns the registry.
    pub account: AccountId,
    /// The region that it is in.
    pub region: Region,
    /// The cloud of that region.
    pub partition: Partition,
    /// Whether the host is the one with FIPS cryptography.
    pub fips: bool,
    /// Whether the host also answers over IPv6.
    pub dual_stack: bool,
}

/// What is wrong with the host of a private ECR registry. No such host resolves.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EcrHostProblem {
    /// It does not start with an account id.
    #[error("it must start with the twelve digits of an account ({0})")]
    Account(AccountIdError),
    /// No region follows.
    #[error("a region must follow after `{after}` ({problem})")]
    Region {
        /// The words of the host that the region should follow.
        after: String,
        /// What is wrong with the region.
        problem: RegionError,
    },
    /// The end of the host is the end of another partition's hosts.
    #[error("in {region} it must end with .{expected}, not .{written}")]
    Suffix {
        /// The region in the host.
        region: Region,
        /// What its hosts end with.
        expected: String,
        /// How this one ends.
        written: String,
    },
}

/// The words between account and region.
struct Form {
    words: &'static str,
    fips: bool,
    dual_stack: bool,
}

const FORMS: [Form; 4] = [
    Form { words: "dkr.ecr", fips: false, dual_stack: false },
    Form { words: "dkr.ecr-fips", fips: true, dual_stack: false },
    Form { words: "dkr-ecr", fips: false, dual_stack: true },
    Form { words: "dkr-ecr-fips", fips: true, dual_stack: true },
];

impl EcrHost {
    /// Reads a host name without a port. `None` if it is not an ECR host, not even a wrong one.
    ///
    /// A mirror or an emulator may serve names like `111122223333.dkr.ecr.us-east-1.localhost`;
    /// only names that end like an AWS domain must follow the rules of AWS.
    pub fn parse(host: &str) -> Option<Result<EcrHost, EcrHostProblem>> {
        let (form, account, rest) = FORMS.iter().find_map(|form| split_at_form(host, form))?;
        is_of_aws(rest).then(|| read(form, account, rest))
    }
}

/// The text before and after the words of a form, if they are whole labels of the host.
fn split_at_form<'h>(
    host: &'h str,
    form: &'static Form,
) -> Option<(&'static Form, &'h str, &'h str)> {
    if let Some(rest) = host.strip_prefix(form.words).and_then(|rest| rest.strip_prefix('.')) {
        return Some((form, "", rest));
    }
    let (account, rest) = host.split_once(&format!(".{}.", form.words))?;
    Some((form, account, rest))
}

/// Whether a host with this rest belongs to AWS. Names of interface endpoints (`….vpce.amazonaws.com`) follow
/// other rules.
fn is_of_aws(rest: &str) -> bool {
    let mut labels = rest.split('.');
    if labels.any(|label| label == "vpce") {
        return false;
    }
    let ends_with = |suffix: &str| {
        rest.strip_suffix(suffix).is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    rest.split('.').any(|label| label == "amazonaws" || label == "amazonwebservices")
        || Partition::ALL
            .into_iter()
            .any(|p| ends_with(p.dns_suffix()) || dual_stack_suffix(p).is_some_and(ends_with))
}

fn read(form: &Form, account: &str, rest: &str) -> Result<EcrHost, EcrHostProblem> {
    let account = account.parse().map_err(EcrHostProblem::Account)?;
    let (region, written) = rest.split_once('.').unwrap_or((rest, ""));
    let region: Region = region
        .parse()
        .map_err(|problem| EcrHostProblem::Region { after: form.words.to_owned(), problem })?;
    let partition = region.partition();
    let host = EcrHost { account, region, partition, fips: form.fips, dual_stack: form.dual_stack };
    if written == host.suffix() {
        Ok(host)
    } else {
        let expected = host.suffix().to_owned();
        Err(EcrHostProblem::Suffix { region: host.region, expected, written: written.to_owned() })
    }
}

/// The suffix of dual-stack ECR hosts
/// (<https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-requests.html>).
fn dual_stack_suffix(partition: Partition) -> Option<&'static str> {
    match partition {
        Partition::Aws | Partition::AwsUsGov => Some("on.aws"),
        Partition::AwsCn => Some("on.amazonwebservices.com.cn"),
        _ => None,
    }
}

impl EcrHost {
    fn suffix(&self) -> &'static str {
        let dual_stack = dual_stack_suffix(self.partition).filter(|_| self.dual_stack);
        dual_stack.unwrap_or(self.partition.dns_suffix())
    }
}

impl fmt::Display for EcrHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let EcrHost { account, region, fips, dual_stack, .. } = self;
        let words = match (fips, dual_stack) {
            (false, false) => "dkr.ecr",
            (true, false) => "dkr.ecr-fips",
            (false, true) => "dkr-ecr",
            (true, true) => "dkr-ecr-fips",
        };
        write!(f, "{account}.{words}.{region}.{}", self.suffix())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hosts_of_every_form_and_partition_are_read_and_printed() {
        let cases = [
            ("111122223333.dkr.ecr.us-east-1.amazonaws.com", Partition::Aws, false, false),
            (
                "111122223333.dkr.ecr-fips.us-gov-west-1.amazonaws.com",
                Partition::AwsUsGov,
                true,
                false,
            ),
            ("111122223333.dkr-ecr.eu-west-1.on.aws", Partition::Aws, false, true),
            ("111122223333.dkr-ecr-fips.us-east-2.on.aws", Partition::Aws, true, true),
            ("111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn", Partition::AwsCn, false, false),
            (
                "111122223333.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn",
                Partition::AwsCn,
                false,
                true,
            ),
            ("111122223333.dkr.ecr.us-iso-east-1.c2s.ic.gov", Partition::AwsIso, false, false),
            ("111122223333.dkr.ecr.us-isob-east-1.sc2s.sgov.gov", Partition::AwsIsoB, false, false),
            ("111122223333.dkr.ecr.eusc-de-east-1.amazonaws.eu", Partition::AwsEusc, false, false),
        ];
        for (text, partition, fips, dual_stack) in cases {
            let host = EcrHost::parse(text).unwrap().unwrap();
            assert_eq!((host.partition, host.fips, host.dual_stack), (partition, fips, dual_stack));
            assert_eq!(host.to_string(), text);
        }
    }

    #[test]
    fn a_host_that_cannot_exist_is_refused_with_its_cause() {
        let cases = [
            ("123.dkr.ecr.us-east-1.amazonaws.com", "`123` has 3 digits"),
            ("xxxxxxxxxxx.dkr.ecr.eu-west-1.amazonaws.com", "twelve digits"),
            ("dkr.ecr.us-east-1.amazonaws.com", "account id is empty"),
            ("111122223333.dkr.ecr.amazonaws.com", "region must follow after `dkr.ecr`"),
            ("111122223333.dkr.ecr.us-east-1a.amazonaws.com", "its region is `us-east-1`"),
            ("111122223333.dkr.ecr.cn-north-1.amazonaws.com", "end with .amazonaws.com.cn"),
            ("111122223333.dkr.ecr.us-east-1.amazonaws.com.cn", "end with .amazonaws.com, not"),
            ("111122223333.dkr.ecr.us-east-1.on.aws", "end with .amazonaws.com, not .on.aws"),
            ("111122223333.dkr-ecr.us-east-1.amazonaws.com", "end with .on.aws"),
            ("111122223333.dkr.ecr.us-east-1.amazonaws.co", "not .amazonaws.co"),
        ];
        for (host, words) in cases {
            let problem = EcrHost::parse(host).unwrap().unwrap_err().to_string();
            assert!(problem.contains(words), "{host}: {problem}");
        }
    }

    #[test]
    fn hosts_of_others_are_left_alone() {
        let hosts = [
            "ghcr.io",
            "public.ecr.aws",
            "ecr.example.com",
            "000000000000.dkr.ecr.us-east-1.localhost.localstack.cloud",
            "vpce-0a1b-xyz.dkr.ecr.us-east-1.vpce.amazonaws.com",
        ];
        for host in hosts {
            assert_eq!(EcrHost::parse(host), None, "{host}");
        }
    }
}
