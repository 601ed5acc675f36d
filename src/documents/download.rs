//! `/documenten/{id}`: a document, to its owner alone.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header};
use ring::digest::{SHA256, digest};
use uuid::Uuid;

use super::{
    DocumentId, Kind,
    store::{self, Locked},
};
use crate::{
    app::Citizen,
    error::Error,
    keys::Use,
    server::Portal,
    usage::{Role, Usage, activity},
};

pub async fn get(citizen: Citizen, Path(id): Path<String>) -> Result<Response, Error> {
    let id = DocumentId(id.parse::<Uuid>().map_err(|_| Error::NotFound)?);
    let portal = &citizen.portal;
    let usage = Usage {
        at: portal.clock.now(),
        organisation: portal.config.organisation.id.clone(),
        role: Role::Citizen,
        activity: activity::VIEW_DOCUMENT,
        groups: vec!["documents".to_owned()],
    };
    let mut scope = portal.database.look(citizen.person, usage).await?;
    let found = store::find(scope.sql(), id).await?.ok_or(Error::NotFound)?;
    scope.commit().await?;
    serve(portal, found).await
}

/// A document that [`super::find`] found, as a download. Who may have it and the log are the caller's.
///
/// # Errors
/// [`Error::Unavailable`] when the shelf is away; a defect when the contents are not what was recorded.
pub async fn serve(portal: &Portal, found: Locked) -> Result<Response, Error> {
    let Locked { document, sealed_key, sha256 } = found;
    let key = portal.keys.open(Use::Document, &sealed_key).map_err(Error::internal)?;
    let key = key.try_into().map_err(|_| Error::internal("a document's key has another length"))?;
    let content = portal.shelf.get(document.id, &key).await?;
    if digest(&SHA256, &content).as_ref() != sha256 {
        return Err(Error::internal("a document is not what was recorded"));
    }
    let kind = match document.kind {
        Kind::Text => "text/plain; charset=utf-8",
        kind => kind.media_type(),
    };
    let mut response = content.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_DISPOSITION, disposition(&document.name));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Should a browser show it after all, it shows it as a stranger.
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// RFC 6266: a plain name for old programs, and the name itself for all others.
fn disposition(name: &str) -> HeaderValue {
    let plain: String = name
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() || " .-_()".contains(letter) { letter } else { '_' })
        .collect();
    let mut whole = String::new();
    for byte in name.bytes() {
        // RFC 8187: attr-char stands for itself.
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            whole.push(char::from(byte));
        } else {
            whole.push_str(&format!("%{byte:02X}"));
        }
    }
    HeaderValue::from_str(&format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}"))
        .expect("visible characters")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_fits_in_a_header_and_comes_out_whole() {
        assert_eq!(
            disposition("naïef \"; x=\r\n€.pdf"),
            "attachment; filename=\"na_ef __ x____.pdf\"; filename*=UTF-8''na%C3%AFef%20%22%3B%20x%3D%0D%0A%E2%82%AC.pdf"
        );
    }
}
