//! What ECS says: every text of AWS's pages on stopped tasks, image pulls, failures of the API, volumes and service
//! events, and what the agents of EC2 and Fargate say in old and new wordings.
//!
//! The meaning and the patterns are written here; the words between the holes are AWS's. Texts that only one check
//! prevents need no row: they are in the record of that check.

mod application;
mod capacity;
mod definition;
mod events;
mod foreign;
mod images;
mod logs;
mod network;
mod pages;
mod roles;
mod secrets;
mod service;
mod volumes;

use super::symptom::Symptom;

pub(super) use foreign::{ALIKE, ECS_WORDS, OPERATIONS, PRODUCTS};

/// All rows.
pub(super) const ROWS: &[&[Symptom]] = &[
    images::ROWS,
    secrets::ROWS,
    roles::ROWS,
    logs::ROWS,
    volumes::ROWS,
    network::ROWS,
    capacity::ROWS,
    service::ROWS,
    definition::ROWS,
    application::ROWS,
    events::ROWS,
];
