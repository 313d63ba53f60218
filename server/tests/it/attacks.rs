//! What somebody tries who wants in, or wants harm: each is refused with a clear answer, and nothing leaks or is lost.
//!
//! | attack | tried in |
//! |---|---|
//! | a socket opened by another site | `live::only_our_own_page_with_a_session_opens_a_socket`, [`forgery`] |
//! | a form sent by another site; changes by GET | [`forgery`], `join::another_site_cannot_press_the_button` |
//! | a planted session; a session in an address | [`forgery`] |
//! | guessed codes | `by_code::a_code_is_replaced_…`, [`secrets`] |
//! | replayed, forwarded, mended links | [`secrets`], `lobby`, `join`, `doors` |
//! | forged presence | `room::presence_carries_the_servers_stamp`, `room::nobody_shows_themselves_…`, `hostile::presence_…` |
//! | forged client ids | `gate::hand` |
//! | HTML, SQL in every text | [`injection`], [`beside`], `attack.spec` |
//! | paths out of the site, lines of the log | [`outside`] |
//! | files that are bombs | [`bombs`] |
//! | headers that say who one is | [`forgery`], `limits`, `door::address` |
//! | ids of another school | `tenants` |
//! | frames of all kinds | `hostile`, `fuzz` |

mod beside;
mod bombs;
mod forgery;
mod injection;
pub(crate) mod markup;
mod outside;
mod secrets;
