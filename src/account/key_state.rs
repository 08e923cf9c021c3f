//! What makes a key usable again
//! (<https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html>).

use crate::lookup::kms::Key;
use crate::names::Region;
use crate::shell::ShellCommand;
use crate::verdict::Finding;

/// The finding that a key cannot be used, with the fix for its state.
pub(crate) fn with_fix(finding: Finding, key: &Key, region: &Region) -> Finding {
    let on_key = |program| ShellCommand::of(program).option("--key-id", &key.arn).region(region);
    match key.state.as_str() {
        "Disabled" => finding
            .remedy("Enable the key, or use another one")
            .command(on_key("aws kms enable-key")),
        // A key whose deletion was cancelled is disabled
        // (https://docs.aws.amazon.com/kms/latest/APIReference/API_CancelKeyDeletion.html).
        "PendingDeletion" => finding
            .remedy("Cancel the deletion of the key and enable it, or use another one")
            .command(on_key("aws kms cancel-key-deletion").then(&on_key("aws kms enable-key"))),
        "PendingImport" => finding.remedy("Import the key material, or use another key").command(
            on_key("aws kms get-parameters-for-import")
                .flag("--wrapping-algorithm RSAES_OAEP_SHA_256 --wrapping-key-spec RSA_4096"),
        ),
        "Creating" | "Updating" => finding.remedy("Wait until the key is enabled"),
        _ => finding
            .remedy("Find out why the key is in this state, or use another one")
            .command(on_key("aws kms describe-key")),
    }
}
