use super::program::Folder;

const REPLAYED: &str = "verify healthy.json --replay account.json";

#[test]
fn a_list_takes_commas_and_repeats_and_never_the_file() {
    let folder = Folder::new("lists");
    for list in [
        "--subnets subnet-1 --subnets subnet-2",
        "--subnets subnet-1,subnet-2",
        "--subnets=subnet-1,subnet-2",
    ] {
        // The file after the list, and before it.
        for line in [
            format!("network {list} healthy.json --replay account.json -o json"),
            format!("network healthy.json {list} --replay account.json -o json"),
        ] {
            let said = folder.line(&line);
            let unknown = said.results("unknown");
            for subnet in ["subnet-1", "subnet-2"] {
                assert!(unknown.iter().any(|it| it.2.contains(subnet)), "{line}: {unknown:?}");
            }
        }
    }
    let said = folder.line(
        "network --subnets subnet-01234567 subnet-89abcdef healthy.json --replay account.json",
    );
    said.ends(2).says("subnet-89abcdef is given as a task definition").says("--subnets A,B");
    let said = folder.run(&["network", "healthy.json", "--subnets", ""]).ends(2);
    said.says("--subnets").says("the value is empty");
}

#[test]
fn a_mistyped_name_is_told_from_a_registered_one() {
    let folder = Folder::new("names").with("AWS_REGION", "eu-west-1");
    for (name, code, says) in [
        ("healthyy", 4, "there is no file healthyy; did you mean healthy.json?"),
        ("healthy", 4, "there is no file healthy; did you mean healthy.json?"),
        (
            "elsewhere",
            4,
            "nor can a registered task definition of that name be read: no AWS credentials",
        ),
        ("helthy.json", 2, "there is no file helthy.json; did you mean healthy.json?"),
        ("no/healthy.json", 2, "there is no file no/healthy.json\n"),
    ] {
        let said = folder.run(&["verify", name]).ends(code).says(says);
        if code == 4 {
            said.says("no AWS credentials").never_says("provider was not enabled");
        }
    }
    for flag in ["--service-definition", "--run-task", "--accept"] {
        let said = folder.line(&format!("{REPLAYED} {flag} broken.jsn")).ends(2);
        said.says("cannot read broken.jsn").says("did you mean broken.json?");
    }
    let said = folder.line("verify healthy.json --replay acount.json").ends(2);
    said.says("cannot read acount.json").says("did you mean account.json?");
    let said = folder.line("verify healthy.json --replay healthy.json").ends(2);
    said.says("this is a task definition, not a recording of this program");
}

#[test]
fn a_service_without_a_cluster_says_where_it_was_looked_for() {
    let folder = Folder::new("service");
    let said = folder.line(&format!("{REPLAYED} --service web")).ends(4);
    said.says("service web in cluster default").says("pass --cluster NAME");
    let said = folder.line(&format!("{REPLAYED} --service web --cluster blue")).ends(4);
    said.says("service web in cluster blue").never_says("pass --cluster NAME");
}

#[test]
fn explain_takes_groups_and_names_what_was_probably_meant() {
    let folder = Folder::new("explain");
    folder.line("explain secrets").ends(0).says("secret-exists").never_says("image-exists");
    folder.line("explain secret-exist").ends(2).says("did you mean secret-exists?");
    folder.line("explain secretss").ends(2).says("did you mean secrets?");
    folder.line("explain Secret_Exists").ends(2).says("did you mean secret-exists?");
    folder.line("explain nonsense").ends(2).says("run `aws-ecs-preflight checks`");
    folder.line(&format!("{REPLAYED} --only imge")).ends(2).says("did you mean image?");
}

#[test]
fn the_region_of_the_environment_is_the_expected_one() {
    let expects = "definition healthy.json --expect-region eu-west-1";
    let bare = Folder::new("expect");
    bare.line(expects).ends(4).says("no region is configured").says("AWS_REGION");
    let said = bare.line("definition healthy.json --expect-account 111122223333").ends(4);
    said.says("asks nothing of AWS").says("run verify");
    for (name, region) in [("AWS_REGION", "eu-west-1"), ("AWS_DEFAULT_REGION", "eu-west-1")] {
        Folder::new("expect-it").with(name, region).line(expects).ends(0);
    }
    let elsewhere = Folder::new("expect-elsewhere").with("AWS_REGION", "us-east-1");
    let said = elsewhere.line(expects).ends(4);
    said.says("this run would check region us-east-1, but --expect-region is eu-west-1");
    elsewhere.line(&format!("{expects} --region eu-west-1")).ends(0);
}

#[test]
fn the_platform_version_is_latest_in_capitals() {
    let folder = Folder::new("latest");
    let line = "definition healthy.json --launch-type FARGATE --platform-version";
    folder.line(&format!("{line} latest")).ends(3).says("write LATEST").says("--platform-version");
    folder.line(&format!("{line} LATEST")).ends(0);
}

