//! Texts of image pulls, and of images that do not fit.

use super::pages::PULL;
use crate::symptoms::symptom::{Kind, Symptom};

const MISSING: &[&str] = &["image-exists"];

pub(super) const ROWS: &[Symptom] = &[
    Symptom::cause(
        "image-not-found",
        &[
            "CannotPullContainerError: ... failed to resolve ref <image>: not found",
            "CannotPull... manifest for <image> not found",
            "CannotPull... manifest unknown",
            "CannotPull... Tag <tag> not found in repository",
            "CannotPull... Image does not exist",
            "CannotPull... ImageArchived",
            "CannotPull... <image>: not found",
            "CannotPull... name unknown: The repository with name",
            "CannotPull... repository does not exist in the registry",
            "API error (404): repository <uri> not found",
            "The task can't pull the image <image> ... Response: 'not found'",
            "Check if image exists and role ... denied: requested access to the resource is denied",
            "manifest for <image> not found: manifest unknown: Requested image not found",
        ],
        "The registry has no image under this reference: the repository, the tag or the digest does not exist there.",
        MISSING,
        PULL,
    ),
    Symptom::cause(
        "image-access-denied",
        &[
            "CannotPull... pull access denied ... repository does not exist or may require",
            "CannotPull... requested access to the resource is denied",
            "CannotPull... insufficient_scope: authorization failed",
            "CannotPull... repository <name> not found: does not exist or no pull access",
            "The task can't pull the image. Check whether the image exists",
        ],
        "The registry does not show this repository: it does not exist, or it is private and the task has no credentials for it.",
        &["image-exists", "image-registry-credentials"],
        PULL,
    ),
    Symptom::cause(
        "image-access-denied-by-docker",
        &[
            "pull access denied for <image>, repository does not exist or may require",
            "denied: requested access to the resource is denied",
        ],
        "The registry does not show this repository: it does not exist, or it is private and the task has no credentials for it.",
        &["image-exists", "image-registry-credentials"],
        PULL,
    )
    .shared(),
    Symptom::cause(
        "image-not-found-by-docker",
        &["manifest unknown", "manifest for <image> not found"],
        "The registry has no image under this reference.",
        MISSING,
        PULL,
    )
    .shared(),
    Symptom::cause(
        "registry-forbidden",
        &["CannotPull... 403 Forbidden"],
        "The registry refused the request: the role may not pull the image, or the policy of an endpoint does not allow it.",
        &["image-pull-permission", "network-endpoint-policy"],
        PULL,
    ),
    Symptom::cause(
        "image-registry-unauthorized",
        &[
            "CannotPull... failed to fetch anonymous token ... 401 Unauthorized",
            "CannotPull... failed to fetch oauth token ... 401 Unauthorized",
            "CannotPull... unauthorized: incorrect username or password",
            "CannotPull... unauthorized: authentication required",
            "CannotPull... unexpected status ... 401 Unauthorized",
            "CannotPull... failed to fetch anonymous token ... 403 Forbidden",
        ],
        "The registry is private, and the task presented no credentials or wrong ones.",
        &["image-registry-credentials", "image-exists"],
        PULL,
    ),
    Symptom::cause(
        "image-no-basic-auth",
        &["CannotPull... no basic auth credentials", "no basic auth credentials"],
        "Amazon ECR was asked without a login: the role of the pull got no authorization token.",
        &["image-pull-permission", "image-registry-credentials"],
        PULL,
    )
    .shared(),
    Symptom::cause(
        "image-registry-secret",
        &[
            "unable to get registry auth from asm ... asm fetching secret from the service",
            "unable to get registry auth from asm ... AccessDeniedException",
            "unable to get registry auth from asm ... ResourceNotFoundException",
            "CannotPullContainerAuthError",
            "asm fetching secret from the service for",
            "asm fetching authorization data",
            "asm fetching username: AuthorizationData is malformed",
            "asm fetching password: AuthorizationData is malformed",
            "unable to unmarshal secret value, invalid schema",
        ],
        "The secret with the credentials of the private registry could not be read, or has no user name and password.",
        &["image-registry-credentials", "secret-permission"],
        PULL,
    )
    .deciding(),
    Symptom::cause(
        "image-pull-denied",
        &[
            "is not authorized to perform: ecr:BatchGetImage",
            "is not authorized to perform: ecr:GetDownloadUrlForLayer",
            "is not authorized to perform: ecr:BatchCheckLayerAvailability",
            "is not authorized to perform: ecr:GetAuthorizationToken",
            "The task can't pull the image. Check that the role has the permissions to pull images from the registry",
            "Check if image exists and role ... has permissions to pull images from Amazon ECR",
            "unable to retrieve ecr registry auth ... AccessDeniedException",
            "unable to retrieve ecr registry auth ... api error AccessDenied...",
            "The task can't pull the image <image> from Amazon Elastic Container Registry using the task execution role",
            "CannotPull... denied: User: ... is not authorized to perform",
            "CannotPull... KmsException",
            "CannotPull... explicit deny",
            "CannotPull... denied: Your authorization token has expired",
        ],
        "The role of the pull may not read from Amazon ECR: an allow is missing in its policies or in the policy of the repository, or something denies it.",
        &["image-pull-permission", "image-exists"],
        PULL,
    ),
    Symptom::cause(
        "image-pull-through",
        &[
            "is not authorized to perform: ecr:BatchImportUpstreamImage",
            "is not authorized to perform: ecr:CreateRepository",
            "CannotPull... UnableToGetUpstreamImage",
            "CannotPull... UnableToAccessSecret",
        ],
        "The image comes through a pull through cache rule, and the first pull needs more permissions than a normal one.",
        &["image-pull-permission", "image-exists"],
        PULL,
    ),
    Symptom::cause(
        "image-platform-mismatch",
        &[
            "image Manifest does not contain descriptor matching platform",
            "failed to find a descriptor for platform",
            "no matching manifest for <platform> in the manifest list",
            "no matching manifest for linux/",
            "no match for platform in manifest",
            "CannotPull... does not match the specified platform",
        ],
        "The image has no variant for the operating system and architecture of the task.",
        &["image-platform"],
        PULL,
    ),
    Symptom::cause(
        "image-wrong-architecture",
        &["exec format error", "exec user process caused: exec format error"],
        "The image was built for another architecture than the one of the task.",
        &["image-platform"],
        PULL,
    )
    .deciding(),
    Symptom::cause(
        "image-wrong-windows",
        &[
            "The container operating system does not match the host operating system",
            "a Windows version <version> based image is incompatible with a <version> host",
            "no matching manifest for windows",
            "image operating system <os> cannot be used on this platform",
            "cannot be used on this platform: operating system is not supported",
        ],
        "The image was built for another operating system, or another Windows version, than the host's.",
        &["image-platform"],
        PULL,
    ),
    Symptom::cause(
        "image-layers-mismatch",
        &["number of layers and diffIDs don't match"],
        "The image mixes layers of different compression, which Fargate cannot unpack.",
        &["image-platform", "image-exists"],
        PULL,
    ),
    Symptom::cause(
        "image-manifest-unsupported",
        &[
            "CannotPull... mediaType in manifest should be",
            "CannotPull... media type <type> is no longer supported",
            "CannotPull... unsupported media type",
            "CannotPull... encountered unknown type",
            "CannotPull... unknown image manifest media type",
        ],
        "What the reference names is no container image that the task can run.",
        &["image-platform", "image-exists"],
        PULL,
    ),
    Symptom::cause(
        "image-rate-limit",
        &[
            "toomanyrequests",
            "You have reached your pull rate limit",
            "You have reached your unauthenticated pull rate limit",
            "CannotPull... 429 Too Many Requests",
            "CannotPull... HTTP 429",
            "CannotPull... Rate exceeded",
            "CannotPull... Too Many Requests",
        ],
        "The registry limits the pulls of an address or account, and the limit is used up.",
        &["image-stability", "image-registry-credentials"],
        PULL,
    )
    .shared()
    .deciding(),
    Symptom::cause(
        "image-rate-limit-of-hub",
        &["ERROR: toomanyrequests: Too Many Requests"],
        "Docker Hub limits the pulls of an address or account, and the limit is used up.",
        &["image-stability", "image-registry-credentials"],
        PULL,
    ),
    Symptom::cause(
        "image-too-large",
        &[
            "CannotPull... no space left on device",
            "CannotCreateContainer... no space left on device",
            "write /var/lib/docker ... no space left on device",
            "failed to register layer: ... no space left on device",
            "Thin Pool has <count> free data blocks which is less than minimum required",
            "CannotPull... not enough space",
            "CannotPull... disk quota exceeded",
        ],
        "The layers of the images do not fit on the disk of the task or the instance.",
        &["image-stability"],
        PULL,
    )
    .shared(),
    Symptom::cause(
        "image-reference-invalid",
        &[
            "invalid reference format",
            "CannotPull... repository name must be lowercase",
            "CannotPull... invalid repository name",
            "CannotPull... could not parse reference",
            "CannotPull... failed to parse ... as reference",
        ],
        "The image is not a valid reference.",
        &["image-reference", "definition-schema"],
        PULL,
    )
    .shared()
    .deciding(),
    Symptom::unknowable(
        Kind::Aws,
        "registry-certificate",
        &["CannotPull... x509: certificate", "CannotPull... certificate signed by unknown authority"],
        "The host does not trust the certificate of the registry, or of a proxy between them.",
        "no call shows which certificates a host trusts",
        PULL,
    )
    .deciding(),
    Symptom::step(
        "image-layer-not-registered",
        &["CannotPull... failed to register layer", "CannotPull... failed to extract layer"],
        "A layer of the image could not be unpacked; the text ends before the reason.",
        &["image-stability", "image-platform"],
        PULL,
    )
    .deciding(),
    Symptom::step(
        "image-manifest-retried",
        &[
            "pull image manifest has been retried",
            "inspect image has been retried",
            "ref pull has been retried",
            "CannotPull... failed to resolve ref",
            "CannotPullContainerError",
            "CannotPullECRContainerError",
            "CannotPullContainer",
        ],
        "The image could not be pulled; the text ends before the reason.",
        &["image-exists", "image-pull-permission", "network-route", "image-platform"],
        PULL,
    ),
];
