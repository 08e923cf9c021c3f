//! Where a task will run, as far as the documents determine it.

use super::run_context::RunContext;
use super::task_definition::TaskDefinition;
use crate::knowledge::{Gap, Stop};

/// The launch target of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LaunchTarget {
    /// Fargate.
    Fargate,
    /// Fargate Spot.
    FargateSpot,
    /// EC2 container instances of the account.
    Ec2,
    /// ECS Anywhere.
    External,
    /// ECS Managed Instances.
    ManagedInstances,
    /// Instances of a custom capacity provider: an Auto Scaling group or Managed Instances. Its name does not
    /// show which, but it is never Fargate, which is enough for most rules.
    OwnProvider,
}

impl LaunchTarget {
    /// Whether Fargate's rules apply.
    pub fn is_fargate(self) -> bool {
        matches!(self, LaunchTarget::Fargate | LaunchTarget::FargateSpot)
    }

    /// The launch type or compatibility with that name.
    fn named(name: &str) -> Option<LaunchTarget> {
        Some(match name {
            "FARGATE" => LaunchTarget::Fargate,
            "EC2" => LaunchTarget::Ec2,
            "EXTERNAL" => LaunchTarget::External,
            "MANAGED_INSTANCES" => LaunchTarget::ManagedInstances,
            _ => return None,
        })
    }
}

/// The launch targets of the task: those of the run context, otherwise all compatibilities of the
/// definition (a definition for EC2 and Fargate must satisfy both). In order, each once.
pub fn launch_targets(
    task: &TaskDefinition,
    context: &RunContext,
) -> Result<Vec<LaunchTarget>, Stop> {
    let mut targets = match requested(context)? {
        Some(targets) => targets,
        None => compatible(task)?,
    };
    // Registration enforces the rules of Fargate even if the task will run elsewhere.
    let for_fargate = declared(task)?.contains(&LaunchTarget::Fargate);
    if for_fargate && !targets.iter().any(|it| it.is_fargate()) {
        targets.push(LaunchTarget::Fargate);
    }
    targets.sort_unstable();
    targets.dedup();
    Ok(targets)
}

/// The launch targets of the run context, if it has any.
pub fn requested(context: &RunContext) -> Result<Option<Vec<LaunchTarget>>, Stop> {
    let request = &context.request;
    let strategy = request.capacity_provider_strategy.items()?;
    if !strategy.is_empty() {
        let mut targets = Vec::new();
        for item in strategy {
            match item.capacity_provider.get()?.map(String::as_str) {
                Some("FARGATE") => targets.push(LaunchTarget::Fargate),
                Some("FARGATE_SPOT") => targets.push(LaunchTarget::FargateSpot),
                Some(_) => targets.push(LaunchTarget::OwnProvider),
                None => return Err(unresolved("a capacity provider without a name".into())),
            }
        }
        return Ok(Some(targets));
    }
    match request.launch_type.get()? {
        Some(name) => match LaunchTarget::named(name) {
            Some(target) => Ok(Some(vec![target])),
            None => Err(unresolved(format!("{name} is not a launch type"))),
        },
        // StartTask supports only container instances.
        None if !request.container_instances.items()?.is_empty() => {
            Ok(Some(vec![LaunchTarget::Ec2]))
        }
        None => Ok(None),
    }
}

/// The compatibilities of the definition, with EC2 as the default.
fn compatible(task: &TaskDefinition) -> Result<Vec<LaunchTarget>, Stop> {
    let declared = declared(task)?;
    Ok(if declared.is_empty() { vec![LaunchTarget::Ec2] } else { declared })
}

/// The compatibilities that the definition requires.
fn declared(task: &TaskDefinition) -> Result<Vec<LaunchTarget>, Stop> {
    let names = task.requires_compatibilities.items()?;
    let known = |name: &String| {
        LaunchTarget::named(name)
            .ok_or_else(|| unresolved(format!("{name} is not a compatibility")))
    };
    names.iter().map(known).collect()
}

/// The operating systems of task definitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperatingSystem {
    /// Linux, also the default.
    Linux,
    /// Windows, with the name of its family, such as `WINDOWS_SERVER_2022_CORE`.
    Windows(String),
}

impl TaskDefinition {
    /// The operating system of the task.
    pub fn operating_system(&self) -> Result<OperatingSystem, Stop> {
        let platform = self.runtime_platform.get()?;
        let family = platform.map(|it| it.operating_system_family.get()).transpose()?.flatten();
        match family.map(String::as_str) {
            None | Some("" | "LINUX") => Ok(OperatingSystem::Linux),
            Some(name) if name.starts_with("WINDOWS_SERVER") => {
                Ok(OperatingSystem::Windows(name.into()))
            }
            Some(name) => Err(unresolved(format!("{name} is not an operating system family"))),
        }
    }

