//! Only a whole answer, from where it was asked for, is an answer.

use super::*;

/// One byte short, without its last element or bracket, and in the middle.
fn cuts(body: &str) -> [String; 3] {
    let last = body.rfind(['<', '}', ']']).unwrap();
    [body.len() - 1, last, body.len() / 2].map(|end| body[..end].to_owned())
}

/// What this case is answered, cut off in one of three places.
fn cut(reply: Option<&Reply>, nth: usize) -> Option<Reply> {
    match reply? {
        Reply::Ok(body) => Some(Reply::Ok(cuts(body)[nth].clone())),
        _ => None,
    }
}

#[test]
fn an_answer_that_breaks_off_is_a_gap() {
    let bench = Bench::new();
    for nth in 0..3 {
        let found = bench.learn(|case| cut(case.found.as_ref(), nth));
        assert!(found.len() > 60, "{}", found.len());
        let absent = bench.learn(|case| cut(case.absent.first(), nth));
        for (case, reply, answer) in found.into_iter().chain(absent) {
            assert!(answer.is_err(), "{} on {reply:?}: {}", case.name, told(&answer));
        }
    }
}

#[test]
fn an_error_that_breaks_off_is_no_absence() {
    let bench = Bench::new();
    for service in ["iam", "ec2", "sts"] {
        let learnt = bench.learn(|case| {
            let code = case.codes.first().filter(|_| case.asked.call().service() == service)?;
            let body = match service {
                "ec2" => format!("<Response><Errors><Error><Code>{code}</Code>"),
                _ => format!("<ErrorResponse><Error><Code>{code}</Code>"),
            };
            Some(Reply::Raw(400, "content-type: text/xml", body))
        });
        for (case, reply, answer) in learnt {
            assert!(answer.is_err(), "{} on {reply:?}: {}", case.name, told(&answer));
        }
    }
}

/// A signed request is not sent anywhere else, however good the answer would be there.
#[test]
fn a_redirect_is_followed_by_no_service() {
    let forger = Server::start();
    let location = format!("location: http://{}/", forger.host);
    let bench = Bench::new();
    for status in [301, 302, 303, 307, 308] {
        let learnt = bench.learn(|case| {
            let Some(Reply::Ok(_)) = &case.found else { return None };
            let is_signed = case.asked.call().is_iam_action();
            is_signed.then(|| Reply::Raw(status, location.clone().leak(), String::new()))
        });
        assert!(learnt.len() > 60, "{}", learnt.len());
        for (case, _, answer) in learnt {
            assert!(answer.is_err(), "{} on {status}: {}", case.name, told(&answer));
        }
    }
    assert_eq!(forger.asked(), 0);
}

#[test]
fn an_answer_without_end_is_not_kept() {
    let endless = Reply::Raw(200, "content-type: text/xml", " ".repeat(9 << 20));
    let learnt = Bench::new().learn(|case| (case.name == "GetRole").then(|| endless.clone()));
    let [(_, _, answer)] = &learnt[..] else { panic!("{}", learnt.len()) };
    assert!(
        told(answer)
            .contains("could not be read: the answer is not whole: it is larger than 8 MiB"),
        "{}",
        told(answer)
    );
}
