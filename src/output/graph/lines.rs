//! The paths as text, a line each.

use crate::checks::network::{End, Kind, Trail};
use crate::output::{Look, Marks};

/// One line for each path: `subnet-a → rtb-1 → nat-1 → igw-1 → ecr.api ✔`. Filters are named only
/// where the way ends at them.
pub fn lines(trails: &[Trail], look: &Look) -> String {
    let (arrow, good, bad, open) = match look.marks {
        Marks::Unicode => ("→", "✔", "✘", "?"),
        Marks::Ascii => ("->", "+", "x", "?"),
    };
    let mut text = String::new();
    for trail in trails {
        let mut line = String::from("  ");
        let end = trail.hops.iter().position(|hop| hop.broken).unwrap_or(usize::MAX);
        let mut is_first = true;
        for (nth, hop) in trail.hops.iter().enumerate() {
            let is_filter = matches!(hop.kind, Kind::Groups | Kind::Acl);
            let is_last = hop.kind == Kind::Destination;
            if (is_filter && !hop.broken) || (nth > end && !is_last) {
                continue;
            }
            if !is_first {
                line.push(' ');
                line.push_str(arrow);
                line.push(' ');
            }
            is_first = false;
            if hop.broken {
                line.push_str(if matches!(trail.end, End::Open(_)) { open } else { bad });
                line.push(' ');
            }
            line.push_str(&hop.id);
        }
        let mark = match trail.end {
            End::Arrives => good,
            End::Lost(_) => bad,
            End::Open(_) => open,
        };
        text.push_str(&format!("{line} {mark}\n"));
    }
    text
}
