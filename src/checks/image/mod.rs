//! The group `image`: the images exist, for the platform that the task runs on.

mod behind;
mod exists;
mod platform;
mod reference;
mod stability;

use super::Group;

/// The group.
pub static GROUP: Group = Group {
    name: "image",
    about: "the images exist, for the platform that the task runs on",
    offline: false,
    checks: &[
        &reference::IMAGE_REFERENCE,
        &exists::IMAGE_EXISTS,
        &platform::IMAGE_PLATFORM,
        &stability::IMAGE_STABILITY,
    ],
};
