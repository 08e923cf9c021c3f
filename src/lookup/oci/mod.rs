//! Container image registries, read anonymously and without pulling.
//!
//! [`client`] uses the OCI distribution protocol for any registry except private ECR, whose manifests come
//! from the ECR API; [`manifest`] and [`platform`] read the answers of both. [`answer`] decides what an HTTP
//! answer proves.

pub mod answer;
mod challenge;
pub mod client;
mod digest;
mod exchange;
pub mod manifest;
pub mod platform;
pub mod repository;
mod served;

pub use answer::{Anonymous, Trouble, learn};
pub use client::Registries;
pub use manifest::{ImageConfig, Manifest};
pub use platform::{Offer, Platform, Runtime};
pub use repository::Repository;
pub use served::{MANIFEST_TYPES, RegistryManifest};
