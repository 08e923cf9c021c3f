//! The resources of a plan by their addresses.

use std::collections::BTreeMap;

use super::address::parts;
use super::reference::Reference;
use super::resource::Resource;

/// Where the instances of each resource are among all, with the index of each instance.
pub(super) struct Index {
    instances: BTreeMap<(String, String), Vec<(String, usize)>>,
}

impl Index {
    pub(super) fn of(resources: &[Resource]) -> Index {
        let mut instances: BTreeMap<(String, String), Vec<(String, usize)>> = BTreeMap::new();
        for (at, resource) in resources.iter().enumerate() {
            let (module, name, index) = parts(&resource.address);
            let key = (module.to_owned(), name.to_owned());
            instances.entry(key).or_default().push((index.to_owned(), at));
        }
        Index { instances }
    }

    /// The instances that a reference may mean.
    fn meant(&self, reference: &Reference) -> Vec<&(String, usize)> {
        let Reference::Resource { module, name, index, .. } = reference else { return Vec::new() };
        let all =
            self.instances.get(&(module.clone(), name.clone())).map_or(&[][..], Vec::as_slice);
        all.iter().filter(|(its, _)| index.is_empty() || its == index).collect()
    }

    /// Where they are.
    pub(super) fn all(&self, reference: &Reference) -> Vec<usize> {
        self.meant(reference).into_iter().map(|(_, at)| *at).collect()
    }

    /// The only resource of those that an expression can have its value from, and its attribute; none if there
    /// may be several. What is not in the plan gives none: it does not exist, or it is a data source that was
    /// read before.
    pub(super) fn only(&self, references: &[Reference]) -> Option<(usize, Option<String>)> {
        let indices = references.iter().filter_map(|it| match it {
            Reference::Index(index) => Some(index),
            _ => None,
        });
        let mut indices: Vec<&String> = indices.collect();
        indices.dedup();
        let mut found: Option<(usize, Option<String>)> = None;
        for reference in references {
            let attribute = match reference {
                Reference::Known | Reference::Index(_) => continue,
                Reference::Other(_) => return None,
                Reference::Resource { attribute, .. } => attribute,
            };
            let at = match (self.meant(reference).as_slice(), indices.as_slice()) {
                ([], _) => continue,
                ([(_, only)], _) => *only,
                // With `for_each` each instance refers to the one of its key. Whether a number is used as it
                // is, or as `count.index + 1`, is not in a plan.
                (several, [index]) if index.starts_with("[\"") => {
                    several.iter().find(|(its, _)| its == *index)?.1
                }
                _ => return None,
            };
            match &mut found {
                Some((other, _)) if *other != at => return None,
                Some((_, known)) if known.is_none() => known.clone_from(attribute),
                Some((_, known)) if attribute.is_some() && known != attribute => return None,
                Some(_) => {}
                None => found = Some((at, attribute.clone())),
            }
        }
        found
    }
}
