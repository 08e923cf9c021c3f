//! Registries that do not support HEAD well.

use super::*;

#[tokio::test]
async fn given_a_registry_that_knows_no_head_then_a_get_decides() {
    let fake = Fake::answering(|line, _, _| match line.starts_with("HEAD") {
        true => reply(405, &[], ""),
        false => reply(200, &[("content-type", OCI_INDEX)], INDEX),
    });
    let found = registries().head(&fake.repository(), "1").await.unwrap();
    assert_eq!(found.digest, digest::sha256(INDEX.as_bytes()));
    assert!(found.manifest.is_some());
    assert_eq!(found.head_refused, None, "containerd asks by GET after 405");
}

#[tokio::test]
async fn given_a_registry_that_shows_a_manifest_by_get_only_then_the_error_of_head_is_kept() {
    for status in [400, 403, 404] {
        let fake = Fake::answering(move |line, _, _| match line.starts_with("HEAD") {
            true => reply(status, &[("content-type", "application/json")], "{}"),
            false => index_with_digest(),
        });
        let found = registries().head(&fake.repository(), "1").await.unwrap();
        assert_eq!(found.head_refused, Some(format!("HTTP {status}")));
        assert!(found.manifest.is_some());
    }
    let bare = Fake::answering(|_, _, _| reply(200, &[("content-type", OCI_INDEX)], INDEX));
    let found = registries().head(&bare.repository(), "1").await.unwrap();
    assert_eq!(found.head_refused, None, "containerd asks by GET if there is no digest");
}

#[tokio::test]
async fn given_a_bare_404_to_a_head_then_the_body_of_a_get_tells_a_registry_from_a_proxy() {
    let registry =
        Fake::answering(|_, _, _| reply(404, &[("content-type", "application/json")], UNKNOWN));
    let trouble = registries().head(&registry.repository(), "1").await.unwrap_err();
    assert_eq!(
        trouble,
        Trouble::Absent { said: "HTTP 404 MANIFEST_UNKNOWN: manifest unknown".to_owned() }
    );

    let proxy = Fake::answering(|_, _, _| reply(404, &[("content-type", "text/html")], "<html>"));
    let trouble = registries().head(&proxy.repository(), "1").await.unwrap_err();
    assert!(why(trouble).contains("perhaps from a proxy"));
}

#[tokio::test]
async fn given_a_registry_that_denies_by_head_what_it_shows_by_get_then_it_is_shown() {
    let of_a_registry = [("docker-distribution-api-version", "registry/2.0")];
    for status in [401, 403, 404] {
        let fake = Fake::answering(move |line, _, _| match line.starts_with("HEAD") {
            true => reply(status, &of_a_registry, ""),
            false => index_with_digest(),
        });
        let found = registries().head(&fake.repository(), "1").await.unwrap();
        assert_eq!(found.head_refused, Some(format!("HTTP {status}")));
    }
    // What both deny is denied in the words of the GET.
    let fake = Fake::answering(move |_, _, _| reply(404, &of_a_registry, UNKNOWN));
    let trouble = registries().head(&fake.repository(), "1").await.unwrap_err();
    let said = "HTTP 404 MANIFEST_UNKNOWN: manifest unknown";
    assert_eq!(trouble, Trouble::Absent { said: said.to_owned() });
    // An answer to HEAD that proves something stays, if the one to GET proves nothing.
    let fake = Fake::answering(move |line, _, _| match line.starts_with("HEAD") {
        true => reply(404, &of_a_registry, ""),
        false => reply(200, &[("content-type", "text/html")], "<html>Log in</html>"),
    });
    let trouble = registries().head(&fake.repository(), "1").await.unwrap_err();
    assert_eq!(trouble, Trouble::Absent { said: "HTTP 404".to_owned() });
}

#[tokio::test]
async fn given_a_digest_among_the_blobs_then_containerd_finds_the_manifest_there() {
    for (blob, is_found) in [(OCI_INDEX, true), ("application/octet-stream", false)] {
        let fake = Fake::answering(move |line, _, _| match line.starts_with("HEAD") {
            true if line.contains("/blobs/") => reply(200, &[("content-type", blob)], INDEX),
            true => reply(404, &[("content-type", "application/json")], "{}"),
            false => index_with_digest(),
        });
        let digest = digest::sha256(INDEX.as_bytes());
        let found = registries().head(&fake.repository(), &digest).await.unwrap();
        assert_eq!(found.head_refused.is_none(), is_found, "{blob}");
    }
}

#[tokio::test]
async fn given_a_registry_that_names_itself_then_an_error_of_head_without_its_name_is_of_a_proxy() {
    let name = "docker-distribution-api-version";
    for (status, by, refused) in [
        (400, name, Some("HTTP 400")),
        (400, "via", None),
        // Who does not know HEAD answers 404, whether with the name or without.
        (404, "via", Some("HTTP 404")),
    ] {
        let fake = Fake::answering(move |line, _, _| {
            let (status, by) = if line.starts_with("HEAD") { (status, by) } else { (200, name) };
            reply(status, &[("content-type", OCI_INDEX), (by, "registry/2.0")], INDEX)
        });
        let found = registries().head(&fake.repository(), "1").await.ok();
        assert_eq!(found.map(|it| it.head_refused), refused.map(|it| Some(it.to_owned())));
    }
}
