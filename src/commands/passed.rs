//! Templates that are passed with one that nests them: they are judged once, with what that one gives them.

use std::path::Path;
use std::sync::Arc;

use crate::document::Source;
use crate::document::template::{self, NestedStack};

/// The templates among the files of a run.
#[derive(Clone, Debug, Default)]
pub(super) struct PassedTemplates(Arc<[Source]>);

impl PassedTemplates {
    /// These templates.
    pub(super) fn of(sources: impl Iterator<Item = Source>) -> PassedTemplates {
        PassedTemplates(sources.collect())
    }

    /// The one that is this file.
    pub(super) fn at(&self, path: &Path) -> Option<&Source> {
        let wanted = path.canonicalize().ok()?;
        self.0.iter().find(|it| Path::new(&*it.name).canonicalize().is_ok_and(|it| it == wanted))
    }

    /// The one whose path is most like the location of a nested stack's template.
    ///
    /// # Errors
    /// There are several, or it cannot be that template.
    pub(super) fn like(
        &self,
        nested: &NestedStack,
        from: &Source,
    ) -> Result<Option<&Source>, String> {
        match self.most_like(nested, from).as_slice() {
            [] => Ok(None),
            [only] => match nested.misfit(only) {
                None => Ok(Some(*only)),
                Some(why) => Err(format!("it is not {}: {why}", only.name)),
            },
            several => {
                let names: Vec<&str> = several.iter().map(|it| &*it.name).collect();
                Err(format!("it may be any of {}", names.join(", ")))
            }
        }
    }

    fn most_like(&self, nested: &NestedStack, from: &Source) -> Vec<&Source> {
        let others = self.0.iter().filter(|it| it.name != from.name);
        let common = others.map(|it| (nested.names_in_common(&it.name.replace('\\', "/")), it));
        let mut alike: Vec<_> = common.filter(|(count, _)| *count > 0).collect();
        let most = alike.iter().map(|(count, _)| *count).max().unwrap_or_default();
        alike.retain(|(count, _)| *count == most);
        alike.into_iter().map(|(_, it)| it).collect()
    }

    /// Those that may be the template of a stack in this one, whatever its conditions are.
    fn nested_in(&self, from: &Source) -> Vec<&Source> {
        let folder = Path::new(&*from.name).parent().unwrap_or(Path::new(""));
        let meant = |nested: &NestedStack| {
            let path = nested.file.as_ref().map(|it| folder.join(it));
            match path {
                Ok(path) if path.is_file() => self.at(&path).into_iter().collect(),
                _ => self.most_like(nested, from),
            }
        };
        template::mentioned_stacks(from).iter().flat_map(meant).collect()
    }

    /// The names of those that are reached from others. Of those that only reach each other, none is.
    pub(super) fn nested(&self) -> Vec<Arc<str>> {
        let named = |from: &Source| -> Vec<Arc<str>> {
            let nested = self.nested_in(from).into_iter();
            nested.map(|it| it.name.clone()).filter(|it| *it != from.name).collect()
        };
        let edges: Vec<(Arc<str>, Vec<Arc<str>>)> =
            self.0.iter().map(|it| (it.name.clone(), named(it))).collect();
        let is_root = |name: &Arc<str>| !edges.iter().any(|(_, below)| below.contains(name));
        let mut open: Vec<Arc<str>> =
            edges.iter().map(|(name, _)| name.clone()).filter(is_root).collect();
        let mut reached: Vec<Arc<str>> = Vec::new();
        while let Some(name) = open.pop() {
            for below in edges.iter().filter(|(from, _)| *from == name).flat_map(|(_, it)| it) {
                if !reached.contains(below) {
                    reached.push(below.clone());
                    open.push(below.clone());
                }
            }
        }
        reached
    }
}
