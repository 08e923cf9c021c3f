//! Pictures of one path that arrives and one that does not.

use super::{Form, draw, lines};
use crate::checks::network::{End, Hop, Kind, Trail};
use crate::output::Look;

fn hop(kind: Kind, id: &str, broken: bool) -> Hop {
    Hop { kind, id: id.to_owned(), broken }
}

/// `ecr.api` arrives by a NAT gateway, `logs` is let out by no group.
fn two() -> Vec<Trail> {
    let path = |to: &str, broken: bool, end: End| Trail {
        hops: vec![
            hop(Kind::Subnet, "subnet-a", false),
            hop(Kind::Groups, "sg-1", broken),
            hop(Kind::Acl, "acl-1", false),
            hop(Kind::Table, "rtb-1", false),
            hop(Kind::Gateway, "nat-1", false),
            hop(Kind::Gateway, "igw-1", false),
            hop(Kind::Destination, to, false),
        ],
        end,
        purpose: String::new(),
    };
    vec![
        path("ecr.api", false, End::Arrives),
        path("logs", true, End::Lost("no rule lets <443> out".to_owned())),
    ]
}

#[test]
fn a_line_names_what_packets_pass_and_the_filter_at_which_they_end() {
    assert_eq!(
        lines(&two(), &Look::plain()),
        "  subnet-a → rtb-1 → nat-1 → igw-1 → ecr.api ✔\n  subnet-a → ✘ sg-1 → logs ✘\n"
    );
}

#[test]
fn every_form_names_each_hop_once_and_marks_the_broken_one() {
    for (name, form) in Form::ALL {
        let picture = draw(*form, "web \"blue\"", &two());
        let hops = ["subnet-a", "sg-1", "acl-1", "rtb-1", "nat-1", "igw-1", "ecr.api"];
        for id in hops {
            assert_eq!(picture.matches(id).count(), 1, "{name}: {id} in {picture}");
        }
        assert!(picture.contains("cf222e"), "{name}: red in {picture}");
    }
}

#[test]
fn the_picture_is_well_formed_whatever_is_written_in_it() {
    let picture = draw(Form::Svg, "a<b & \"c\"", &two());
    assert!(picture.contains("a&lt;b &amp; &quot;c&quot;"));
    assert!(picture.contains("no rule lets &lt;443&gt; out"));
    assert!(picture.contains("node bad") && picture.contains("1 of 2 reached"));
    assert!(picture.contains("prefers-color-scheme:dark"));
    assert_eq!(picture.matches("<g ").count(), picture.matches("</g>").count());
}
