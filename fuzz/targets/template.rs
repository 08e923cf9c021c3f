//! See `template` in `tests/fuzz/entries.rs`.
#![no_main]
#![allow(dead_code, reason = "each target calls one of the entries")]

#[path = "../../tests/fuzz/allowance.rs"]
mod allowance;
#[path = "../../tests/fuzz/entries.rs"]
mod entries;

libfuzzer_sys::fuzz_target!(|data: &[u8]| entries::template(data));
