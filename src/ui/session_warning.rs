//! Warns before a session ends, and keeps what was typed (WCAG 2.2, 2.2.1 and 2.2.6).

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The words of the warning, chosen by the server: the browser part holds no texts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WarningTexts {
    pub soon: String,
    pub soon_text: String,
    pub left: String,
    pub seconds: String,
    pub stay: String,
    pub log_out: String,
    pub over: String,
    pub over_text: String,
    pub again: String,
}

#[island]
pub fn SessionWarning(
    /// Seconds until the session ends if nothing is done.
    seconds: u32,
    /// Seconds until it ends whatever is done.
    seconds_at_most: u32,
    texts: WarningTexts,
    /// Where to stay logged in (POST), to log out (POST), and to log in again.
    stay: String,
    log_out: String,
    log_in: String,
) -> impl IntoView {
    let _ = (seconds, seconds_at_most, &texts, &stay, &log_out, &log_in);
}
