//! A text of the catalogue, in both languages.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::i18n::Locale;

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Text {
    pub nl: String,
    pub en: String,
}

impl Text {
    pub fn get(&self, locale: Locale) -> &str {
        match locale {
            Locale::nl => &self.nl,
            Locale::en => &self.en,
        }
    }
}
