use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;

use super::pattern::Pattern;
use super::*;

/// A container instance for the tables below.
struct Instance {
    attributes: BTreeMap<String, Option<String>>,
    groups: BTreeSet<String>,
}

impl Instance {
    fn example() -> Instance {
        let attributes = [
            ("ecs.availability-zone", Some("us-east-1a")),
            ("ecs.instance-type", Some("c5.xlarge")),
            ("ecs.capability.task-eni", None),
            ("stack", Some("prod")),
            ("team/name", Some("payments")),
            ("note", Some("blue green")),
            ("generation", Some("10")),
        ];
        let attributes =
            attributes.map(|(name, value)| (name.to_owned(), value.map(str::to_owned)));
        let groups = ["service:web", "family:batch"].map(str::to_owned);
        Instance { attributes: attributes.into(), groups: groups.into() }
    }

    fn facts(&self) -> Facts<'_> {
        Facts {
            agent_connected: true,
            agent_version: Some("1.82.0"),
            ec2_instance_id: Some("i-0abc1234"),
            registered_at: Some(1_772_353_800),
            running_tasks: 2,
            task_groups: Some(&self.groups),
            attributes: &self.attributes,
        }
    }
}

fn judged(expression: &str) -> Truth {
    let query: Query = expression.parse().unwrap_or_else(|error| panic!("{expression}: {error}"));
    query.matches(&Instance::example().facts())
}

#[test]
fn expressions_match_as_the_guide_and_reports_say() {
    use Truth::{False, True};
    for (expression, expected) in [
        ("attribute:stack == prod", True),
        ("attribute:stack==prod", True),
        ("attribute:stack equals 'prod'", True),
        ("attribute:stack == Prod", False),
        ("attribute:stack not_equals test", True),
        // https://github.com/aws/containers-roadmap/issues/486
        ("attribute:retiring != true", False),
        ("not(attribute:retiring == true)", True),
        ("attribute:retiring !exists", True),
        ("attribute:retiring not_exists", True),
        ("attribute:ecs.capability.task-eni exists", True),
        ("attribute:ecs.capability.task-eni == yes", False),
        ("attribute:ecs.availability-zone in [us-east-1a, us-east-1b]", True),
        ("attribute:ecs.availability-zone in[us-east-1b,us-east-1c]", False),
        ("attribute:ecs.availability-zone !in [us-east-1b]", True),
        ("attribute:retiring !in [true]", False),
        ("ec2InstanceId in ['i-0abc1234', 'i-wxyx7890']", True),
        ("attribute:ecs.instance-type =~ c5.*", True),
        ("attribute:ecs.instance-type =~ c5", False),
        ("attribute:ecs.instance-type =~ (c5|m5).*", True),
        ("(attribute:ecs.instance-type =~ c5.*)", True),
        ("attribute:ecs.instance-type =~ 'c5[.]x?large'", True),
        ("attribute:ecs.instance-type =~ g2.*||attribute:stack == prod", True),
        ("attribute:ecs.instance-type not_matches c5.*", False),
        ("attribute:note == 'blue green'", True),
        ("attribute:team/name == payments", True),
        ("task:group == service:web", True),
        ("task:group == family:batch", True),
        ("not(task:group == database)", True),
        ("!(task:group == service:web)", False),
        ("runningTasksCount < 10", True),
        ("runningTasksCount greater_than_equal 3", False),
        ("agentVersion < 1.100.0", True),
        ("agentVersion == 1.82", True),
        ("agentConnected == true", True),
        ("registeredAt < 2018-02-13", False),
        ("registeredAt >= 2026-03-01T09:30:00+01:00", True),
        ("(attribute:stack == test or attribute:stack == prod) and agentConnected == true", True),
        ("attribute:stack == test || attribute:stack == prod && agentConnected == false", False),
        ("not (not (attribute:stack == prod))", True),
    ] {
        assert_eq!(judged(expression), expected, "{expression}");
    }
}

