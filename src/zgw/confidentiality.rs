//! How confidential a case or document is (vertrouwelijkheidaanduiding), and what of it a citizen sees.

use serde::Deserialize;

/// From open to closed, as the Zaken API orders them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidentiality {
    Openbaar,
    BeperktOpenbaar,
    Intern,
    #[default]
    Zaakvertrouwelijk,
    Vertrouwelijk,
    Confidentieel,
    Geheim,
    ZeerGeheim,
}

impl Confidentiality {
    pub(super) fn from_text(text: &str) -> Option<Self> {
        Some(match text {
            "openbaar" => Self::Openbaar,
            "beperkt_openbaar" => Self::BeperktOpenbaar,
            "intern" => Self::Intern,
            "zaakvertrouwelijk" => Self::Zaakvertrouwelijk,
            "vertrouwelijk" => Self::Vertrouwelijk,
            "confidentieel" => Self::Confidentieel,
            "geheim" => Self::Geheim,
            "zeer_geheim" => Self::ZeerGeheim,
            _ => return None,
        })
    }

    /// Whether a citizen sees it where this is the most confidential that is shown. `intern` is the organisation's own business, though it
    /// comes before what is confidential to the case; what says nothing, or something unknown, stays unseen.
    pub(super) fn shows(self, text: Option<&str>) -> bool {
        text.and_then(Self::from_text).is_some_and(|of| of <= self && of != Self::Intern)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_citizen_sees_what_is_open_to_them_and_nothing_internal() {
        let most = Confidentiality::default();
        for (text, seen) in [
            ("openbaar", true),
            ("beperkt_openbaar", true),
            ("intern", false),
            ("zaakvertrouwelijk", true),
            ("vertrouwelijk", false),
            ("confidentieel", false),
            ("geheim", false),
            ("zeer_geheim", false),
            ("", false),
            ("ZAAKVERTROUWELIJK", false),
        ] {
            assert_eq!(most.shows(Some(text)), seen, "{text}");
        }
        assert!(!most.shows(None));
    }

    #[test]
    fn an_organisation_may_show_less() {
        assert!(Confidentiality::Openbaar.shows(Some("openbaar")));
        assert!(!Confidentiality::Openbaar.shows(Some("zaakvertrouwelijk")));
    }
}
