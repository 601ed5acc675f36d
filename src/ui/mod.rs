//! Components on top of the design system; knows no other folder.

#[cfg(feature = "ssr")]
pub mod dates;
#[cfg(feature = "ssr")]
pub mod files;
#[cfg(feature = "ssr")]
mod parts;
#[cfg(feature = "ssr")]
pub use parts::*;
mod session_warning;
pub use session_warning::*;
