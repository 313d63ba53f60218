//! What the document and its rules promise, tested from outside.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod convergence;
mod policy;
mod record;
