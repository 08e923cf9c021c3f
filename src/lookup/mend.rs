//! The fix for an absence.

use crate::knowledge::{Absence, Purpose};
use crate::names::AccountId;
use crate::shell::ShellCommand;

/// An absence, with its context.
#[derive(Clone, Copy, Debug)]
pub struct Missing<'a> {
    /// The answer.
    pub absence: &'a Absence,
    /// The account of the caller, if known.
    pub account: Option<&'a AccountId>,
    /// What it is needed for, if known.
    pub purpose: Option<Purpose>,
    /// Its full ARN, if more is known of it than the lookup asks for.
    pub arn: Option<&'a str>,
}

impl Missing<'_> {
    /// Whether the caller may be in this account.
    pub fn is_of(&self, account: &AccountId) -> bool {
        self.account == Some(account)
    }

    /// Whether the caller is known to be in another account.
    pub fn is_outside(&self, account: &AccountId) -> bool {
        self.account.is_some_and(|own| own != account)
    }
}

/// The runtime error of an absence, and how to fix it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mend {
    /// The runtime error, if AWS has one.
    pub prevents: Option<String>,
    /// One sentence, if it is more exact than the remedy of the check.
    pub remedy: Option<String>,
    /// The commands, in order.
    pub commands: Vec<ShellCommand>,
}

impl Mend {
    /// With this command.
    pub fn by(command: ShellCommand) -> Mend {
        Mend::default().and(command)
    }

    /// With one more command.
    pub fn and(mut self, command: ShellCommand) -> Mend {
        self.commands.push(command);
        self
    }

    /// Sets the runtime error.
    pub fn instead_of(mut self, error: impl Into<String>) -> Mend {
        self.prevents = Some(error.into());
        self
    }

