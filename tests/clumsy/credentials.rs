use super::program::Folder;

/// Two profiles, one of which has a region and credentials, and a third that has half of them.
const CONFIG: &str = "[profile prod]\nregion = eu-west-1\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n\
    aws_secret_access_key = secret\n[profile empty]\nregion = eu-west-1\n[profile half]\nregion = eu-west-1\n\
    aws_access_key_id = AKIAIOSFODNN7EXAMPLE\n";

fn configured(name: &str) -> Folder {
    Folder::new(name).file("home/.aws/config", CONFIG)
}

#[test]
fn a_profile_that_is_not_there_is_named_with_those_that_are() {
    let folder = configured("profile");
    let said = folder.line("verify healthy.json --profile prd").ends(4);
    said.says("there is no profile `prd` (--profile)")
        .says("did you mean `prod`?")
        .says("Configured profiles:")
        .never_says("region is configured");
    let folder = configured("profile-of-environment").with("AWS_PROFILE", "nope");
    let said = folder.line("verify healthy.json").ends(4);
    said.says("there is no profile `nope` (AWS_PROFILE)").says("empty, half, prod");
    let folder = Folder::new("no-profiles");
    let said = folder.line("verify healthy.json --profile nope").ends(4);
    said.says("there is no profile `nope`").says("No profile is configured");
}

#[test]
fn no_credentials_are_one_sentence_and_a_way_out() {
    let folder = configured("no-credentials").with("AWS_REGION", "eu-west-1");
    let said = folder.line("verify healthy.json").ends(4);
    said.says("no AWS credentials: none in the environment, none in profile `default`")
        .says("aws sso login")
        .never_says("provider");
    let said = folder.line("verify healthy.json --profile empty").ends(4);
    said.says("profile `empty` has none").says("--profile empty");
    let folder = configured("no-region");
    folder.line("verify healthy.json").ends(4).says("no AWS region is configured");
}

#[test]
fn half_of_the_credentials_is_named() {
    let half = |name: &str, variable: &str| {
        configured(name).with("AWS_REGION", "eu-west-1").with(variable, "AKIAIOSFODNN7EXAMPLE")
    };
    let said = half("half-access", "AWS_ACCESS_KEY_ID").line("verify healthy.json").ends(4);
    said.says("AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not").never_says("provider");
    let said = half("half-secret", "AWS_SECRET_ACCESS_KEY").line("verify healthy.json").ends(4);
    said.says("AWS_SECRET_ACCESS_KEY is set without AWS_ACCESS_KEY_ID").never_says("provider");
    let said = configured("half-profile").line("verify healthy.json --profile half").ends(4);
    said.says("the credentials of profile `half` cannot be used").says("aws_secret_access_key");
}

#[test]
fn an_unreadable_configuration_is_said() {
    let folder =
        Folder::new("configuration").file("home/.aws/config", "[profile prod\nregion = x\n");
    let said = folder.line("verify healthy.json --profile prod").ends(4);
    said.says("the AWS configuration cannot be read").says("~/.aws/config");
}
