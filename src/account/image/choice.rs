//! The entry of an index that a container runtime takes for a platform.

use super::{Home, ManifestOf, config};
use crate::facts::View;
use crate::knowledge::{Gap, Stop};
use crate::lookup::oci::{Manifest, Offer, Platform, Runtime};

/// What the runtime chooses for a platform.
pub(crate) struct Choice<'f> {
    /// What it offers.
    pub(crate) offer: Offer,
    /// The manifest of an image behind an index, if it was read: it may have layers that a runtime rejects.
    pub(crate) image: Option<&'f Manifest>,
}

/// The most indexes inside each other that are followed.
const DEEPEST: usize = 8;

/// What the runtime chooses for the platform. A single-platform image states its platform only in its
/// configuration, and an index may contain indexes. The manifest of an image behind an index is read where its
/// layers may matter: always with `reads_images`, otherwise if it has Docker's media types.
///
/// # Errors
/// The gap, or the absence of an entry.
pub(crate) fn choose<'f>(
    home: &Home,
    manifest: &'f Manifest,
    wanted: &Platform,
    runtime: Runtime,
    reads_images: bool,
    facts: &View<'f>,
) -> Result<Choice<'f>, Stop> {
    let entry = |digest: String| facts.derive(&ManifestOf { home: home.clone(), name: digest });
    let (mut manifest, mut within) = (manifest, None);
    for _ in 0..DEEPEST {
        let offer = manifest.offers(wanted, runtime);
        let image = within.map(|_| manifest);
        match offer {
            Offer::Inside { digest } => {
                within = Some(manifest);
                manifest = entry(digest)?;
            }
            Offer::AskConfig { digest } => {
                let config = config(home, &digest, facts)?;
                let offer = match image {
                    Some(_) => config.offers_behind(wanted, runtime),
                    None => config.offers(wanted),
                };
                return Ok(Choice { offer, image });
            }
            // Nothing else was chosen, and this has no platform.
            Offer::NotAnImage { .. } if let Some(index) = within => {
                return Ok(Choice {
                    offer: Offer::Missing { has: index.platforms() },
                    image: None,
                });
            }
            Offer::Offered { digest: Some(digest) }
                if reads_images || manifest.is_of_docker(&digest) =>
            {
                let image = Some(entry(digest.clone())?);
                return Ok(Choice { offer: Offer::Offered { digest: Some(digest) }, image });
            }
            offer => return Ok(Choice { offer, image: None }),
        }
    }
    let why = format!("the index contains more than {DEEPEST} indexes inside each other");
    Err(Gap::Undecidable { why }.into())
}
