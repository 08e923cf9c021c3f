use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::imports::{Form, Named, base, defined, paths};
use super::source::Source;

/// The modules of the crate that are shipped, and which file uses what another one defines.
pub struct Modules {
    modules: Vec<Module>,
    by_path: HashMap<Vec<String>, usize>,
}

struct Module {
    file: String,
    path: Vec<String>,
    items: BTreeSet<String>,
    macros: BTreeSet<String>,
    named: Vec<Named>,
    /// The shipped code, with the lines of the file.
    code: String,
}

/// One file uses what another defines.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrow {
    pub from: String,
    pub to: String,
    /// Where it is first named: `src/iam/mod.rs:12`.
    pub place: String,
}

/// Where a path leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Module(usize),
    /// Something that the file of this module defines.
    Item(usize),
}

/// What is being looked up: seen again, it leads nowhere.
type Seen = BTreeSet<(usize, String)>;

impl Modules {
    /// The modules that `src/lib.rs` declares, those that they declare, and so on.
    pub fn new(files: &[Source]) -> Modules {
        let mut found = Modules { modules: Vec::new(), by_path: HashMap::new() };
        let by_path: HashMap<Vec<&str>, &Source> = files
            .iter()
            .filter(|file| file.path != "src/main.rs")
            .map(|file| (file.module(), file))
            .collect();
        let mut declared = vec![Vec::new()];
        while let Some(path) = declared.pop() {
            let names: Vec<_> = path.iter().map(String::as_str).collect();
            let Some(file) = by_path.get(&names) else {
                continue;
            };
            let code = file.shipped();
            let defined = defined(&code);
            declared.extend(
                defined.modules.into_iter().map(|name| [path.clone(), vec![name]].concat()),
            );
            found.by_path.insert(path.clone(), found.modules.len());
            found.modules.push(Module {
                file: file.path.clone(),
                path,
                items: defined.items.into_iter().collect(),
                macros: defined.macros.into_iter().collect(),
                named: paths(&code),
                code,
            });
        }
        found
    }

    /// Which file uses which, each pair once. A re-export is no use: its users use the original.
    pub fn arrows(&self) -> Vec<Arrow> {
        let mut found: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for (from, module) in self.modules.iter().enumerate() {
            for named in &module.named {
                if matches!(named.form, Form::Offer { .. }) {
                    continue;
                }
                let targets = self.follow(from, &named.path, &mut Seen::new());
                for target in targets.into_iter().chain(self.macro_above(module, &named.path)) {
                    if let Target::Item(to) = target
                        && to != from
                    {
                        let pair = (module.file.as_str(), self.modules[to].file.as_str());
                        found.entry(pair).or_insert(named.at);
                    }
                }
            }
        }
        let place = |from: &str, at: usize| {
            let module = self.modules.iter().find(|it| it.file == from)?;
            let line = module.code[..at].matches('\n').count() + 1;
            Some(format!("{from}:{line}"))
        };
        found
            .into_iter()
            .map(|((from, to), at)| Arrow {
                from: from.to_owned(),
                to: to.to_owned(),
                place: place(from, at).unwrap_or_default(),
            })
            .collect()
    }

    /// The macro of a module above, which its children see without a path.
    fn macro_above(&self, module: &Module, path: &[String]) -> Option<Target> {
        let [name] = path else {
            return None;
        };
        (0..module.path.len()).rev().find_map(|depth| {
            let above = *self.by_path.get(&module.path[..depth])?;
            self.modules[above].macros.contains(name).then_some(Target::Item(above))
        })
    }

    /// Paths within the crate that lead nowhere: what this reader does not understand.
    pub fn lost(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (from, module) in self.modules.iter().enumerate() {
            let names: Vec<_> = module.path.iter().map(String::as_str).collect();
            for named in &module.named {
                let inside = base(&named.path, &names).is_some_and(|(_, rest)| !rest.is_empty());
                if inside && self.follow(from, &named.path, &mut Seen::new()).is_empty() {
                    found.push(format!("{}: {}", module.file, named.path.join("::")));
                }
            }
        }
        found
    }

    /// Where a path leads that is written in the module `from`: into several files if it is the name of a
    /// module and of a function; nowhere if it leaves the crate.
    fn follow(&self, from: usize, path: &[String], seen: &mut Seen) -> Vec<Target> {
        let names: Vec<_> = self.modules[from].path.iter().map(String::as_str).collect();
        let (at, path) = match base(path, &names) {
            Some((base, rest)) => (self.by_path.get(&base).copied(), rest),
            None => (Some(from), path),
        };
        let mut at: Vec<_> = at.map(Target::Module).into_iter().collect();
        for segment in path {
            // A function may have the name of a module, but has nothing in it.
            if at.iter().any(|it| matches!(it, Target::Module(_))) {
                at.retain(|it| matches!(it, Target::Module(_)));
            }
            let mut next = Vec::new();
            for target in at {
                match target {
                    Target::Module(module) if segment == "*" => next.push(Target::Module(module)),
                    Target::Module(module) => next.extend(self.find(module, segment, seen)),
                    // A variant, or a function of a type.
                    Target::Item(_) => next.push(target),
                }
            }
            next.sort();
            next.dedup();
            at = next;
        }
        at
    }

    /// What `name` is in a module: its own child or item, or what it takes in from elsewhere.
    fn find(&self, module: usize, name: &str, seen: &mut Seen) -> Vec<Target> {
        let here = &self.modules[module];
        let mut found = Vec::new();
        if here.items.contains(name) || here.macros.contains(name) {
            found.push(Target::Item(module));
        }
        let child = [here.path.as_slice(), &[name.to_owned()]].concat();
        found.extend(self.by_path.get(&child).map(|&it| Target::Module(it)));
        if !seen.insert((module, name.to_owned())) {
            return found;
        }
        for named in &here.named {
            let (Form::Import { known_as } | Form::Offer { known_as }) = &named.form else {
                continue;
            };
            if known_as == name {
                found.extend(self.follow(module, &named.path, seen));
            } else if known_as == "*" && found.is_empty() {
                for target in self.follow(module, &named.path, seen) {
                    if let Target::Module(taken_in) = target
                        && taken_in != module
                    {
                        found.extend(self.find(taken_in, name, seen));
                    }
                }
            }
        }
        seen.remove(&(module, name.to_owned()));
        found
    }
}
