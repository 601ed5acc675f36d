//! Cookies that only this site can set and only over a safe connection (`__Host-`, RFC 6265bis section 4.1.3.2).

use http::{HeaderMap, HeaderValue, header};

/// Lax, not Strict: Strict would not come along on the way back from the provider.
const RULES: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";

/// The value of a cookie, if it is one that we could have set: letters, digits, `-` and `_`.
pub fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .find_map(|cookie| cookie.trim_start().strip_prefix(name)?.strip_prefix('='))
        .filter(|value| !value.is_empty() && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'))
}

/// A cookie that lives until the browser closes, or for `seconds`.
pub fn set(headers: &mut HeaderMap, name: &str, value: &str, seconds: Option<i64>) {
    let lifetime = seconds.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    let cookie = HeaderValue::from_str(&format!("{name}={value}; {RULES}{lifetime}")).expect("letters and digits");
    headers.append(header::SET_COOKIE, cookie);
}

pub fn remove(headers: &mut HeaderMap, name: &str) {
    set(headers, name, "", Some(0));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookie: &'static str) -> HeaderMap {
        [(header::COOKIE, HeaderValue::from_static(cookie))].into_iter().collect()
    }

    #[test]
    fn a_cookie_is_read_by_its_whole_name() {
        assert_eq!(read(&headers("a=1; __Host-x=v_-1; b=2"), "__Host-x"), Some("v_-1"));
        assert_eq!(read(&headers("__Host-xy=1"), "__Host-x"), None);
        assert_eq!(read(&headers("z__Host-x=1"), "__Host-x"), None);
        assert_eq!(read(&headers("__Host-x="), "__Host-x"), None);
        assert_eq!(read(&headers("__Host-x=a\"b"), "__Host-x"), None);
    }
}
