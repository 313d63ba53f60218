//! What the document and its rules promise, tested from outside.

mod convergence;
mod policy;
mod record;