    /// The architecture of the definition: `X86_64` or `ARM64`. The default on Fargate is X86_64; on EC2 any
    /// instance is allowed.
    pub fn architecture(&self) -> Result<Option<&str>, Stop> {
        let platform = self.runtime_platform.get()?;
        let name = platform.map(|it| it.cpu_architecture.get()).transpose()?.flatten();
        Ok(name.map(String::as_str).filter(|name| !name.is_empty()))
    }
}

fn unresolved(why: String) -> Stop {
    Stop::Gap(Gap::Unresolved { why })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::place::Role;
    use crate::document::run_context::flag;
    use crate::document::source::Source;
    use LaunchTarget::{Ec2, External, Fargate, FargateSpot, ManagedInstances, OwnProvider};

    fn task(fields: &str) -> TaskDefinition {
        let text = format!(r#"{{"family": "web", "containerDefinitions": [] {fields}}}"#);
        let source = Source::read("a.json", Role::Definition, text.as_bytes()).unwrap();
        TaskDefinition::from_source(&source).unwrap()
    }

    fn context(text: &str) -> RunContext {
        let source = Source::read("run.json", Role::Context, text.as_bytes()).unwrap();
        RunContext::run_task(&source).unwrap()
    }

    #[test]
    fn the_context_decides_and_declared_fargate_always_counts() {
        for (fields, run, expected) in [
            ("", r#"{"count": 1}"#, vec![Ec2]),
            (r#","requiresCompatibilities": []"#, r#"{"count": 1}"#, vec![Ec2]),
            (r#","requiresCompatibilities": ["FARGATE"]"#, r#"{"count": 1}"#, vec![Fargate]),
            (
                r#","requiresCompatibilities": ["EC2", "FARGATE"]"#,
                r#"{"count": 1}"#,
                vec![Fargate, Ec2],
            ),
            (
                r#","requiresCompatibilities": ["EC2", "FARGATE"]"#,
                r#"{"launchType": "EC2"}"#,
                vec![Fargate, Ec2],
            ),
            ("", r#"{"launchType": "FARGATE"}"#, vec![Fargate]),
            ("", r#"{"launchType": "EXTERNAL"}"#, vec![External]),
            (
                r#","requiresCompatibilities": ["MANAGED_INSTANCES"]"#,
                r#"{"count": 1}"#,
                vec![ManagedInstances],
            ),
            (
                "",
                r#"{"capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT"}, {"capacityProvider": "FARGATE"}]}"#,
                vec![Fargate, FargateSpot],
            ),
            (
                "",
                r#"{"capacityProviderStrategy": [{"capacityProvider": "mine"}]}"#,
                vec![OwnProvider],
            ),
            ("", r#"{"containerInstances": ["i-1"]}"#, vec![Ec2]),
        ] {
            assert_eq!(
                launch_targets(&task(fields), &context(run)),
                Ok(expected),
                "{fields} {run}"
            );
        }
    }

    #[test]
    fn what_cannot_be_told_is_a_gap() {
        for (fields, run) in [
            ("", r#"{"capacityProviderStrategy": [{"capacityProvider": "${MINE}"}]}"#),
            ("", r#"{"launchType": "${TYPE}"}"#),
            ("", r#"{"launchType": "fargate"}"#),
            (r#","requiresCompatibilities": "$KINDS""#, r#"{"count": 1}"#),
        ] {
            assert!(launch_targets(&task(fields), &context(run)).is_err(), "{fields} {run}");
        }
    }

    #[test]
    fn a_flag_puts_out_the_strategy_of_the_file() {
        let file = context(r#"{"capacityProviderStrategy": [{"capacityProvider": "mine"}]}"#);
        let mut flags = RunContext::flags();
        flags.request.launch_type = flag("--launch-type", "FARGATE".to_owned());
        assert_eq!(requested(&file.merge(flags)), Ok(Some(vec![Fargate])));
    }

    #[test]
    fn the_platform_is_linux_unless_the_definition_says_windows() {
        let windows =
            r#","runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}"#;
        assert_eq!(task("").operating_system(), Ok(OperatingSystem::Linux));
        assert_eq!(
            task(windows).operating_system(),
            Ok(OperatingSystem::Windows("WINDOWS_SERVER_2022_CORE".into()))
        );
        let unknown = task(r#","runtimePlatform": {"operatingSystemFamily": "PLAN9"}"#);
        assert!(unknown.operating_system().is_err());
        let arm = task(r#","runtimePlatform": {"cpuArchitecture": "ARM64"}"#);
        assert_eq!(arm.architecture(), Ok(Some("ARM64")));
        assert_eq!(task("").architecture(), Ok(None));
    }
}
