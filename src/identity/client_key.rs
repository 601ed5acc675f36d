//! The key with which the portal proves to a provider who it is (`private_key_jwt`, OpenID Connect Core, section 9).

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{
    Algorithm, EncodingKey, Header, encode,
    jwk::{Jwk, PublicKeyUse, ThumbprintHash},
};
use serde_json::json;

use crate::keys::Keyring;

/// An assertion is used at once.
const LIFETIME: SignedDuration = SignedDuration::from_mins(1);

pub struct ClientKey {
    signing: EncodingKey,
    /// What `/inloggen/sleutels.json` publishes, with the thumbprint (RFC 7638) as its name.
    pub public: Jwk,
    name: String,
}

impl ClientKey {
    /// Reads a private key on P-256 in PEM (PKCS 8).
    ///
    /// # Errors
    /// When it is not one.
    pub fn from_pem(pem: &[u8]) -> Result<Self, jsonwebtoken::errors::Error> {
        let signing = EncodingKey::from_ec_pem(pem)?;
        let mut public = Jwk::from_encoding_key(&signing, Algorithm::ES256)?;
        let name = public.thumbprint(ThumbprintHash::SHA256)?;
        public.common.key_id = Some(name.clone());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self { signing, public, name })
    }

    /// # Errors
    /// When signing fails, which would be a defect.
    pub fn assertion(
        &self,
        client: &str,
        issuer: &str,
        now: Timestamp,
        keys: &Keyring,
    ) -> Result<String, jsonwebtoken::errors::Error> {
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(self.name.clone());
        let claims = json!({
            "iss": client,
            "sub": client,
            "aud": issuer,
            "jti": BASE64_URL_SAFE_NO_PAD.encode(keys.random::<16>()),
            "iat": now.as_second(),
            "exp": (now + LIFETIME).as_second(),
        });
        encode(&header, &claims, &self.signing)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use jsonwebtoken::{DecodingKey, Validation, decode};
    use serde_json::Value;

    use super::*;
    use crate::testing;

    fn client_key() -> ClientKey {
        ClientKey::from_pem(pem().as_bytes()).unwrap()
    }

    pub(in crate::identity) fn pem() -> String {
        use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
        let der =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &ring::rand::SystemRandom::new()).unwrap();
        let base64 = base64::prelude::BASE64_STANDARD.encode(der.as_ref());
        format!("-----BEGIN PRIVATE KEY-----\n{base64}\n-----END PRIVATE KEY-----\n")
    }

    #[test]
    fn an_assertion_verifies_with_the_published_key() {
        let key = client_key();
        let config = testing::config();
        let keys = Keyring::new(&config.keys.current, &config.keys.list).unwrap();
        let token = key.assertion("portal", "https://provider.example", testing::NOON.parse().unwrap(), &keys).unwrap();
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_audience(&["https://provider.example"]);
        validation.validate_exp = false;
        let read = decode::<Value>(&token, &DecodingKey::from_jwk(&key.public).unwrap(), &validation).unwrap();
        assert_eq!(read.header.kid, key.public.common.key_id);
        assert_eq!((&read.claims["iss"], &read.claims["sub"]), (&json!("portal"), &json!("portal")));
        assert_eq!(read.claims["exp"].as_i64().unwrap() - read.claims["iat"].as_i64().unwrap(), 60);
    }

    #[test]
    fn only_the_public_half_is_published_and_its_name_is_stable() {
        let pem = pem();
        let published = || serde_json::to_value(&ClientKey::from_pem(pem.as_bytes()).unwrap().public).unwrap();
        assert_eq!(
            (&published()["kty"], &published()["use"], &published()["alg"]),
            (&json!("EC"), &json!("sig"), &json!("ES256"))
        );
        assert!(published().get("d").is_none());
        assert_eq!(published(), published());
    }
}
