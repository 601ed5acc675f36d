//! Sealing what may not lie open in the database, and keyed indexes to find it again.

use std::collections::BTreeMap;

use base64::{Engine, prelude::BASE64_STANDARD};
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf, hmac,
    rand::{SecureRandom, SystemRandom},
};

/// What a sealed value is for. A value sealed for one use does not open for another.
#[derive(Clone, Copy, Debug)]
pub enum Use {
    Number,
    Session,
    LogIn,
    /// What an organisation's event says.
    Event,
    /// What a citizen filled in when accepting an offer.
    Answers,
    /// The key of one document.
    Document,
    /// Where somebody is told of messages.
    Address,
    /// Who stops which e-mail by the link in it.
    Unsubscribe,
    /// Name, address and link of who says something without logging in.
    Contact,
    /// Which form something was typed in, and since when.
    Form,
}

impl Use {
    /// In the order of their declaration.
    const ALL: [Self; 10] = [
        Self::Number,
        Self::Session,
        Self::LogIn,
        Self::Event,
        Self::Answers,
        Self::Document,
        Self::Address,
        Self::Unsubscribe,
        Self::Contact,
        Self::Form,
    ];

    const fn label(self) -> &'static [u8] {
        match self {
            Use::Number => b"number",
            Use::Session => b"session",
            Use::LogIn => b"log in",
            Use::Answers => b"answers",
            Use::Event => b"event",
            Use::Document => b"document",
            Use::Address => b"e-mail address",
            Use::Unsubscribe => b"unsubscribe",
            Use::Contact => b"contact",
            Use::Form => b"form",
        }
    }
}

/// What a keyed index finds.
#[derive(Clone, Copy, Debug)]
pub enum Index {
    Bsn,
    ANumber,
    /// What a register last delivered about somebody.
    Delivery,
    /// What an event says.
    Event,
    /// Where somebody lives.
    Address,
    Session,
    Subject,
    Sid,
    LogoutToken,
    /// The code that proves an e-mail address.
    MailCode,
}

impl Index {
    const fn label(self) -> &'static [u8] {
        match self {
            Index::Bsn => b"bsn ",
            Index::ANumber => b"a-number ",
            Index::Delivery => b"delivery ",
            Index::Event => b"event ",
            Index::Address => b"address ",
            Index::Session => b"session ",
            Index::Subject => b"subject ",
            Index::Sid => b"sid ",
            Index::LogoutToken => b"logout token ",
            Index::MailCode => b"mail code ",
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("keys.list has no key named {0:?}: set VOORDEUR__KEYS__LIST__{upper}", upper = .0.to_uppercase())]
    Missing(String),
    #[error("key {0:?} is not 32 bytes in base64")]
    Malformed(String),
    #[error("a key's name has 1 to 32 letters or digits: {0:?}")]
    Name(String),
}

/// A sealed value does not open: it was changed, or its key is gone.
#[derive(Debug, thiserror::Error)]
#[error("a sealed value does not open")]
pub struct Unsealable;

struct Key {
    name: String,
    seal: [LessSafeKey; Use::ALL.len()],
    index: hmac::Key,
}

/// The keys of this deployment.
///
/// A sealed value is: length of the key's name (1 byte), the name, a random nonce (12 bytes), then AES-256-GCM ciphertext and tag.
/// With random nonces one key is good for 2^32 values (NIST SP 800-38D, 8.3); rotate before that.
pub struct Keyring {
    current: usize,
    keys: Vec<Key>,
    random: SystemRandom,
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keyring")
    }
}

impl Keyring {
    /// # Errors
    /// Names the key that is missing or malformed.
    pub fn new(current: &str, list: &BTreeMap<String, String>) -> Result<Self, KeyError> {
        let keys = list.iter().map(|(name, secret)| Key::new(name, secret)).collect::<Result<Vec<_>, _>>()?;
        let current = keys
            .iter()
            .position(|key| key.name.eq_ignore_ascii_case(current))
            .ok_or_else(|| KeyError::Missing(current.to_owned()))?;
        Ok(Self { current, keys, random: SystemRandom::new() })
    }

