//! The meeting’s document and its rules.