    /// Sets the sentence.
    pub fn saying(mut self, remedy: impl Into<String>) -> Mend {
        self.remedy = Some(remedy.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lookup::Lookup;
    use crate::lookup::ecr::{DescribeImage, Reference, Repository};
    use crate::lookup::iam::role::GetRole;
    use crate::lookup::kms::DescribeKey;
    use crate::lookup::logs::DescribeLogGroup;
    use crate::lookup::s3::HeadObject;
    use crate::lookup::secretsmanager::DescribeSecret;
    use crate::lookup::ssm::DescribeParameter;
    use crate::names::Region;

    const OWN: &str = "111122223333";
    const OTHER: &str = "444455556666";

    fn region() -> Region {
        "eu-west-1".parse().unwrap()
    }

    /// The fix for a caller in the account.
    fn mends(lookup: &impl Lookup, said: &str, purpose: Option<Purpose>) -> Mend {
        let absence = Absence { sentence: lookup.absence(), said: said.to_owned() };
        let account = OWN.parse().unwrap();
        lookup.mend(&Missing { absence: &absence, account: Some(&account), purpose, arn: None })
    }

    fn image(registry: &str, reference: Reference) -> DescribeImage {
        let registry = registry.parse().unwrap();
        let repository = Repository { region: region(), registry, name: "web".to_owned() };
        DescribeImage { repository, reference }
    }

    #[test]
    fn nobody_creates_the_repository_of_another_account() {
        let tag = || Reference::Tag("1.2".to_owned());
        let digest = || Reference::Digest("sha256:00".to_owned());
        let create = "aws ecr create-repository --repository-name web --region eu-west-1";
        let push = "docker push 111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:1.2";
        let table: [(DescribeImage, &str, &[&str]); 5] = [
            (image(OWN, tag()), "RepositoryNotFoundException", &[create, push]),
            (image(OWN, digest()), "RepositoryNotFoundException", &[create]),
            (image(OWN, tag()), "ImageNotFoundException", &[push]),
            (image(OTHER, tag()), "RepositoryNotFoundException", &[]),
            (image(OTHER, tag()), "ImageNotFoundException", &[]),
        ];
        for (lookup, said, commands) in table {
            assert_eq!(mends(&lookup, said, None).commands, commands, "{lookup:?}");
        }
        let remedy = mends(&image(OTHER, tag()), "RepositoryNotFoundException", None).remedy;
        assert!(remedy.unwrap().contains("let account 444455556666 create it"));
    }

    #[test]
    fn an_alias_that_is_gone_is_created_again_and_a_key_is_not() {
        let of = |id: &str| mends(&DescribeKey { region: region(), id: id.to_owned() }, "", None);
        let create =
            "aws kms create-alias --alias-name alias/app --target-key-id KEY-ID --region eu-west-1";
        let list = "aws kms list-aliases --region eu-west-1";
        for (id, command) in [
            ("alias/app", create),
            ("arn:aws:kms:eu-west-1:111122223333:alias/app", create),
            ("alias/aws/secretsmanager", list),
            ("0000-1", list),
            ("arn:aws:kms:eu-west-1:111122223333:key/0000-1", list),
        ] {
            let mend = of(id);
            assert_eq!(mend.commands, [command], "{id}");
            assert!(!mend.remedy.unwrap().contains("Enable"), "{id}");
        }
        let foreign = of("arn:aws:kms:eu-west-1:444455556666:key/0000-1");
        assert_eq!(foreign.commands, [""; 0]);
        assert!(foreign.remedy.unwrap().contains("account 444455556666"));
    }

    #[test]
    fn a_secret_is_looked_for_by_its_name() {
        let of = |id: &str| {
            mends(&DescribeSecret { region: region(), id: id.to_owned() }, "", None).commands
        };
        let arn = |account: &str, name: &str| {
            format!("arn:aws:secretsmanager:eu-west-1:{account}:secret:{name}")
        };
        assert_eq!(
            of(&arn(OWN, "prod/db-AbCdEf")),
            [
                "aws secretsmanager describe-secret --secret-id prod/db --query ARN --output text --region eu-west-1"
            ]
        );
        // The name was already used, or the secret is in another account.
        for id in ["prod/db".to_owned(), arn(OWN, "prod/db"), arn(OTHER, "prod/db-AbCdEf")] {
            assert_eq!(of(&id), [""; 0], "{id}");
        }
    }

    #[test]
    fn a_role_is_created_for_those_who_are_to_assume_it() {
        let role = GetRole { region: region(), name: "app".to_owned() };
        for (purpose, service, narrowed) in [
            (Purpose::Task, "ecs-tasks.amazonaws.com", true),
            (Purpose::Infrastructure, "ecs.amazonaws.com", false),
            (Purpose::LoadBalancing, "ecs.amazonaws.com", false),
        ] {
            let commands = mends(&role, "NoSuchEntity", Some(purpose)).commands;
            let words = shlex::split(&commands[0].to_string()).unwrap();
            assert_eq!(words[..5], ["aws", "iam", "create-role", "--role-name", "app"]);
            let trust: serde_json::Value = serde_json::from_str(&words[6]).unwrap();
            let statement = &trust["Statement"][0];
            assert_eq!(statement["Principal"]["Service"], service, "{purpose:?}");
            let account = &statement["Condition"]["StringEquals"]["aws:SourceAccount"];
            assert_eq!(account.as_str(), narrowed.then_some(OWN), "{purpose:?}");
        }
        // For any other purpose it is not known who assumes it.
        for purpose in [Some(Purpose::Deployment), Some(Purpose::ContainerInstance), None] {
            let commands = mends(&role, "NoSuchEntity", purpose).commands;
            assert!(
                commands.iter().all(|it| !it.to_string().contains("create-role")),
                "{commands:?}"
            );
        }
    }

    #[test]
    fn what_a_document_holds_is_never_a_command() {
        for name in ["a;touch b", "$(touch b)", "it's", "#a", "a b", "`id`"] {
            let parameter =
                DescribeParameter { region: region(), name: name.to_owned(), shared: None };
            let object = format!("arn:aws:s3:::config/{name}").parse().unwrap();
            let object = HeadObject { region: region(), object };
            let cluster = crate::lookup::ecs::cluster::DescribeCluster {
                region: region(),
                cluster: name.to_owned(),
            };
            for (mend, word) in [
                (mends(&parameter, "", None), name.to_owned()),
                (mends(&object, "NoSuchKey", None), format!("s3://config/{name}")),
                (mends(&cluster, "MISSING", None), name.to_owned()),
            ] {
                let words = shlex::split(&mend.commands[0].to_string()).unwrap();
                assert!(words.contains(&word), "{words:?}");
            }
        }
        let group = DescribeLogGroup { region: region(), name: "#a".parse().unwrap() };
        let words = shlex::split(&mends(&group, "", None).commands[0].to_string()).unwrap();
        assert_eq!(words[4], "#a");
    }

    #[test]
    fn a_value_comes_from_a_file_that_has_to_be_there() {
        let parameter =
            DescribeParameter { region: region(), name: "/app/key".to_owned(), shared: None };
        let mend = mends(&parameter, "not listed", None);
        assert_eq!(
            mend.commands,
            [
                "aws ssm put-parameter --type SecureString --name /app/key --value file://VALUE --region eu-west-1"
            ]
        );
        assert!(mend.remedy.unwrap().contains("into a file"));
    }

    #[test]
    fn a_file_goes_into_a_bucket_that_is_there() {
        let object = "arn:aws:s3:::config/a.env".parse().unwrap();
        let object = HeadObject { region: region(), object };
        let copy = "aws s3 cp FILE s3://config/a.env --region eu-west-1";
        assert_eq!(mends(&object, "NoSuchKey", None).commands, [copy]);
        let make = "aws s3 mb s3://config --region eu-west-1";
        assert_eq!(mends(&object, "NoSuchBucket", None).commands, [make, copy]);
    }
}
