use serde_json::Value;

use super::{demo, document, file, program};

/// Every result of these runs, with why each skipped one was skipped.
fn results() -> Vec<Vec<Value>> {
    let service =
        file("service.json", r#"{"cluster": "c", "serviceName": "s", "taskDefinition": "t"}"#);
    let runs = [
        demo("healthy", &["-o", "json"]),
        demo("broken", &["-o", "json"]),
        demo("broken", &["-o", "json", "--service-definition", &service]),
        program(&["definition", "demo/broken.json", "-o", "json"]).output().unwrap(),
    ];
    runs.iter().map(|run| document(run)["checks"].as_array().unwrap().clone()).collect()
}

#[test]
fn what_is_skipped_says_why_and_nothing_else_does() {
    for result in results().iter().flatten() {
        let (reason, is_skip) = (&result["skip_reason"], result["status"] == "skip");
        assert_eq!(reason.is_null(), !is_skip, "{result}");
        if is_skip {
            let kind = reason["kind"].as_str().unwrap();
            let known = ["not_applicable", "needs_input", "needs_check", "not_determined"];
            assert!(known.contains(&kind), "{result}");
        }
    }
}

#[test]
fn what_a_failure_keeps_from_being_judged_names_that_failure() {
    let mut followers = 0;
    for results in results() {
        for follower in results.iter().filter(|it| it["skip_reason"]["kind"] == "needs_check") {
            let reason = &follower["skip_reason"];
            let failure = results.iter().find(|it| {
                it["status"] == "fail"
                    && it["id"] == reason["check"]
                    && it["subject"] == reason["subject"]
            });
            assert!(failure.is_some(), "{follower}");
            followers += 1;
        }
    }
    assert!(followers > 5, "{followers}");
}

#[test]
fn an_input_that_was_not_given_is_named_by_its_flags() {
    let results = &results()[0];
    let flags = |id: &str| {
        let result =
            results.iter().find(|it| it["id"] == id && it["skip_reason"]["flags"].is_array());
        result.unwrap_or_else(|| panic!("{id}"))["skip_reason"]["flags"][0].clone()
    };
    assert_eq!(flags("network-configuration"), "--subnets");
    assert_eq!(flags("role-service-linked"), "--service-definition");
    assert_eq!(flags("secret-json-key"), "--read-secrets");
}
