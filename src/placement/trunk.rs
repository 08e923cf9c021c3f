//! How many tasks in awsvpc mode an instance with a trunk network interface runs: no API shows it.
//!
//! AWS lists it by instance type, and the list was longer each year: an instance type that is missing here may
//! support a trunk too. Whether an instance has one is its attribute `ecs.awsvpc-trunk-id`.

/// Where AWS lists the limits.
pub const SOURCE: &str = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/eni-trunking-supported-instance-types.html";

/// When the list was read.
pub const SEEN: &str = "2023-04-18";

/// An instance size, its limit, and the families with it.
type Row = (&'static str, u64, &'static str);

const ROWS: &[Row] = &[
    ("medium", 4, "c6g c6gd c6gn c7g is4gen m6g m6gd m7g r6g r6gd r7g"),
    ("medium", 10, "a1 x2gd"),
    (
        "large",
        10,
        "a1 c5 c5a c5ad c5d c6a c6g c6gd c6gn c6i c6id c6in c7g im4gn is4gen m5 m5a m5ad m5d m5n m6a m6g m6gd m6i m6id m6idn m6in m7g r5 r5a r5ad r5d r6a r6g r6gd r6i r6id r6idn r6in r7g x2gd",
    ),
    ("large", 14, "m5zn"),
    ("xlarge", 6, "g5"),
    ("xlarge", 8, "i4i"),
    ("xlarge", 12, "g4ad"),
    ("xlarge", 13, "x2iedn"),
    (
        "xlarge",
        20,
        "a1 c5 c5a c5ad c5d c6a c6g c6gd c6gn c6i c6id c6in c7g g5g im4gn inf2 is4gen m5 m5a m5ad m5d m5n m6a m6g m6gd m6i m6id m6idn m6in m7g r5 r5a r5ad r5d r6a r6g r6gd r6i r6id r6idn r6in r7g x2gd",
    ),
    ("xlarge", 31, "m5zn"),
    ("2xlarge", 12, "g4ad"),
    ("2xlarge", 19, "g5 trn1"),
    ("2xlarge", 28, "i4i"),
    ("2xlarge", 29, "x2iedn"),
    (
        "2xlarge",
        40,
        "a1 c5 c5a c5ad c5d c6a c6g c6gd c6gn c6i c6id c6in c7g g5g im4gn is4gen m5 m5a m5ad m5d m5n m6a m6g m6gd m6i m6id m6idn m6in m7g p3 r5 r5a r5ad r5d r6a r6g r6gd r6i r6id r6idn r6in r7g x2gd",
    ),
    ("2xlarge", 64, "m5zn x2iezn"),
    ("4xlarge", 12, "g4ad"),
    ("4xlarge", 40, "g5"),
    ("4xlarge", 58, "i4i"),
    (
        "4xlarge",
        60,
        "a1 c5 c5a c5ad c5d c6a c6g c6gd c6gn c6i c6id c6in c7g g5g im4gn is4gen m5 m5a m5ad m5d m5n m6a m6g m6gd m6i m6id m6idn m6in m7g r5 r5a r5ad r5d r6a r6g r6gd r6i r6id r6idn r6in r7g x2gd x2iedn",
    ),
    ("4xlarge", 120, "x2iezn"),
    ("8xlarge", 12, "g4ad"),
    (
        "8xlarge",
        60,
        "c5a c6g c6gd c6gn c7g g5g im4gn is4gen m5 m5a m5ad m5d m5n m6g m6gd m7g p3 r5a r5ad r5d r6g r6gd r7g x2gd",
    ),
    ("8xlarge", 90, "c6a c6i c6id c6in g5 inf2 m6a m6i m6id m6idn m6in r6a r6i r6id r6idn r6in"),
    ("8xlarge", 118, "i4i"),
    ("8xlarge", 120, "x2iedn x2iezn"),
    (
        "12xlarge",
        60,
        "c5 c5a c5ad c5d c6g c6gd c6gn c7g m5 m5a m5ad m5d m5n m6g m6gd m7g r5 r5a r5ad r5d r6g r6gd r7g x2gd",
    ),
    (
        "12xlarge",
        120,
        "c6a c6i c6id c6in g5 m6a m6i m6id m6idn m6in r6a r6i r6id r6idn r6in x2iezn",
    ),
    ("16xlarge", 12, "g4ad"),
    (
        "16xlarge",
        120,
        "c5a c5ad c6a c6g c6gd c6gn c6i c6id c6in c7g g5 g5g im4gn m5 m5a m5ad m5d m5n m6a m6g m6gd m6i m6id m6idn m6in m7g p3 r5 r5a r5ad r5b r5d r5dn r6a r6g r6gd r6i r6id r6idn r6in r7g x2gd x2idn x2iedn",
    ),
    ("16xlarge", 248, "i4i"),
    (
        "24xlarge",
        120,
        "c5 c5a c5ad c5d c6a c6i c6id c6in dl1 g5 inf2 m5 m5a m5ad m5d m6a m6i m6id m6idn m6in p4d p4de r5 r5a r5ad r5d r6a r6i r6id r6idn r6in vt1 x2idn x2iedn",
    ),
    ("metal", 12, "mac2 u-18tb1 u-24tb1"),
    (
        "metal",
        120,
        "c6a c6g c6gd c6i c6id c6in c7g g5g m5d m6a m6g m6gd m6i m6id m6idn m6in m7g r6a r6g r6gd r6i r6id r6idn r6in r7g x2gd x2idn x2iedn x2iezn",
    ),
    ("metal", 498, "i4i"),
    ("3xlarge", 40, "vt1"),
    ("3xlarge", 98, "m5zn"),
    ("6xlarge", 60, "vt1"),
    ("6xlarge", 120, "m5zn x2iezn"),
    (
        "32xlarge",
        120,
        "c6a c6i c6id c6in hpc6id m6a m6i m6id m6idn m6in r6a r6i r6id r6idn r6in trn1 x2idn x2iedn",
    ),
    ("32xlarge", 242, "trn1n"),
    ("32xlarge", 498, "i4i"),
    ("48xlarge", 120, "c6a g5 hpc6a inf2 m6a r6a"),
    ("9xlarge", 60, "c5 c5d"),
    ("18xlarge", 120, "c5 c5d"),
    ("56xlarge", 12, "u-3tb1 u-6tb1"),
];

