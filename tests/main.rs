//! All integration tests in one binary: one link, one list.
#![cfg(test)]

/// Slips that people make, and the sentences that help.
mod clumsy;
/// Inputs that fuzzing found or grows from.
mod fuzz;
/// Files that are committed and derived from the code.
mod generated;
/// The rules of the house, held by tests where the compiler does not hold them.
mod house;
/// The IAM engine against tables of cases and properties.
mod iam;
/// The network engine against tables of cases and a packet that walks.
mod network;
/// What the program prints, as a whole.
mod reports;
/// What a reader of the text output may rely on, whatever the sentences are.
mod screen;
/// Templates of other tools.
mod templates;
/// The words of the style guide.
mod words;
