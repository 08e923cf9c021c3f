//! The ARNs of tasks, page by page.

use aws_sdk_ecs::operation::list_tasks::builders::ListTasksFluentBuilder;

use crate::knowledge::{Gap, Seen};
use crate::lookup::members::Members;
use crate::lookup::pages::Pages;
use crate::lookup::{Answer, Call, Lookup, classify};

/// The first call of a lookup of several tasks.
pub const LIST_TASKS: Call = Call("ecs:ListTasks");

/// The tasks that a question is about.
pub(super) struct TaskList {
    question: ListTasksFluentBuilder,
    pages: Pages,
    is_over: bool,
}

impl TaskList {
    /// Those that match this question.
    pub(super) fn of(question: ListTasksFluentBuilder) -> TaskList {
        TaskList { question, pages: Pages::default(), is_over: false }
    }

    /// The next ARNs, as many as one question about them accepts: 100
    /// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html>). None after the last.
    ///
    /// # Errors
    /// A gap.
    pub(super) async fn next<L: Lookup>(&mut self, lookup: &L) -> Answer<Option<Vec<String>>> {
        while !self.is_over {
            let question = self.question.clone().set_next_token(self.pages.token());
            let page = question.customize().interceptor(Members::of_call(LIST_TASKS)).send().await;
            let page = match page {
                Ok(page) => page,
                Err(error) => match classify::failed(lookup, &error).map_err(of_the_list)? {
                    Seen::Absent(absence) => return Ok(Seen::Absent(absence)),
                    Seen::Found(_) => return Err(classify::incomplete(lookup, "the tasks")),
                },
            };
            let arns = page.task_arns.ok_or_else(|| classify::incomplete(lookup, "the tasks"))?;
            self.is_over = !self.pages.turn(lookup, page.next_token)?;
            if !arns.is_empty() {
                return Ok(Seen::Found(Some(arns)));
            }
        }
        Ok(Seen::Found(None))
    }
}

/// The list needs a separate action, which must be allowed if it is denied.
fn of_the_list(gap: Gap) -> Gap {
    match gap {
        Gap::Refused { resource, said, .. } => {
            Gap::Refused { action: LIST_TASKS.to_string(), resource, said }
        }
        other => other,
    }
}
