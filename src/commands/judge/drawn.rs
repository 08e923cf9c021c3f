//! What a run draws in addition to its report.

use crate::checks::{self, Charting};
use crate::knowledge::Stop;
use crate::output::graph::{Drawn, Subject};
use crate::placement::chart::Chart;
use crate::preflight::RunLoop;
use crate::task::Task;

/// What a run draws in addition to its report.
#[derive(Clone, Copy)]
pub(in crate::commands) enum Draws {
    Nothing,
    /// The network paths.
    Paths,
    /// The container instances, by the function of their group.
    Instances(Charting),
}

/// What is drawn of each task, which has a name. The report already says why something is not known.
pub(super) async fn drawn(
    draws: Draws,
    tasks: &[(&str, &Task)],
    run: &mut RunLoop<'_>,
) -> Vec<Drawn> {
    let mut found = Vec::new();
    for &(name, task) in tasks {
        let known = run.work_out(|view| match draws {
            Draws::Nothing | Draws::Paths => Drawn {
                title: format!("network paths of {name}"),
                subject: Subject::Paths(checks::trails(task, view)),
            },
            Draws::Instances(chart) => instances(name, chart(task, view)),
        });
        found.extend(known.await.ok());
    }
    found
}

/// The container instances, or why they are not known.
fn instances(name: &str, chart: Result<Chart, Stop>) -> Drawn {
    let unknown = |why: String| Chart { note: Some(why), ..Chart::default() };
    let chart = match chart {
        Ok(chart) => chart,
        Err(Stop::Gap(gap)) => unknown(gap.to_string()),
        Err(Stop::Absent(lack)) => unknown(lack.absence.sentence),
    };
    let of = match chart.cluster.as_str() {
        "" => String::new(),
        cluster => format!(" of cluster {cluster}"),
    };
    Drawn {
        title: format!("container instances{of} for {name}"),
        subject: Subject::Instances(chart),
    }
}
