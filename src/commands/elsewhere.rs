//! The flags for what is in another region or account than the run.

use crate::shell::{ShellCommand, Word};

/// The flags that lead there, to paste behind the command, with what the profile must be.
pub(super) fn flags(region: Option<&str>, account: Option<&str>) -> String {
    let mut flags = ShellCommand::of("");
    if let Some(region) = region {
        flags = flags.option("--region", region);
    }
    match account {
        Some(account) => {
            let flags = flags.option("--profile", Word::placeholder("PROFILE"));
            format!("{flags} (a profile of account {account})")
        }
        None => flags.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::flags;

    #[test]
    fn only_what_differs_is_passed_and_a_value_stays_one_word() {
        assert_eq!(flags(Some("eu-west-1"), None), "--region eu-west-1");
        assert_eq!(flags(None, Some("1")), "--profile PROFILE (a profile of account 1)");
        let both = flags(Some("eu-west-1"), Some("1"));
        assert_eq!(both, "--region eu-west-1 --profile PROFILE (a profile of account 1)");
        assert_eq!(flags(Some("x; rm -rf ~"), None), "--region 'x; rm -rf ~'");
    }
}
