//! `aws-ecs-preflight`: will this Amazon ECS task definition start?
//!
//! A task definition is parsed with its positions. A plan pairs every applicable check with its subjects.
//! Checks are pure, synchronous functions that read a fact table; missing facts are fetched concurrently,
//! once. A judgement that rests on a gap becomes `unknown` by construction. Finally the report is rendered.
//!
//! ```text
//! taskdef + context ──document──▶ Task (typed, located)
//! Task ──plan──▶ probes (check, subject)                                     pure
//! probes ──evaluate──▶ settled results ∪ wanted lookups                      pure
//! wanted ──lookup (live or replay), concurrent, each key once──▶ table       the only I/O
//!       └─ only the probes that waited for an answer are evaluated again; the table only grows
//! results in catalogue order, then document order ──▶ Report ──▶ renderer, exit code
//! ```
//!
//! The layers, each using only those below it; a test keeps this order.

pub mod commands;

pub mod cli;
pub mod exit;
pub mod output;

pub mod preflight;

pub mod diagnosis;

pub mod report;

pub mod symptoms;

pub mod checks;

pub mod permission;

pub mod least_privilege;
pub mod reachability;

pub mod account;

pub mod task;

pub mod verdict;

pub mod facts;

pub mod lookup;

pub mod document;
pub mod iam;
pub mod network;
pub mod placement;

pub mod knowledge;

pub mod shell;

pub mod names;

#[cfg(test)]
pub(crate) mod testing;
