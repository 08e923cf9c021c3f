//! What shows that a text is, or is not, from ECS.

/// Words that only appear where ECS starts a task or refuses a request, as letters. A program that ended has none of
/// them, whatever it wrote to its log.
pub(in crate::symptoms) const ECS_WORDS: &[&str] = &[
    "resourceinitializationerror",
    "cannotpullcontainer",
    "cannotpullecrcontainer",
    "cannotstartcontainer",
    "cannotcreatecontainer",
    "cannotinspectcontainer",
    "cannotcreatevolume",
    "containerruntime",
    "taskfailedtostart",
    "unabletoplaceatask",
    "consistentlystarttasks",
    "pullsecretsorregistryauth",
    "retrieveecrregistryauth",
    "retrievesecretfromasm",
    "retrievesecretsfromssm",
    "registryauthfromasm",
    "fetchingsecretdatafrom",
    "loggerargs",
    "createcloudwatchlog",
    "initializeloggingdriver",
    "efsutilscommands",
    "downloadenvfile",
    "ecsfailed",
    "ecswasunable",
    "registertaskdefinition",
    "createtaskdefinition",
    "taskdefinition",
    "taskengine",
    "varlibecs",
];

/// Operations of ECS whose errors checks may prevent, as letters.
pub(in crate::symptoms) const OPERATIONS: &[&str] = &[
    "registertaskdefinition",
    "deregistertaskdefinition",
    "describetaskdefinition",
    "runtask",
    "starttask",
    "stoptask",
    "listtasks",
    "describetasks",
    "createservice",
    "updateservice",
    "deleteservice",
    "describeservices",
    "listservices",
    "createtaskset",
    "createcluster",
    "describeclusters",
    "listclusters",
    "putclustercapacityproviders",
    "createcapacityprovider",
    "updatecapacityprovider",
    "describecapacityproviders",
    "describecontainerinstances",
    "listcontainerinstances",
    "updatecontainerinstancesstate",
    "executecommand",
    "tagresource",
    "gettaskprotection",
    "updatetaskprotection",
    "updateserviceprimarytaskset",
    "stopservicedeployment",
];

/// Products with words that look like those of ECS: the name, and what gives them away.
pub(in crate::symptoms) const PRODUCTS: &[(&str, &[&str])] = &[
    (
        "Kubernetes",
        &[
            "kubelet",
            "ImagePullBackOff",
            "ErrImagePull",
            "CrashLoopBackOff",
            "Back-off pulling image",
            "Back-off restarting failed container",
            "attachdetach-controller",
            "FailedAttachVolume",
            "FailedMount",
            "MountVolume",
            "FailedScheduling",
            "FailedCreatePodSandBox",
            "nodes are available",
            "failed to create containerd task: failed to create shim",
            "fargate-scheduler",
            "kubectl",
            "PersistentVolumeClaim",
            "csi.aws.com",
        ],
    ),
    (
        "a build of images with Docker or BuildKit",
        &[
            "failed to solve",
            "failed to resolve source metadata",
            "ERROR: Service <name> failed to build",
            "docker: Error response from daemon",
            "Error: buildx failed",
            "denied: requested access to the resource is denied ... docker push",
            "ERROR: for <service>",
        ],
    ),
    (
        "AWS CodeBuild or Amplify",
        &[
            "BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE",
            "Running command docker",
            "CodeBuild",
            "codebuild:",
        ],
    ),
    (
        "AWS CodePipeline",
        &[
            "CodePipeline",
            "artifact bucket",
            "The provided role does not have sufficient permissions to access S3",
        ],
    ),
    (
        "AWS Lambda",
        &[
            "Lambda was unable",
            "REPORT RequestId",
            "AWSLambda",
            "Service: Lambda",
            "Task timed out after <seconds> seconds",
            "InvalidLambdaFunction",
        ],
    ),
    (
        "AWS Batch",
        &[
            "MISCONFIGURATION:",
            "JOB_RESOURCE_REQUIREMENT",
            "compute environments",
            "CannotInspectContainerError ... AWS Batch",
        ],
    ),
    ("AWS App Runner", &["apprunner", "App Runner", "Invalid start command"]),
    (
        "another AWS service",
        &[
            "Service: CloudTrail",
            "AWS::RDS",
            "TextractException",
            "AssumeRoleWithWebIdentity",
            "Could not assume role with OIDC",
            "sagemaker",
            "AWS::Lambda",
        ],
    ),
    ("an admission policy", &["validate-ecs-"]),
];

/// The same, unless the text has words of ECS.
pub(in crate::symptoms) const ALIKE: &[(&str, &[&str])] = &[
    (
        "Kubernetes",
        &["Failed to pull image", "failed to pull and unpack image", "failed to resolve reference"],
    ),
    ("a program in a container", &["npm ERR!", "java.lang.", "django."]),
];
