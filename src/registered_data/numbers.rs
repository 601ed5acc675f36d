//! Numbers that identify people (BSN, A-number), as they lie sealed among a record's values.

use std::collections::BTreeMap;

use base64::{Engine, prelude::BASE64_STANDARD};

use super::catalogue::Kind;
use crate::{
    error::Error,
    keys::{Keyring, Use},
};

/// A record's values with its numbers sealed.
pub(super) fn seal_numbers(keys: &Keyring, kind: &Kind, values: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut values = values.clone();
    for attribute in kind.sealed() {
        if let Some(value) = values.get_mut(&attribute.id) {
            *value = BASE64_STANDARD.encode(keys.seal(Use::Number, value.as_bytes()));
        }
    }
    values
}

/// Opens the numbers among a record's values.
///
/// # Errors
/// When one does not open.
pub(super) fn open_numbers(keys: &Keyring, kind: &Kind, values: &mut BTreeMap<String, String>) -> Result<(), Error> {
    for attribute in kind.sealed() {
        if let Some(value) = values.get_mut(&attribute.id) {
            *value = open(keys, &BASE64_STANDARD.decode(&value).map_err(Error::internal)?)?;
        }
    }
    Ok(())
}

/// # Errors
/// When it does not open.
pub(super) fn open(keys: &Keyring, sealed: &[u8]) -> Result<String, Error> {
    String::from_utf8(keys.open(Use::Number, sealed).map_err(Error::internal)?).map_err(Error::internal)
}
