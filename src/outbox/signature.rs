//! Signing what goes out: HTTP Message Signatures (RFC 9421) with Ed25519, over a digest of the body (RFC 9530).

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use ring::{
    digest::{SHA256, digest},
    signature::{Ed25519KeyPair, KeyPair},
};
use serde_json::{Value, json};

/// What the signature of an event covers.
const COMPONENTS: [&str; 4] = ["@method", "@target-uri", "content-type", "content-digest"];

/// What the signature is called, beside others that a proxy may add.
const LABEL: &str = "voordeur";

/// A private key on Ed25519.
pub struct SigningKey {
    pair: Ed25519KeyPair,
    /// The thumbprint (RFC 7638) of the public half.
    name: String,
}

#[derive(Debug, thiserror::Error)]
#[error("is not a private Ed25519 key in PEM (PKCS 8)")]
pub struct NotAKey;

impl SigningKey {
    /// # Errors
    /// When it is not a private Ed25519 key in PEM (PKCS 8).
    pub fn from_pem(pem: &str) -> Result<Self, NotAKey> {
        let body: String =
            pem.lines().filter(|line| !line.starts_with("-----")).flat_map(str::split_whitespace).collect();
        let der = BASE64_STANDARD.decode(body).map_err(|_| NotAKey)?;
        // What OpenSSL writes does not have the public half in it, which ring can check only where it is.
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der).map_err(|_| NotAKey)?;
        let x = BASE64_URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
        // RFC 8037, appendix A.3: the required members, in order.
        let thumbprint = digest(&SHA256, format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#).as_bytes());
        Ok(Self { pair, name: BASE64_URL_SAFE_NO_PAD.encode(thumbprint) })
    }

    /// The public half, as a JSON Web Key (RFC 8037).
    pub fn public(&self) -> Value {
        json!({
            "kty": "OKP",
            "crv": "Ed25519",
            "x": BASE64_URL_SAFE_NO_PAD.encode(self.pair.public_key().as_ref()),
            "kid": self.name,
            "use": "sig",
            "alg": "EdDSA",
        })
    }

    /// The headers that a POST of a body to an address needs. `created`: in seconds since 1970.
    pub fn headers(&self, target: &str, content_type: &'static str, body: &[u8], created: i64) -> HeaderMap {
        let digest = content_digest(body);
        let values = ["POST", target, content_type, &digest];
        let parameters = format!(r#"{};created={created};keyid="{}";alg="ed25519""#, list(&COMPONENTS), self.name);
        let covered: Vec<(&str, &str)> = COMPONENTS.into_iter().zip(values).collect();
        let signature = self.pair.sign(signature_base(&covered, &parameters).as_bytes());
        let value = |text: String| HeaderValue::from_str(&text).expect("visible characters");
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers.insert(HeaderName::from_static("content-digest"), value(digest));
        headers.insert(HeaderName::from_static("signature-input"), value(format!("{LABEL}={parameters}")));
        let signature = BASE64_STANDARD.encode(signature.as_ref());
        headers.insert(HeaderName::from_static("signature"), value(format!("{LABEL}=:{signature}:")));
        headers
    }
}

/// RFC 9530, section 2.
fn content_digest(body: &[u8]) -> String {
    format!("sha-256=:{}:", BASE64_STANDARD.encode(digest(&SHA256, body)))
}

/// An inner list of names (RFC 8941, section 3.1.1).
fn list(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("\"{name}\"")).collect();
    format!("({})", quoted.join(" "))
}

/// What is signed (RFC 9421, section 2.5).
fn signature_base(covered: &[(&str, &str)], parameters: &str) -> String {
    let mut base = String::new();
    for (name, value) in covered {
        base.push_str(&format!("\"{name}\": {value}\n"));
    }
    base.push_str(&format!("\"@signature-params\": {parameters}"));
    base
}

#[cfg(test)]
pub(super) mod tests {
    use ring::signature::{ED25519, UnparsedPublicKey};

    use super::*;

    /// `test-key-ed25519` of RFC 9421, appendix B.1.4.
    pub const TEST_KEY: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
-----END PRIVATE KEY-----
";

    #[test]
    fn the_example_of_the_standard_is_signed_as_the_standard_says() {
        // RFC 9421, appendix B.2.6.
        let covered = [
            ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
            ("@method", "POST"),
            ("@path", "/foo"),
            ("@authority", "example.com"),
            ("content-type", "application/json"),
            ("content-length", "18"),
        ];
        let names = covered.map(|(name, _)| name);
        let parameters = format!(r#"{};created=1618884473;keyid="test-key-ed25519""#, list(&names));
        let base = signature_base(&covered, &parameters);
        assert_eq!(
            base,
            "\"date\": Tue, 20 Apr 2021 02:07:55 GMT
\"@method\": POST
\"@path\": /foo
\"@authority\": example.com
\"content-type\": application/json
\"content-length\": 18
\"@signature-params\": (\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\")\
;created=1618884473;keyid=\"test-key-ed25519\""
        );
        let key = SigningKey::from_pem(TEST_KEY).unwrap();
        assert_eq!(
            BASE64_STANDARD.encode(key.pair.sign(base.as_bytes())),
            "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
        );
    }

    #[test]
    fn a_digest_is_that_of_the_standard() {
        // RFC 9530, appendix B.1.
        let digest = content_digest(b"{\"hello\": \"world\"}\n");
        assert_eq!(digest, "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:");
    }

    #[test]
    fn the_key_that_is_published_is_the_public_half_of_the_standards_example_and_verifies() {
        let key = SigningKey::from_pem(TEST_KEY).unwrap();
        let public = key.public();
        // RFC 9421, appendix B.1.4.
        assert_eq!(public["x"], "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs");
        // RFC 8037, appendix A.3 names its own key so; this one has a name of 256 bits too.
        assert_eq!(public["kid"].as_str().unwrap().len(), 43);
        assert!(public.get("d").is_none());
        let headers = key.headers("https://agency.example/in?x=1", "application/json", b"{}", 1_700_000_000);
        let read = |name: &str| headers[name].to_str().unwrap().to_owned();
        let parameters = read("signature-input").strip_prefix("voordeur=").unwrap().to_owned();
        let base = format!(
            "\"@method\": POST\n\"@target-uri\": https://agency.example/in?x=1\n\"content-type\": application/json\n\
             \"content-digest\": {}\n\"@signature-params\": {parameters}",
            read("content-digest")
        );
        let signature = read("signature");
        let signature = signature.strip_prefix("voordeur=:").and_then(|rest| rest.strip_suffix(':')).unwrap();
        let x = BASE64_URL_SAFE_NO_PAD.decode(public["x"].as_str().unwrap()).unwrap();
        let verified = |text: &str| {
            UnparsedPublicKey::new(&ED25519, &x).verify(text.as_bytes(), &BASE64_STANDARD.decode(signature).unwrap())
        };
        assert!(verified(&base).is_ok());
        assert!(verified(&base.replace("x=1", "x=2")).is_err());
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for pem in ["", "nonsense", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
            assert!(SigningKey::from_pem(pem).is_err());
        }
    }
}