    /// Random bytes for tokens and nonces.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes).expect("the system gives random bytes");
        bytes
    }

    pub fn seal(&self, purpose: Use, plain: &[u8]) -> Vec<u8> {
        let key = &self.keys[self.current];
        let nonce: [u8; NONCE_LEN] = self.random();
        let mut sealed = plain.to_vec();
        let aad = Aad::from(purpose.label());
        key.seal[purpose as usize]
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed)
            .expect("a value is shorter than AES-GCM's limit of 64 GiB");
        let mut out = Vec::with_capacity(1 + key.name.len() + NONCE_LEN + sealed.len());
        out.push(key.name.len() as u8);
        out.extend_from_slice(key.name.as_bytes());
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&sealed);
        out
    }

    /// # Errors
    /// [`Unsealable`] when the value was changed, was sealed for another use, or its key is gone.
    pub fn open(&self, purpose: Use, sealed: &[u8]) -> Result<Vec<u8>, Unsealable> {
        let (&length, rest) = sealed.split_first().ok_or(Unsealable)?;
        let (name, rest) = rest.split_at_checked(length as usize).ok_or(Unsealable)?;
        let (nonce, rest) = rest.split_at_checked(NONCE_LEN).ok_or(Unsealable)?;
        let key = self.keys.iter().find(|key| key.name.as_bytes() == name).ok_or(Unsealable)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Unsealable)?;
        let mut text = rest.to_vec();
        let plain = key.seal[purpose as usize]
            .open_in_place(nonce, Aad::from(purpose.label()), &mut text)
            .map_err(|_| Unsealable)?
            .len();
        text.truncate(plain);
        Ok(text)
    }

    /// Whether a value is sealed with the key in use, so that rotation may pass it by.
    pub fn is_current(&self, sealed: &[u8]) -> bool {
        let name = self.keys[self.current].name.as_bytes();
        sealed.first() == Some(&(name.len() as u8)) && sealed[1..].starts_with(name)
    }

    /// The index under which a value is stored.
    pub fn index(&self, kind: Index, value: &str) -> Vec<u8> {
        self.keys[self.current].index(kind, value)
    }

    /// The indexes under which a value may have been stored: one for each key.
    pub fn indexes(&self, kind: Index, value: &str) -> Vec<Vec<u8>> {
        self.keys.iter().map(|key| key.index(kind, value)).collect()
    }
}

impl Key {
    fn new(name: &str, secret: &str) -> Result<Self, KeyError> {
        if name.is_empty() || name.len() > 32 || !name.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(KeyError::Name(name.to_owned()));
        }
        let master = BASE64_STANDARD.decode(secret.trim()).map_err(|_| KeyError::Malformed(name.to_owned()))?;
        if master.len() != 32 {
            return Err(KeyError::Malformed(name.to_owned()));
        }
        let derive = hkdf::Salt::new(hkdf::HKDF_SHA256, b"voordeur").extract(&master);
        let seal = |label: &[u8]| {
            let info = [label];
            let key = derive.expand(&info, &AES_256_GCM).expect("one block of output");
            LessSafeKey::new(UnboundKey::from(key))
        };
        Ok(Self {
            name: name.to_ascii_lowercase(),
            seal: Use::ALL.map(|purpose| seal(purpose.label())),
            index: derive.expand(&[b"index"], hmac::HMAC_SHA256).expect("one block of output").into(),
        })
    }

    fn index(&self, kind: Index, value: &str) -> Vec<u8> {
        let mut context = hmac::Context::with_key(&self.index);
        context.update(kind.label());
        context.update(value.as_bytes());
        context.sign().as_ref().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyring(current: &str, names: &[(&str, u8)]) -> Keyring {
        let list = names.iter().map(|(n, b)| ((*n).to_owned(), BASE64_STANDARD.encode([*b; 32]))).collect();
        Keyring::new(current, &list).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_again_and_only_for_its_use() {
        let keys = keyring("a", &[("a", 1)]);
        let sealed = keys.seal(Use::Number, b"999993653");
        assert!(!sealed.windows(9).any(|w| w == b"999993653"));
        assert_eq!(keys.open(Use::Number, &sealed).unwrap(), b"999993653");
        assert!(keys.open(Use::Session, &sealed).is_err());
    }

    #[test]
    fn a_changed_byte_or_a_cut_value_does_not_open() {
        let keys = keyring("a", &[("a", 1)]);
        let sealed = keys.seal(Use::Number, b"999993653");
        for i in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[i] ^= 1;
            assert!(keys.open(Use::Number, &changed).is_err(), "byte {i}");
            assert!(keys.open(Use::Number, &sealed[..i]).is_err(), "cut at {i}");
        }
    }

    #[test]
    fn after_rotation_old_values_open_and_are_found() {
        let old = keyring("a", &[("a", 1)]);
        let new = keyring("b", &[("a", 1), ("b", 2)]);
        let sealed = old.seal(Use::Number, b"x");
        assert_eq!(new.open(Use::Number, &sealed).unwrap(), b"x");
        assert!(!new.is_current(&sealed));
        assert!(new.is_current(&new.seal(Use::Number, b"x")));
        assert!(new.indexes(Index::Bsn, "x").contains(&old.index(Index::Bsn, "x")));
        assert_ne!(new.index(Index::Bsn, "x"), new.index(Index::ANumber, "x"));
    }

    #[test]
    fn a_wrong_key_is_named() {
        let list = [("k1".to_owned(), "short".to_owned())].into();
        assert!(Keyring::new("k1", &list).unwrap_err().to_string().contains("k1"));
        assert!(Keyring::new("k2", &BTreeMap::new()).unwrap_err().to_string().contains("VOORDEUR__KEYS__LIST__K2"));
    }
}