/// How many tasks an instance of this type runs if it has a trunk, if that is known.
pub fn limit(kind: &str) -> Option<u64> {
    let (family, size) = kind.split_once('.')?;
    let is_of = |families: &str| families.split(' ').any(|it| it == family);
    let row = ROWS.iter().find(|(of, _, families)| *of == size && is_of(families));
    row.map(|(_, limit, _)| *limit)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_limit_of_an_instance_type_is_that_of_its_size_and_family() {
        for (kind, expected) in [
            ("c5.large", Some(10)),
            ("m5zn.large", Some(14)),
            ("m6i.8xlarge", Some(90)),
            ("m6g.8xlarge", Some(60)),
            ("g4ad.xlarge", Some(12)),
            ("i4i.metal", Some(498)),
            ("t3.large", None),
            ("c5.metal", None),
            ("c5", None),
            ("", None),
        ] {
            assert_eq!(limit(kind), expected, "{kind}");
        }
    }

    #[test]
    fn each_instance_type_is_listed_once() {
        let listed = ROWS.iter().flat_map(|(size, _, families)| {
            families.split(' ').map(move |family| format!("{family}.{size}"))
        });
        let listed: Vec<String> = listed.collect();
        let different: BTreeSet<&String> = listed.iter().collect();
        assert_eq!(listed.len(), different.len());
        assert_eq!(listed.len(), 434);
        assert!(SOURCE.starts_with("https://docs.aws.amazon.com/") && SEEN.len() == 10);
    }
}
