//! Imports behind the answer that promises them.

use super::error::DownloadError;
use super::fetch::WebDownloads;
use super::target::Target;
use crate::service::image_data::Receiving;
use crate::service::images::{Images, Intake};
use crate::service::upload_error::UploadError;

/// An import that has begun.
#[derive(Debug)]
pub struct Import {
    /// To which image.
    pub id: String,
    /// For whom.
    pub intake: Intake,
    /// Where the data go.
    pub receiving: Receiving,
    /// Most bytes of them.
    pub most_bytes: u64,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    Download(#[from] DownloadError),
    #[error(transparent)]
    Upload(#[from] UploadError),
}

impl WebDownloads {
    /// Fetches data while nobody waits for them; what fails leaves the image queued, and its reason in
    /// the log. Called on a runtime.
    pub fn import(&self, target: Target, images: Images, import: Import) {
        let downloads = self.clone();
        tokio::spawn(async move {
            let id = import.id.clone();
            match downloads.carry_out(&target, &images, import).await {
                Ok(()) => tracing::debug!(id, ?target, "image data were fetched"),
                Err(error) => tracing::warn!(id, ?target, %error, "image data were not fetched"),
            }
        });
    }

    async fn carry_out(
        &self,
        target: &Target,
        images: &Images,
        import: Import,
    ) -> Result<(), Failed> {
        let data = self.open(target, import.most_bytes).await?;
        let Import {
            id,
            intake,
            receiving,
            ..
        } = import;
        images.receive(receiving, &intake, &id, data).await?;
        Ok(())
    }
}
