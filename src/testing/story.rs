//! Stories: given these documents, then a check says this. Nothing is asked of anybody.

use std::time::Duration;

use crate::checks::{Check, Group, catalogue, find, trails};
use crate::document::{DeployTool, Role, RunContext, Source, TaskDefinition};
use crate::facts::{Recording, View};
use crate::names::Region;
use crate::preflight::{Bounds, Interruption, Origin, Probe, RunLoop, plan, report};
use crate::reachability::network_path::NetworkPath;
use crate::report::{CheckResult, Status};
use crate::task::{Deployment, Task, Witness};

/// What one result must be: its status, its subject, and words of its message.
pub(crate) type Told = (Status, &'static str, &'static str);

/// A task definition, and perhaps where it will run.
pub(crate) struct Story {
    tasks: Vec<Task>,
    account: Option<Recording>,
}

impl Story {
    /// The definition as it stands in a file.
    pub(crate) fn given(text: &str) -> Story {
        Story::of(Source::read("taskdef.json", Role::Definition, text.as_bytes()).unwrap())
    }

    /// The definition as the service describes it.
    pub(crate) fn registered(text: &str) -> Story {
        let json = serde_json::from_str(text).unwrap();
        Story::of(Source::from_json_value("web:7", Role::Definition, &json))
    }

