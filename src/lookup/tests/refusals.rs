//! Refused and throttled calls.

use super::*;

#[test]
fn a_refusal_names_an_action_of_the_service_and_slow_down_is_throttling() {
    let bench = Bench::new();
    let refused = |case: &Case| {
        (!is_a_registry(case)).then_some(Reply::Error(403, "AccessDeniedException", "no"))
    };
    for (case, _, answer) in bench.learn(refused) {
        let Err(Gap::Refused { action, resource, .. }) = &answer else {
            panic!("{}: {}", case.name, told(&answer));
        };
        let service = case.asked.call().service();
        assert!(action.starts_with(&format!("{service}:")), "{}: {action}", case.name);
        assert_eq!(*resource, case.asked.resource(), "{}", case.name);
        // Its first request is another than the one that it is named by.
        let first = match case.name {
            "ContainerInstances" => "ecs:ListContainerInstances",
            "ProtectedTasks" | "StoppedTasks" | "TaskGroups" => "ecs:ListTasks",
            _ => case.asked.call().0,
        };
        assert_eq!(action, first);
    }
    let slow_down = |case: &Case| match is_a_registry(case) {
        true => Some(Reply::Error(429, "TOOMANYREQUESTS", "slow down")),
        false => (case.asked.call().service() != "s3").then_some(Reply::Error(
            400,
            "ThrottlingException",
            "Rate exceeded",
        )),
    };
    for (case, _, answer) in bench.learn(slow_down) {
        assert!(matches!(answer, Err(Gap::Throttled { .. })), "{}: {}", case.name, told(&answer));
    }
}