#[test]
fn where_two_readings_differ_the_result_is_unknown() {
    for expression in [
        // `and` first, or from left to right.
        "attribute:stack == prod or agentConnected == true and runningTasksCount > 5",
        // `not` before the next term, or before all that follow.
        "not attribute:stack == test and runningTasksCount > 5",
        // As numbers or as text.
        "attribute:generation > 9",
        "attribute:stack > a",
        "attribute:stack == \"prod\"",
        "attribute:stack in []",
        "attribute:ecs.capability.task-eni != yes",
        "task:group != service:web",
        "registeredAt == 2026-03-01",
        "attribute:stack =~ (?i)PROD",
        "agentVersion > latest",
    ] {
        assert_eq!(judged(expression), Truth::Unknown, "{expression}");
    }
    for (expression, expected) in [
        (
            "attribute:stack == prod or agentConnected == true and runningTasksCount > 1",
            Truth::True,
        ),
        ("not attribute:stack == prod and runningTasksCount > 5", Truth::Unknown),
        ("not attribute:stack == prod", Truth::False),
        ("attribute:generation > 1", Truth::True),
        ("attribute:stack == \"prod\" and agentConnected == false", Truth::False),
    ] {
        assert_eq!(judged(expression), expected, "{expression}");
    }
}

#[test]
fn an_error_says_what_is_wrong_and_where() {
    for (expression, expected) in [
        ("", "expected a subject such as `attribute:NAME` at character 1"),
        (
            "attribute:stack = prod",
            "expected an operator such as `==` after `attribute:stack` at character 17",
        ),
        (
            "attribute:stack",
            "expected an operator such as `==` after `attribute:stack` at character 16",
        ),
        ("attribute:stack ==", "expected a value at character 19"),
        (
            "(attribute:stack == prod",
            "the parenthesis opened at character 1 is not closed at character 25",
        ),
        ("attribute:stack == prod)", "this `)` closes no parenthesis at character 24"),
        ("attribute:zone in us-east-1a", "expected a list in brackets at character 19"),
        ("attribute:zone in [us-east-1a", "expected `,` or `]` at character 30"),
        (
            "attribute:stack == prod and",
            "expected a subject such as `attribute:NAME` at character 28",
        ),
        (
            "attribute:stack == prod AND agentConnected == true",
            "expected `and`, `or` or the end at character 25",
        ),
        (
            "instanceType == c5.xlarge",
            "`instanceType` is no subject such as `attribute:NAME` or `agentVersion` at character 1",
        ),
        (
            "runningTasksCount =~ 2.*",
            "`runningTasksCount` does not support the operator `=~` at character 19",
        ),
        (
            "agentConnected exists",
            "`agentConnected` does not support the operator `exists` at character 16",
        ),
        (
            "runningTasksCount > two",
            "`runningTasksCount` is compared with a whole number at character 21",
        ),
        (
            "registeredAt > yesterday",
            "`registeredAt` is compared with a date such as 2018-06-18T22:28:28Z at character 16",
        ),
        ("attribute:type =~ c5.[", "no valid pattern: a `[` is not closed at character 19"),
        ("attribute:ü == é", "expected the name of an attribute at character 11"),
        (
            "ééé == 'x",
            "`ééé` is no subject such as `attribute:NAME` or `agentVersion` at character 1",
        ),
        ("attribute:stack == 'é", "the ' is not closed at character 22"),
    ] {
        let error = expression.parse::<Query>().unwrap_err();
        assert_eq!(error.to_string(), expected, "{expression}");
    }
    let long = format!("attribute:{} exists", "a".repeat(LONGEST));
    assert_eq!(long.parse::<Query>().unwrap_err().position, LONGEST);
}

#[test]
fn it_names_what_it_asks_for() {
    let query: Query =
        "attribute:stack exists and not(task:group == a or attribute:b == c)".parse().unwrap();
    assert_eq!(query.attributes(), ["stack", "b"]);
    assert!(query.asks_for_task_groups());
    assert!(!"agentConnected == true".parse::<Query>().unwrap().asks_for_task_groups());
}

fn literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        "[A-Za-z0-9_./\\\\:@+-]{1,8}".prop_map(|text| Literal { text, quotes: Quotes::None }),
        "[A-Za-z0-9 ()\\[\\],|&=!\"]{0,8}"
            .prop_map(|text| Literal { text, quotes: Quotes::Single }),
        "[A-Za-z0-9 ()']{0,8}".prop_map(|text| Literal { text, quotes: Quotes::Double }),
    ]
}

