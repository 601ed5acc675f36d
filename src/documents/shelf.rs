//! Where contents stand: a folder or S3, each document sealed with a key of its own that is in the database.

use std::sync::Arc;

use axum::body::Bytes;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, aws::AmazonS3Builder, local::LocalFileSystem, path::Path};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

use super::DocumentId;
use crate::{config, error::Error};

/// A key for one document, used once.
pub type ContentKey = [u8; 32];

#[derive(Clone, Debug)]
pub struct Shelf(Arc<dyn ObjectStore>);

impl Shelf {
    /// # Errors
    /// When the folder cannot be made, or a setting of S3 is missing.
    pub fn new(config: &config::Documents) -> Result<Self, object_store::Error> {
        let Some(s3) = &config.s3 else {
            let away = |error| object_store::Error::Generic { store: "folder", source: Box::new(error) };
            std::fs::create_dir_all(&config.folder).map_err(away)?;
            return Ok(Self(Arc::new(LocalFileSystem::new_with_prefix(&config.folder)?.with_fsync(true))));
        };
        // Who may come in is in the environment (AWS_ACCESS_KEY_ID ...), or is known by the machine itself.
        let mut builder = AmazonS3Builder::from_env().with_bucket_name(&s3.bucket).with_region(&s3.region);
        if let Some(endpoint) = &s3.endpoint {
            builder = builder.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http://"));
        }
        Ok(Self(Arc::new(builder.build()?)))
    }

    /// # Errors
    /// [`Error::Unavailable`] when the shelf is away.
    pub(super) async fn put(&self, id: DocumentId, key: &ContentKey, content: &[u8]) -> Result<(), Error> {
        let mut sealed = content.to_vec();
        cipher(key).seal_in_place_append_tag(nonce(), aad(id), &mut sealed).expect("a document is shorter than 64 GiB");
        self.0.put(&place(id), PutPayload::from(sealed)).await.map_err(away)?;
        Ok(())
    }

    /// # Errors
    /// [`Error::Unavailable`] when the shelf is away; a defect when the document is gone or was changed.
    pub(super) async fn get(&self, id: DocumentId, key: &ContentKey) -> Result<Bytes, Error> {
        let sealed = match self.0.get(&place(id)).await {
            Ok(found) => found.bytes().await.map_err(away)?,
            Err(error @ object_store::Error::NotFound { .. }) => return Err(Error::internal(error)),
            Err(error) => return Err(away(error)),
        };
        let mut content = sealed.to_vec();
        let length = cipher(key)
            .open_in_place(nonce(), aad(id), &mut content)
            .map_err(|_| Error::internal("a document was changed where it stands"))?
            .len();
        content.truncate(length);
        Ok(content.into())
    }

    /// Gone, whether or not it was there.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the shelf is away.
    pub(super) async fn remove(&self, id: DocumentId) -> Result<(), Error> {
        match self.0.delete(&place(id)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(away(error)),
        }
    }
}

/// By a random number alone, spread over folders.
fn place(id: DocumentId) -> Path {
    let id = id.0.simple().to_string();
    Path::from_iter([&id[..2], &id])
}

fn cipher(key: &ContentKey) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).expect("32 bytes"))
}

/// A key seals one document, so its nonce need not differ.
fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}

fn aad(id: DocumentId) -> Aad<[u8; 16]> {
    Aad::from(*id.0.as_bytes())
}

fn away(error: object_store::Error) -> Error {
    tracing::error!(%error, "documents are away");
    Error::Unavailable
}
