//! What opens an account: a password with six numbers, a passkey, the school’s own provider. And how each is made.
//!
//! ```text
//! link to set up an account ─► password + code app ─┐
//! account page ──────────────► passkey ─────────────┼─► a session by two proofs ─► the school’s pages
//! the school’s provider (OpenID Connect) ───────────┘
//! ```
//!
//! What must stay true: one proof opens nothing; whatever is wrong with an address, a password or a code is the same
//! to who typed them, and takes as long; no code, link or ceremony is good twice; a session’s id is new with each
//! sign-in; who has left comes in by nothing.

pub mod accounts;
pub mod code_app;
pub mod once_more;
pub mod passkey;
pub mod password;
pub mod recovery;
pub mod renewal;
pub mod school_account;
pub mod set_up;
pub mod sign_in;
pub mod staff_file;
