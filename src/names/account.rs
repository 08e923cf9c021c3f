//! Account ids.

use std::fmt;
use std::str::FromStr;

/// The twelve digits of an AWS account. Text, since leading zeros are significant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(String);

impl AccountId {
    /// The twelve digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a text is not an account id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountIdError {
    /// It is empty.
    #[error("the account id is empty; it is the twelve digits of the AWS account")]
    Empty,
    /// Digits, but not twelve of them.
    #[error("`{0}` has {len} digits, but an AWS account id has twelve (including leading zeros)", len = .0.len())]
    Length(String),
    /// Something other than digits.
    #[error("`{0}` is not an AWS account id, which is twelve digits without hyphens or spaces")]
    NotDigits(String),
}

impl FromStr for AccountId {
    type Err = AccountIdError;

    fn from_str(text: &str) -> Result<AccountId, AccountIdError> {
        if text.is_empty() {
            Err(AccountIdError::Empty)
        } else if !text.bytes().all(|b| b.is_ascii_digit()) {
            Err(AccountIdError::NotDigits(text.to_owned()))
        } else if text.len() != 12 {
            Err(AccountIdError::Length(text.to_owned()))
        } else {
            Ok(AccountId(text.to_owned()))
        }
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(AccountId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_twelve_digits() {
        let account: AccountId = "012345678910".parse().unwrap();
        assert_eq!(account.to_string(), "012345678910");

        let refused = [
            ("", AccountIdError::Empty),
            ("11111111111", AccountIdError::Length("11111111111".into())),
            ("1111-2222-3333", AccountIdError::NotDigits("1111-2222-3333".into())),
            ("XXXXXXXXXXXX", AccountIdError::NotDigits("XXXXXXXXXXXX".into())),
            ("١٢٣٤٥٦٧٨٩٠١٢", AccountIdError::NotDigits("١٢٣٤٥٦٧٨٩٠١٢".into())),
        ];
        for (text, error) in refused {
            assert_eq!(text.parse::<AccountId>(), Err(error));
        }
        assert!("1234".parse::<AccountId>().unwrap_err().to_string().contains("has 4 digits"));
    }
}
