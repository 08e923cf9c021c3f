//! Everything that `.clippy.toml` bans, one line each.
//!
//! This is bad code on purpose. It is never run, and it is compiled only by the test in
//! `tests/house/bans.rs`, which expects clippy to refuse every line. A new ban gets its line here.
#![allow(unused, missing_docs)]

fn main() {}

fn clients() {
    let _: Option<aws_sdk_ecr::Client> = None;
    let _: Option<aws_sdk_ecs::Client> = None;
    let _: Option<aws_sdk_kms::Client> = None;
    let _: Option<aws_sdk_secretsmanager::Client> = None;
    let _: Option<aws_sdk_ssm::Client> = None;
    let _: Option<aws_smithy_runtime::client::orchestrator::operation::Operation<(), (), ()>> =
        None;
    let _: Option<reqwest::Client> = None;
}

fn printing() {
    std::print!("");
    std::println!("");
    std::eprint!("");
    std::eprintln!("");
    anstream::print!("");
    anstream::println!("");
    anstream::eprint!("");
    anstream::eprintln!("");
    std::dbg!();
    let _ = std::io::stdout;
    let _ = std::io::stderr;
    let _ = anstream::stdout;
    let _ = anstream::stderr;
}

fn process() {
    let _ = std::env::var::<&str>;
    let _ = std::env::var_os::<&str>;
    let _ = std::env::vars;
    let _ = std::env::vars_os;
    let _ = std::process::exit;
    let _ = std::process::abort;
}

fn credentials() {
    use aws_credential_types::Credentials;
    let _ = Credentials::secret_access_key;
    let _ = Credentials::session_token;
}

fn values_of_secrets() {
    use aws_sdk_secretsmanager::{Client, operation};
    let _ = Client::get_secret_value;
    let _ = Client::batch_get_secret_value;
    let _ = operation::get_secret_value::builders::GetSecretValueInputBuilder::send_with;
    let _ = operation::batch_get_secret_value::builders::BatchGetSecretValueInputBuilder::send_with;
}

fn values_of_parameters() {
    use aws_sdk_ssm::{Client, operation};
    let _ = Client::get_parameter;
    let _ = Client::get_parameters;
    let _ = Client::get_parameters_by_path;
    let _ = Client::get_parameter_history;
    let _ = Client::get_access_token;
    let _ = operation::get_parameter::builders::GetParameterInputBuilder::send_with;
    let _ = operation::get_parameters::builders::GetParametersInputBuilder::send_with;
    let _ = operation::get_parameters_by_path::builders::GetParametersByPathInputBuilder::send_with;
    let _ = operation::get_parameter_history::builders::GetParameterHistoryInputBuilder::send_with;
    let _ = operation::get_access_token::builders::GetAccessTokenInputBuilder::send_with;
}

fn decryption() {
    use aws_sdk_ssm::operation::*;
    let _ = get_parameter::builders::GetParameterFluentBuilder::with_decryption;
    let _ = get_parameter::builders::GetParameterFluentBuilder::set_with_decryption;
    let _ = get_parameter::builders::GetParameterInputBuilder::with_decryption;
    let _ = get_parameter::builders::GetParameterInputBuilder::set_with_decryption;
    let _ = get_parameters::builders::GetParametersFluentBuilder::with_decryption;
    let _ = get_parameters::builders::GetParametersFluentBuilder::set_with_decryption;
    let _ = get_parameters::builders::GetParametersInputBuilder::with_decryption;
    let _ = get_parameters::builders::GetParametersInputBuilder::set_with_decryption;
    let _ = get_parameters_by_path::builders::GetParametersByPathFluentBuilder::with_decryption;
    let _ = get_parameters_by_path::builders::GetParametersByPathFluentBuilder::set_with_decryption;
    let _ = get_parameters_by_path::builders::GetParametersByPathInputBuilder::with_decryption;
    let _ = get_parameters_by_path::builders::GetParametersByPathInputBuilder::set_with_decryption;
    let _ = get_parameter_history::builders::GetParameterHistoryFluentBuilder::with_decryption;
    let _ = get_parameter_history::builders::GetParameterHistoryFluentBuilder::set_with_decryption;
    let _ = get_parameter_history::builders::GetParameterHistoryInputBuilder::with_decryption;
    let _ = get_parameter_history::builders::GetParameterHistoryInputBuilder::set_with_decryption;
}

fn use_of_keys() {
    use aws_sdk_kms::{Client, operation};
    let _ = Client::decrypt;
    let _ = Client::decapsulate;
    let _ = Client::derive_shared_secret;
    let _ = Client::generate_data_key;
    let _ = Client::generate_data_key_pair;
    let _ = Client::generate_data_key_without_plaintext;
    let _ = Client::generate_data_key_pair_without_plaintext;
    let _ = operation::decrypt::builders::DecryptInputBuilder::send_with;
    let _ = operation::decapsulate::builders::DecapsulateInputBuilder::send_with;
    let _ = operation::derive_shared_secret::builders::DeriveSharedSecretInputBuilder::send_with;
    let _ = operation::generate_data_key::builders::GenerateDataKeyInputBuilder::send_with;
    let _ = operation::generate_data_key_pair::builders::GenerateDataKeyPairInputBuilder::send_with;
    let _ = operation::generate_data_key_without_plaintext::builders::GenerateDataKeyWithoutPlaintextInputBuilder::send_with;
    let _ = operation::generate_data_key_pair_without_plaintext::builders::GenerateDataKeyPairWithoutPlaintextInputBuilder::send_with;
}

fn passwords_of_registries() {
    use aws_sdk_ecr::{Client, operation};
    let _ = Client::get_authorization_token;
    let _ =
        operation::get_authorization_token::builders::GetAuthorizationTokenInputBuilder::send_with;
}
