//! Against recorded answers.