    /// A definition with these fields beside a family and one container.
    pub(crate) fn task(fields: &str) -> Story {
        Story::containers_and(r#"{"name": "app", "image": "nginx", "memory": 128}"#, fields)
    }

    /// A definition with one container, which has these fields beside its name and image.
    pub(crate) fn container(fields: &str) -> Story {
        Story::containers(&format!(r#"{{"name": "app", "image": "nginx", {fields}}}"#))
    }

    /// A definition with these containers.
    pub(crate) fn containers(containers: &str) -> Story {
        Story::given(&format!(r#"{{"family": "web", "containerDefinitions": [{containers}]}}"#))
    }

    /// A definition with these containers and fields.
    pub(crate) fn containers_and(containers: &str, fields: &str) -> Story {
        Story::given(&format!(
            r#"{{"family": "web", "containerDefinitions": [{containers}], {fields}}}"#
        ))
    }

    fn of(source: Source) -> Story {
        let task = Task {
            definition: TaskDefinition::from_source(&source).unwrap(),
            source,
            context: RunContext::flags(),
            home: "eu-west-1".parse::<Region>().ok(),
            read_secrets: false,
            witness: Witness::default(),
            caller: None,
            now: None,
            documents_only: false,
            tool: None,
            deployment: Deployment::default(),
        };
        Story { tasks: vec![task], account: None }
    }

    /// A template deploys it so.
    pub(crate) fn deployed_by(mut self, deployment: Deployment) -> Story {
        for task in &mut self.tasks {
            task.deployment = deployment.clone();
        }
        self
    }

    /// It runs as this input of run-task or start-task says.
    pub(crate) fn run_as(self, text: &str) -> Story {
        let source = Source::read("run.json", Role::Context, text.as_bytes()).unwrap();
        self.placed(&RunContext::run_task(&source).unwrap())
    }

    /// It runs in the service of this input of create-service or update-service.
    pub(crate) fn served_by(self, text: &str) -> Story {
        let source = Source::read("service.json", Role::Context, text.as_bytes()).unwrap();
        self.placed(&RunContext::service_definition(&source).unwrap())
    }

    /// It runs in the service that `DescribeServices` describes so.
    pub(crate) fn living_as(self, text: &str) -> Story {
        let json = serde_json::from_str(text).unwrap();
        let source = Source::from_json_value("web", Role::Context, &json);
        self.placed(&RunContext::live_service(&source))
    }

    fn placed(mut self, context: &RunContext) -> Story {
        for task in &mut self.tasks {
            task.context = task.context.clone().merge(context.clone());
        }
        self
    }

    /// This tool registers the file.
    pub(crate) fn registered_by(mut self, tool: DeployTool) -> Story {
        for task in &mut self.tasks {
            task.source.root = tool.sent(&task.source.root).into();
            task.definition = TaskDefinition::from_source(&task.source).unwrap();
            task.tool = Some(tool);
        }
        self
    }

    /// Only the documents are judged, as by `definition`.
    pub(crate) fn without_account(mut self) -> Story {
        self.tasks.iter_mut().for_each(|task| task.documents_only = true);
        self
    }

    /// The values of secrets may be read.
    pub(crate) fn reading_secrets(mut self) -> Story {
        self.tasks.iter_mut().for_each(|task| task.read_secrets = true);
        self
    }

    /// The account says what this recording holds, and nothing else is known of it.
    pub(crate) fn in_account(mut self, account: Recording) -> Story {
        for task in &mut self.tasks {
            task.now = account.now;
            task.home = account.region.as_deref().and_then(|region| region.parse().ok());
        }
        self.account = Some(account);
        self
    }

    /// IAM's simulator is heard then.
    pub(crate) fn hearing(mut self, witness: Witness) -> Story {
        for task in &mut self.tasks {
            task.witness = witness;
        }
        self
    }

    /// The task itself.
    pub(crate) fn first(&self) -> &Task {
        &self.tasks[0]
    }

    /// What the check says of it.
    pub(crate) fn judged_by(&self, check: &'static Check) -> Vec<CheckResult> {
        self.judged(|_, it| std::ptr::eq(it, check))
    }

    /// What the checks that are wanted say of it.
    pub(crate) fn judged(&self, wanted: impl Fn(&Group, &Check) -> bool) -> Vec<CheckResult> {
        let probes = plan(self.tasks.iter().enumerate(), wanted, catalogue());
        let probes: Vec<Probe> = probes.collect();
        assert!(!probes.is_empty(), "no such check is in a group");
        self.run(async |run| report(run, probes.clone(), self.tasks.len()).await.swap_remove(0))
    }

    /// The paths of the task.
    pub(crate) fn trails(&self) -> Vec<NetworkPath> {
        self.worked_out(trails)
    }

    /// What is made of the task when its account is asked for whatever that takes.
    pub(crate) fn worked_out<R>(&self, work: impl Fn(&Task, &View) -> R) -> R {
        self.run(async |run| run.work_out(|facts| work(self.first(), facts)).await).unwrap()
    }

    /// A run over what the account says.
    fn run<R>(&self, work: impl AsyncFnOnce(&mut RunLoop<'_>) -> R) -> R {
        let never = Interruption::never();
        let bounds = Bounds { deadline: Some(Duration::from_secs(60)), per_service: 1 };
        let mut nobody = ();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let origin = self.account.clone().map_or(Origin::Offline, Origin::Replay);
            work(&mut RunLoop::new(origin, bounds, never, &mut nobody)).await
        })
    }

    /// Asserts that the check says exactly this, in this order.
    #[track_caller]
    pub(crate) fn ends(&self, check: &'static Check, expected: &[Told]) {
        let results = self.judged_by(check);
        let told: Vec<_> = results.iter().map(|it| (it.status, it.subject.as_str())).collect();
        let wanted: Vec<_> = expected.iter().map(|(status, at, _)| (*status, *at)).collect();
        assert_eq!(told, wanted, "{results:#?}");
        for (result, (_, _, words)) in results.iter().zip(expected) {
            assert!(result.message.contains(words), "{words:?} is not in {:?}", result.message);
        }
    }
}

/// A definition, a request (`{}`: none is given), and the status and subject of each result.
pub(crate) type Case<'c> = (&'c str, &'c str, &'c [(&'c str, &'c str)]);

/// Asserts that the check with this id gives these results, in this order.
#[track_caller]
pub(crate) fn tell(id: &str, cases: &[Case]) {
    for (definition, request, expected) in cases {
        let results = results(id, definition, request);
        let found: Vec<(&str, &str)> =
            results.iter().map(|it| (it.status.word(), it.subject.as_str())).collect();
        let messages: Vec<&str> = results.iter().map(|it| it.message.as_str()).collect();
        assert_eq!(&found, expected, "{definition}\n{request}\n{messages:#?}");
    }
}

/// What the check with this id says.
pub(crate) fn results(id: &str, definition: &str, request: &str) -> Vec<CheckResult> {
    let (_, check) = find(id).unwrap();
    let story = Story::given(&with_containers(definition));
    let story = match request {
        "{}" => story,
        service if service.contains("serviceName") => story.served_by(service),
        run_task => story.run_as(run_task),
    };
    story.judged_by(check)
}

/// The definition, with a list of containers where the story names none.
fn with_containers(definition: &str) -> String {
    match definition.strip_suffix('}') {
        Some(fields) if !definition.contains("containerDefinitions") => {
            format!(r#"{fields}, "containerDefinitions": []}}"#)
        }
        _ => definition.to_owned(),
    }
}
