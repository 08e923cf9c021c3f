//! Expressions that select a part: of a list, of a text, of a mapping.

use super::expression::{Resolver, VALUE, at, because_of, scalar, text, unresolved};
use crate::document::node::{Node, Value};
use crate::document::place::Place;

impl Resolver<'_> {
    pub(super) fn selected(&self, argument: &Node, place: &Place) -> Option<Node> {
        let [index, list] = argument.items() else { return None };
        let index: usize = scalar(&self.value(index)?.value)?.parse().ok()?;
        let list = self.value(list)?;
        let Value::List(items) = &list.value else { return because_of(&list, place) };
        // An item that is not known may turn out to be none.
        let earlier = items.iter().take(index);
        if let Some(open) = earlier.clone().find(|it| matches!(it.value, Value::Unresolved(_))) {
            return because_of(open, place);
        }
        at(items.get(index).cloned(), place)
    }

    pub(super) fn split(&self, argument: &Node, place: &Place) -> Option<Node> {
        let [separator, whole] = argument.items() else { return None };
        let separator = separator.text().filter(|it| !it.is_empty())?;
        let whole = self.value(whole)?;
        let Value::Text(whole) = &whole.value else { return because_of(&whole, place) };
        let parts: Vec<Node> =
            whole.split(separator).map(|part| text(part.to_owned(), place)).collect();
        self.spend(whole.len() + parts.len() * VALUE)
            .then(|| Node { value: Value::List(parts), place: place.clone() })
    }

    pub(super) fn mapped(&self, argument: &Node, place: &Place) -> Option<Node> {
        let [map, top, second, default @ ..] = argument.items() else { return None };
        let (map, top, second) = (self.value(map)?, self.value(top)?, self.value(second)?);
        for key in [&map, &top, &second] {
            if matches!(key.value, Value::Unresolved(_)) {
                return because_of(key, place);
            }
        }
        let mappings = self.template.get("Mappings")?;
        let (map, top, second) = (scalar(&map.value)?, scalar(&top.value)?, scalar(&second.value)?);
        let found = mappings.get(&map).and_then(|it| it.get(&top)).and_then(|it| it.get(&second));
        if let Some(found) = found {
            return at(self.value(found), place);
        }
        if let Some(default) = default.first().and_then(|it| it.get("DefaultValue")) {
            return at(self.value(default), place);
        }
        let why = format!("the mapping `{map}` has no value for `{top}` and `{second}`");
        Some(unresolved(place, &map, why))
    }
}
