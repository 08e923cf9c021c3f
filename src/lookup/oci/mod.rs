//! Container image registries, spoken to anonymously and without pulling.
//!
//! [`client`] talks the OCI distribution protocol to any registry but a private ECR one, whose
//! manifests come through the ECR API; [`manifest`] and [`platform`] read what either of them
//! answers. [`answer`] decides what an HTTP answer proves.

pub mod answer;
mod challenge;
pub mod client;
mod digest;
mod exchange;
pub mod manifest;
pub mod platform;

pub use answer::{Anonymous, Trouble, learn};
pub use client::{MANIFEST_TYPES, Registries, RegistryManifest, Repository};
pub use manifest::{ImageConfig, Manifest};
pub use platform::{Offer, Platform};