fn condition() -> impl Strategy<Value = Condition> {
    let order = prop_oneof![
        Just(Order::Greater),
        Just(Order::GreaterOrEqual),
        Just(Order::Less),
        Just(Order::LessOrEqual)
    ];
    let pattern =
        prop_oneof![Just("c5.*"), Just("(c5|m5)[.].+"), Just("[)(]"), Just("a\\)b"), Just("(?=x)")];
    prop_oneof![
        any::<bool>().prop_map(|negated| Condition::Exists { negated }),
        (any::<bool>(), literal()).prop_map(|(negated, to)| Condition::Equals { negated, to }),
        (order, literal()).prop_map(|(order, than)| Condition::Ordered { order, than }),
        (any::<bool>(), vec(literal(), 0..3))
            .prop_map(|(negated, list)| Condition::In { negated, list }),
        (any::<bool>(), pattern).prop_map(|(negated, text)| Condition::Matches {
            negated,
            read: Pattern::read(text).unwrap(),
            pattern: Literal { text: text.to_owned(), quotes: Quotes::None },
        }),
    ]
}

fn predicate() -> impl Strategy<Value = Predicate> {
    let attribute = prop_oneof![
        "[A-Za-z0-9_./-]{1,12}",
        Just("stack".to_owned()),
        Just("generation".to_owned())
    ];
    let free = prop_oneof![attribute.prop_map(Subject::Attribute), Just(Subject::TaskGroup),];
    let count =
        any::<u8>().prop_map(|count| Literal { text: count.to_string(), quotes: Quotes::None });
    prop_oneof![
        (free, condition()).prop_map(|(subject, condition)| Predicate { subject, condition }),
        count.prop_map(|to| Predicate {
            subject: Subject::RunningTasksCount,
            condition: Condition::Equals { negated: false, to },
        }),
        literal().prop_map(|than| Predicate {
            subject: Subject::AgentVersion,
            condition: Condition::Ordered { order: Order::Less, than },
        }),
    ]
}

fn query() -> impl Strategy<Value = Query> {
    let term = predicate().prop_map(Term::Is).prop_recursive(4, 24, 4, |inner| {
        let joint = prop_oneof![Just(Joint::And), Just(Joint::Or)];
        prop_oneof![
            inner.clone().prop_map(|term| Term::Not(Box::new(term))),
            (inner.clone(), vec((joint, inner), 0..3))
                .prop_map(|(first, rest)| Term::Group(Box::new(Chain { first, rest }))),
        ]
    });
    let joint = prop_oneof![Just(Joint::And), Just(Joint::Or)];
    (term.clone(), vec((joint, term), 0..3))
        .prop_map(|(first, rest)| Query { whole: Chain { first, rest } })
}

proptest! {
    #[test]
    fn what_is_printed_is_read_as_the_same(query in query()) {
        let printed = query.to_string();
        if printed.chars().count() <= LONGEST {
            prop_assert_eq!(printed.parse::<Query>(), Ok(query), "{}", printed);
        }
    }

    #[test]
    fn a_missing_fact_never_turns_true_into_false(query in query()) {
        let instance = Instance::example();
        let whole = instance.facts();
        let known = query.matches(&whole);
        let less = Facts { agent_version: None, ec2_instance_id: None, registered_at: None, task_groups: None, ..whole };
        let truth = query.matches(&less);
        prop_assert!(truth == known || truth == Truth::Unknown, "{} is {:?}, then {:?}", query, known, truth);
    }

    #[test]
    fn the_negation_of_a_group_is_the_opposite(query in query()) {
        let negated: Query = match format!("not({query})").parse() {
            Ok(negated) => negated,
            Err(_) => return Ok(()),
        };
        let instance = Instance::example();
        prop_assert_eq!(negated.matches(&instance.facts()), query.matches(&instance.facts()).negated());
    }

    #[test]
    fn any_text_is_read_or_has_an_error_inside(tokens in vec(prop_oneof![
        Just("attribute:"), Just("stack"), Just("=="), Just("=~"), Just("!"), Just("not"), Just("and"), Just("||"),
        Just("("), Just(")"), Just("["), Just("]"), Just(","), Just("'"), Just("\""), Just(" "), Just("\\"),
        Just("task:group"), Just("in"), Just("exists"), Just("a*"), Just("{2"), Just("é"), Just("agentVersion"),
    ], 0..24)) {
        let text = tokens.concat();
        match text.parse::<Query>() {
            Ok(query) => prop_assert_eq!(query.to_string().parse::<Query>(), Ok(query)),
            Err(error) => prop_assert!(error.position <= text.chars().count()),
        }
    }
}
