use aws_ecs_preflight::iam::{
    Context, Decision, KeyState, Layer, Layers, Policy, Principal, Request, evaluate,
};
use aws_ecs_preflight::names::RoleArn;

/// What a check asks: may this execution role read this secret?
#[test]
fn given_the_policies_of_a_role_and_of_a_secret_then_the_answer_comes_with_its_reason() {
    let role: RoleArn = "arn:aws:iam::111122223333:role/team/app-execution".parse().unwrap();
    let secret = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/db-AbCdEf";
    let principal = Principal::role(&role);
    let context = Context::partial()
        .with_principal(&principal)
        .with_value("aws:SecureTransport", "true")
        .with_value("aws:RequestedRegion", "eu-west-1")
        .with("aws:SourceVpce", KeyState::Unknown);
    let request = Request::new(principal, "secretsmanager:GetSecretValue", secret, context);

    let read = r#"{"Version": "2012-10-17", "Statement": {"Sid": "Read", "Effect": "Allow",
        "Action": "secretsmanager:GetSecretValue",
        "Resource": "arn:aws:secretsmanager:*:*:secret:app/*"}}"#;
    let closed = r#"{"Version": "2012-10-17", "Statement": {"Sid": "OnlyOurEndpoint",
        "Effect": "Deny", "Principal": "*", "Action": "secretsmanager:*", "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}}}"#;
    let mut layers = Layers {
        identity: vec![Policy::read_text(Layer::Identity, "app-secrets", read)],
        boundary: Some(Policy::unreadable(Layer::Boundary, "limits", "iam:GetPolicy was refused")),
        resource: Some(Policy::read_text(Layer::Resource, "app/db", closed)),
        ..Layers::default()
    };

    let Decision::Depends(depends) = evaluate(&request, &layers).decision else { panic!() };
    assert_eq!(depends.keys[0].key, "aws:SourceVpce");
    assert_eq!(depends.layers[0].policy, "permissions boundary `limits`");

    layers.boundary = None;
    assert_eq!(
        evaluate(&request, &layers).sentences()[1],
        "allowed by statement `Read` of identity policy `app-secrets` if `aws:SourceVpce` is \
         `vpce-1`, else denied by statement `OnlyOurEndpoint` of the resource policy of `app/db`"
    );
}
