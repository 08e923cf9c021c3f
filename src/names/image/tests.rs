use super::*;
use proptest::prelude::*;

const HASH: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

#[test]
fn every_way_to_write_an_image_has_one_meaning() {
    let cases = [
        ("ubuntu", "docker.io/library/ubuntu:latest"),
        ("ubuntu:5000", "docker.io/library/ubuntu:5000"),
        ("docker.io/ubuntu", "docker.io/library/ubuntu:latest"),
        ("index.docker.io/library/ubuntu:24.04", "docker.io/library/ubuntu:24.04"),
        ("amazon/aws-for-fluent-bit:latest", "docker.io/amazon/aws-for-fluent-bit:latest"),
        ("localhost/app", "localhost/app:latest"),
        ("localhost:5000/app:v1", "localhost:5000/app:v1"),
        ("127.0.0.1:51670/amazon/app", "127.0.0.1:51670/amazon/app:latest"),
        ("[2001:db8::1]:5000/app", "[2001:db8::1]:5000/app:latest"),
        ("MyHost/app", "MyHost/app:latest"),
        ("ghcr.io/a/b__c/d--e.f_g:V1.0-rc_1", "ghcr.io/a/b__c/d--e.f_g:V1.0-rc_1"),
        ("public.ecr.aws/nginx/nginx", "public.ecr.aws/nginx/nginx:latest"),
    ];
    for (written, canonical) in cases {
        let image: ImageRef = written.parse().unwrap();
        assert_eq!(image.canonical(), canonical, "{written}");
        assert_eq!(image.to_string(), written);
    }
}

#[test]
fn the_registry_is_told_by_the_host() {
    let registry = |text: &str| text.parse::<ImageRef>().unwrap().registry;
    assert_eq!(registry("nginx"), Registry::DockerHub);
    assert_eq!(registry("public.ecr.aws/nginx/nginx"), Registry::EcrPublic);
    assert_eq!(registry("quay.io/a/b"), Registry::Other("quay.io".into()));
    let Registry::Ecr(host) =
        registry("111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn/team/app:1")
    else {
        panic!("a private registry of ECR");
    };
    assert_eq!(host.account.as_str(), "111122223333");
    assert_eq!(host.region.as_str(), "cn-north-1");
}

#[test]
fn a_digest_decides_and_takes_the_place_of_latest() {
    let pinned: ImageRef = format!("app@sha256:{HASH}").parse().unwrap();
    assert_eq!(pinned.tag_or_latest(), None);
    assert_eq!(pinned.canonical(), format!("docker.io/library/app@sha256:{HASH}"));

    let both: ImageRef = format!("ghcr.io/a/app:v1@sha256:{HASH}").parse().unwrap();
    assert_eq!(both.tag_or_latest(), Some("v1"));
    assert_eq!(both.digest.map(|digest| digest.to_string()), Some(format!("sha256:{HASH}")));
}

#[test]
fn what_is_no_image_is_refused_with_its_cause() {
    let cases = [
        ("", ImageError::Empty),
        ("https://ghcr.io/a/b", ImageError::Scheme("https://ghcr.io/a/b".into())),
        ("nginx ", ImageError::WhiteSpace("nginx ".into())),
        (HASH, ImageError::BareHash(HASH.into())),
        (&*format!("sha256:{HASH}"), ImageError::BareDigest(format!("sha256:{HASH}"))),
        ("MyApp:latest", ImageError::UpperCase { part: "MyApp".into() }),
        ("ghcr.io/Team/app", ImageError::UpperCase { part: "Team".into() }),
        ("ghcr.io/", ImageError::NoRepository("ghcr.io/".into())),
        ("ghcr.io/a//b", ImageError::Repository { part: "".into() }),
        ("/app", ImageError::Repository { part: "".into() }),
        ("a/b_-c", ImageError::Repository { part: "b_-c".into() }),
        ("a/-b", ImageError::Repository { part: "-b".into() }),
        ("a/b..c", ImageError::Repository { part: "b..c".into() }),
        ("app:", ImageError::Tag("".into())),
        ("app:v1:v2", ImageError::Tag("v1:v2".into())),
        ("app:.v1", ImageError::Tag(".v1".into())),
        ("host:port/app", ImageError::Host("host:port".into())),
        ("-a.io/app", ImageError::Host("-a.io".into())),
        ("app@sha256:abc", ImageError::Digest(DigestError::Hex("sha256:abc".into()))),
        ("app@md5:abc", ImageError::Digest(DigestError::Algorithm("md5:abc".into()))),
    ];
    for (text, error) in cases {
        assert_eq!(text.parse::<ImageRef>(), Err(error), "{text}");
    }
}

#[test]
fn a_host_that_only_looks_like_ecr_is_refused() {
    for host in
        ["123.dkr.ecr.us-east-1.amazonaws.com", "111122223333.dkr.ecr.cn-north-1.amazonaws.com"]
    {
        let error = format!("{host}/app").parse::<ImageRef>().unwrap_err();
        assert!(matches!(error, ImageError::UnknownEcrHost { .. }), "{host}: {error}");
    }
}

#[test]
fn the_length_is_counted_before_the_digest() {
    let longest = format!("{}:1", "a".repeat(253));
    assert!(longest.parse::<ImageRef>().is_ok());
    assert!(format!("{longest}@sha256:{HASH}").parse::<ImageRef>().is_ok());
    assert_eq!(format!("{longest}1").parse::<ImageRef>(), Err(ImageError::TooLong(256)));
}

#[test]
fn the_error_of_a_url_says_what_to_leave_out() {
    let error = "https://ghcr.io/a/b".parse::<ImageRef>().unwrap_err();
    assert!(error.to_string().ends_with("write the image without `https://`"));
}

proptest! {
    #[test]
    fn the_canonical_form_means_the_same(
        host in "(|ghcr\\.io/|localhost:5000/|public\\.ecr\\.aws/|index\\.docker\\.io/)",
        path in "[a-z0-9]{1,8}(/[a-z0-9]{1,4}([._-]|__|--)[a-z0-9]{1,4}){0,3}",
        tag in "(|:[A-Za-z0-9_][A-Za-z0-9_.-]{0,20})",
        pinned in any::<bool>(),
    ) {
        let digest = if pinned { format!("@sha256:{HASH}") } else { String::new() };
        let image: ImageRef = format!("{host}{path}{tag}{digest}").parse().unwrap();
        let again: ImageRef = image.canonical().parse().unwrap();
        prop_assert_eq!(&again.registry, &image.registry);
        prop_assert_eq!(&again.repository, &image.repository);
        prop_assert_eq!(again.tag_or_latest(), image.tag_or_latest());
        prop_assert_eq!(&again.digest, &image.digest);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[a-zA-Z0-9./:@_\\[\\]-]{0,40}|\\PC{0,40}") {
        if let Ok(image) = text.parse::<ImageRef>() {
            prop_assert_eq!(image.written(), text);
        }
    }
}
