//! Components on top of the design system; knows no other folder.

#[cfg(feature = "ssr")]
pub mod dates;
#[cfg(feature = "ssr")]
mod field;
#[cfg(feature = "ssr")]
pub use field::{Field, text_in_area};
#[cfg(feature = "ssr")]
pub mod files;
#[cfg(feature = "ssr")]
pub mod letter;
#[cfg(feature = "ssr")]
pub mod numbers;
#[cfg(feature = "ssr")]
mod parts;
#[cfg(feature = "ssr")]
pub use parts::*;
#[cfg(feature = "ssr")]
mod theme;
#[cfg(feature = "ssr")]
pub use theme::Theme;
mod session_warning;
pub use session_warning::*;