#[test]
fn a_format_may_name_standard_output() {
    let folder = Folder::new("stdout");
    let said = folder.line(&format!("{REPLAYED} -o json=-")).ends(0);
    assert_eq!(said.report()["verdict"], "pass");
    assert!(!folder.has("-"));
    folder.line(&format!("{REPLAYED} -o xml=a.xml")).ends(2).says("there is no format \"xml\"");
}

#[test]
fn a_query_takes_what_the_aws_cli_takes() {
    let folder = Folder::new("query");
    for (query, printed) in [
        ("checks[?status==`pass`]|[0].id", "definition-schema"),
        ("checks[?status=='pass']|[0].id", "definition-schema"),
        ("checks[?status==`\"pass\"`]|[0].id", "definition-schema"),
        ("length(checks[?status==`fail`])", "0"),
        ("stats.api_calls == `0`", "true"),
    ] {
        let said =
            folder.run(&["verify", "healthy.json", "--replay", "account.json", "--query", query]);
        said.ends(0).says(printed);
    }
    let said = folder.run(&["checks", "--query", "checks[?status==`"]).ends(2);
    said.says("--query");
}

#[cfg(target_os = "linux")]
#[test]
fn file_names_need_not_be_utf8() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let name = |bytes: &'static [u8]| OsStr::from_bytes(bytes);
    let folder = Folder::new("bytes");
    let (definition, recording) = (folder.read("healthy.json"), folder.read("account.json"));
    folder.write(name(b"caf\xE9.json"), definition);
    folder.write(name(b"r\xE9c.json"), recording);
    folder.write(name(b"s\xE9r.json"), r#"{"cluster": "c", "serviceName": "web"}"#);
    for definition in [name(b"caf\xE9.json"), name(b"file://caf\xE9.json")] {
        let arguments = [
            name(b"verify"),
            definition,
            name(b"--replay"),
            name(b"r\xE9c.json"),
            name(b"--service-definition"),
            name(b"s\xE9r.json"),
            name(b"--only"),
            name(b"image"),
            name(b"-o"),
            name(b"json=out-\xE9.json"),
            name(b"-o"),
            name(b"text"),
        ];
        folder.run(&arguments).ends(0).says("PASS");
        let report = folder.read_bytes(name(b"out-\xE9.json"));
        assert!(String::from_utf8(report).unwrap().contains("caf\u{FFFD}.json"));
    }
    let said = folder.run(&[name(b"verify"), name(b"n\xE9.json")]).ends(2);
    said.says("there is no file n\u{FFFD}.json");
}

#[test]
fn an_arn_of_another_region_account_or_kind_is_refused() {
    let folder = Folder::new("arns");
    for (arguments, says) in [
        (
            "--cluster arn:aws:ecs:us-east-1:111122223333:cluster/blue",
            "is in region us-east-1, but this run is in eu-central-1",
        ),
        (
            "--cluster arn:aws:ecs:eu-central-1:444455556666:cluster/blue",
            "is in account 444455556666, but this run is in account 111122223333",
        ),
        (
            "--service arn:aws:ecs:us-east-1:111122223333:service/blue/web",
            "is in region us-east-1, but this run is in eu-central-1",
        ),
        (
            "--service arn:aws:ecs:eu-central-1:111122223333:service/blue/web --cluster green",
            "is in cluster blue, but --cluster is green",
        ),
        (
            "--cluster arn:aws:ecs:eu-central-1:111122223333:service/blue/web",
            "is not the ARN of a cluster",
        ),
        (
            "arn:aws:ecs:us-east-1:111122223333:task-definition/web:7",
            "TASKDEF: arn:aws:ecs:us-east-1:111122223333:task-definition/web:7 is in region us-east-1",
        ),
    ] {
        folder.line(&format!("{REPLAYED} {arguments}")).ends(2).says(says);
    }
    // Of this run: it is looked for.
    let service = "arn:aws:ecs:eu-central-1:111122223333:service/blue/web";
    let said = folder.line(&format!("{REPLAYED} --service {service}")).ends(4);
    said.says("service web in cluster blue");
}

#[test]
fn strict_leaves_what_is_unknown_unknown() {
    let folder = Folder::new("strict");
    // The image is not in the recording: three checks are unknown, and a fourth assumes its size.
    let text = folder.read("healthy.json").replace("storefront:2.7.0", "storefront:9.9.9");
    folder.write("healthy.json", text);
    folder.line(REPLAYED).ends(3);
    folder.line(&format!("{REPLAYED} --strict")).ends(3).says("--strict: a warning");
    // Allowed, the unknown does not fail the run, and the assumption still does.
    folder.line(&format!("{REPLAYED} --allow-unknown")).ends(0);
    folder.line(&format!("{REPLAYED} --allow-unknown --strict")).ends(1);
    folder.line("verify broken.json --replay account.json --strict").ends(1);
}
