//! Given a mode of the log driver, or the account's default, then a container starts without its logs, or not.

use super::*;

#[test]
fn docker_does_not_wait_for_the_stream_where_it_is_not_to_block() {
    let with_role = |options: &str| {
        let fields = format!(r#""networkMode": "bridge", "executionRoleArn": "{ROLES}/pull""#);
        task("EC2", &fields, options).in_account(writer().without_group().recorded())
    };
    for (options, status, words) in [
        (r#", "mode": "non-blocking""#, Warn, "; the container starts anyway"),
        ("", Warn, "unless the account's default log driver mode is blocking"),
        (BLOCKING, Fail, "there is no log group /ecs/web in eu-west-1"),
    ] {
        let story = with_role(options);
        assert_eq!(statuses(&story), [status, Skip, Skip], "{options}");
        let message = only(&story, &EXISTS).message;
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn the_account_decides_for_a_driver_without_a_mode() {
    let settings = json!({"region": "eu-west-1"});
    let judged = |settings_say: Option<&Value>, target: &str| {
        let account = writer().without_group();
        let account = match settings_say {
            Some(values) => account.says("ecs:ListAccountSettings", &settings, values),
            None => account.refuses("ecs:ListAccountSettings", &settings),
        };
        let fields = format!(r#""networkMode": "bridge", "executionRoleArn": "{ROLES}/pull""#);
        task(target, &fields, "").in_account(account.recorded())
    };
    let mode = |mode: &str| json!({"defaultLogDriverMode": mode, "awsvpcTrunking": "disabled"});
    let unknown = "unless the account's default log driver mode is blocking";
    for (settings, target, status, words) in [
        (Some(mode("blocking")), "EC2", Fail, "there is no log group"),
        (Some(mode("non-blocking")), "EC2", Warn, "; the account's default log driver mode is"),
        (Some(json!({"awsvpcTrunking": "disabled"})), "EC2", Warn, unknown),
        (None, "EC2", Warn, unknown),
        (Some(mode("non-blocking")), "FARGATE", Fail, "there is no log group"),
    ] {
        let story = judged(settings.as_ref(), target);
        assert_eq!(statuses(&story), [status, Skip, Skip], "{settings:?} on {target}");
        let result = only(&story, &EXISTS);
        assert!(result.message.contains(words), "{}", result.message);
        assert_eq!(!result.assumes.is_empty(), words == unknown, "{result:#?}");
    }
}

#[test]
fn a_written_mode_needs_no_account_setting() {
    let account = writer().without_group().recorded();
    let fields = format!(r#""networkMode": "bridge", "executionRoleArn": "{ROLES}/pull""#);
    let story = task("EC2", &fields, BLOCKING).in_account(account);
    let evidence = only(&story, &EXISTS).evidence.join("\n");
    assert!(!evidence.contains("ecs:ListAccountSettings"), "{evidence}");
}

#[test]
fn streams_that_are_refused_are_lost_or_stop_the_container_by_the_mode_of_the_account() {
    let settings = json!({"region": "eu-west-1"});
    for (mode, status) in [("blocking", Fail), ("non-blocking", Warn)] {
        let account = may(&json!([])).group(None, None).says(
            "ecs:ListAccountSettings",
            &settings,
            &json!({"defaultLogDriverMode": mode}),
        );
        let fields = format!(r#""networkMode": "bridge", "executionRoleArn": "{ROLES}/pull""#);
        let story = task("EC2", &fields, "").in_account(account.recorded());
        assert_eq!(only(&story, &WRITE).status, status, "{mode}");
    }
}
