use serde_json::{Value, json};

use super::program::Folder;

const VERIFY: &str = "verify broken.json --replay account.json -o json";

fn entry(check: &str, subject: &str) -> Value {
    json!({"check": check, "subject": subject, "reason": "known", "expires": "2999-12-31"})
}

#[test]
fn what_fails_is_written_in_the_form_that_accept_reads() {
    let folder = Folder::new("write-accept");
    let said = folder.line(&format!("{VERIFY} --write-accept accepted.json")).ends(1);
    let failed = said.results("fail");
    assert!(failed.len() >= 3, "{failed:?}");
    let written: Value = serde_json::from_str(&folder.read("accepted.json")).unwrap();
    let entries = written.as_array().unwrap();
    assert_eq!(entries.len(), failed.len());
    for (id, subject, _) in &failed {
        let is_it = |it: &&Value| it["check"] == *id && it["subject"] == *subject;
        assert!(entries.iter().any(|it| is_it(&it)), "{id} {subject}");
    }
    // Somebody has to say why.
    let said = folder.line(&format!("{VERIFY} --accept accepted.json")).ends(2);
    said.says("accepted.json:2:3: `reason` is empty: say why this finding is accepted");
    let reasoned =
        folder.read("accepted.json").replace("\"reason\": \"\"", "\"reason\": \"known\"");
    folder.write("accepted.json", reasoned);
    let again = "--accept accepted.json --write-accept again.json";
    let said = folder.line(&format!("{VERIFY} {again}")).ends(0);
    assert_eq!(said.results("fail"), []);
    assert_eq!(said.report()["notes"], json!([]));
    assert_eq!(folder.read("again.json"), folder.read("accepted.json"));
}

#[test]
fn an_entry_that_matches_nothing_is_warned_about() {
    let folder = Folder::new("unmatched");
    folder.write(
        "accepted.json",
        json!([
            entry("image-exists", "/nowhere"),
            entry("log-group-exists", ""),
            entry("kms-key-usable", "")
        ])
        .to_string(),
    );
    let said = folder.line(&format!("{VERIFY} --accept accepted.json")).ends(1);
    let notes = said.report()["notes"].to_string();
    assert!(notes.contains("image-exists does not fail at"), "{notes}");
    assert!(notes.contains("it fails at"), "{notes}");
    assert!(notes.contains("accepted.json:1:2"), "{notes}");
    assert!(notes.contains("it fails nowhere, so the entry can go"), "{notes}");
    // What did not run says nothing of its entries.
    let said = folder.line(&format!("{VERIFY} --accept accepted.json --only secrets"));
    assert_eq!(said.report()["notes"], json!([]));
}

#[test]
fn a_file_that_cannot_be_meant_says_what_its_form_is() {
    let folder = Folder::new("accept-form");
    let without = |key: &str| {
        let mut entry = entry("image-exists", "");
        entry.as_object_mut().unwrap().remove(key);
        json!([entry])
    };
    let with = |key: &str, value: &str| {
        let mut entry = entry("image-exists", "");
        entry[key] = json!(value);
        json!([entry])
    };
    for (file, says) in [
        (json!({}), "must be a list"),
        (without("reason"), "needs `reason`"),
        (without("expires"), "needs `expires`"),
        (with("expires", "tomorrow"), "YYYY-MM-DD"),
        (with("check", "image-exist"), "did you mean image-exists?"),
        (with("expiry", "2999-12-31"), "no field `expiry`; is `expires` meant?"),
    ] {
        folder.write("accepted.json", file.to_string());
        let said = folder.line(&format!("{VERIFY} --accept accepted.json")).ends(2);
        said.says(says).says("accepted.json:1:");
    }
    let said = folder.line(&format!("{VERIFY} --accept healthy.json")).ends(2);
    said.says("this is a task definition, not a list of accepted findings");
    let yaml = "- check: image-exists\n  subject: /x\n  reason: known\n  expires: 2999-12-31\n";
    folder.write("accepted.yaml", yaml);
    folder.line(&format!("{VERIFY} --accept accepted.yaml")).ends(1);
    let help = folder.line("verify --help").ends(0);
    help.says("`subject`, the place of the finding").says("--write-accept");
}
