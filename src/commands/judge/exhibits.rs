//! What a page shows of each target in addition to its results.

use super::rounds::Run;
use super::targets::Judgeable;
use crate::checks::{self, catalogue};
use crate::document::Node;
use crate::preflight::RunLoop;
use crate::report::Exhibit;

impl Run<'_> {
    /// One for each target; empty if no page shows it.
    pub(super) async fn exhibits(
        &self,
        targets: &[Judgeable],
        run: &mut RunLoop<'_>,
    ) -> Vec<Exhibit> {
        if !self.exhibits {
            return vec![Exhibit::default(); targets.len()];
        }
        // The paths ask the account, and a run of other checks has no reason to.
        let has_paths = catalogue().any(|(group, check)| {
            group.paths.is_some() && group.draws && self.selects(group, check)
        });
        let charting = catalogue().find_map(|(group, check)| {
            group.chart.filter(|_| group.draws && self.selects(group, check))
        });
        let mut exhibits = Vec::new();
        for target in targets {
            let Some(task) = target.task() else {
                exhibits.push(Exhibit::default());
                continue;
            };
            let paths = match has_paths {
                true => run.work_out(|view| checks::trails(task, view)).await.unwrap_or_default(),
                false => Vec::new(),
            };
            let chart = match charting {
                Some(charting) => run.work_out(|view| charting(task, view).ok()).await.ok(),
                None => None,
            };
            let chart = chart.flatten().filter(|it| !it.instances.is_empty());
            let definition = Some(Node::clone(&task.source.root));
            exhibits.push(Exhibit { definition, paths, chart });
        }
        exhibits
    }
}
