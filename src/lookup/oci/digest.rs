//! Digests: the name of a manifest or blob, and the proof that it is complete.

use std::fmt::Write;

use sha2::{Digest, Sha256, Sha512};

/// The sha256 digest of bytes, as a registry writes it.
pub(super) fn sha256(bytes: &[u8]) -> String {
    format!("sha256:{}", hex(&Sha256::digest(bytes)))
}

/// Whether it is a digest that can be verified.
pub(super) fn is_well_formed(digest: &str) -> bool {
    let (length, hex) = match digest.split_once(':') {
        Some(("sha256", hex)) => (64, hex),
        Some(("sha512", hex)) => (128, hex),
        _ => return false,
    };
    hex.len() == length && hex.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

/// Verifies that the bytes have this digest. If not, the error describes them: "a body that …".
pub(super) fn verify(bytes: &[u8], digest: &str) -> Result<(), String> {
    let actual = match digest.split_once(':') {
        Some(("sha256", _)) => sha256(bytes),
        Some(("sha512", _)) => format!("sha512:{}", hex(&Sha512::digest(bytes))),
        _ => return Err(format!("a body whose digest {digest} cannot be verified")),
    };
    if actual == digest {
        Ok(())
    } else {
        Err(format!("a body that hashes to {actual}, not to {digest}"))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn bytes_are_what_their_digest_says_or_they_are_refused() {
        assert_eq!(sha256(b""), EMPTY);
        assert_eq!(verify(b"", EMPTY), Ok(()));
        assert!(verify(b"x", EMPTY).unwrap_err().contains("not to sha256:e3b0"));
        let long = format!("sha512:{}", hex(&Sha512::digest(b"x")));
        assert_eq!(verify(b"x", &long), Ok(()));
        assert!(verify(b"x", "md5:00").unwrap_err().contains("cannot be verified"));
    }

    #[test]
    fn a_digest_names_an_algorithm_and_has_its_length() {
        assert!(is_well_formed(EMPTY));
        for digest in
            ["", "latest", "sha256:", "sha256:abc", &EMPTY.to_uppercase(), &format!("{EMPTY}0")]
        {
            assert!(!is_well_formed(digest), "{digest}");
        }
    }
}
