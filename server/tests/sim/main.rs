//! The live engine in a simulator: the real room, gate and client sync, with time, ids, network, disk and
//! crashes as parameters. Every run is one seed, and every promise of the product is looked at while it
//! happens (see [`witness`]).
//!
//! ```text
//! make test                                          a few hundred seeds
//! make soak MINUTES=30                               as many as fit
//! SIM_SEED=17 cargo test -p server --test sim        one of them, with everything that happened
//! SIM_SEED=17 SIM_KEEP=3,9 cargo test …              and of its plan only these operations
//! ```
//!
//! To add something that may happen: a variant of [`plan::What`], its place in `draw`, and what it does
//! in `world::operation`. To add a promise: a method of [`witness::Witness`], called where it could break.
//! A seed that failed goes into `seeds.txt` with a word on why.

#![allow(clippy::unwrap_used, reason = "a simulation that cannot go on has failed")]
#![allow(clippy::disallowed_methods, reason = "the room is given an instant to count from")]

mod cast;
mod chance;
mod disk;
mod line;
mod network;
mod plan;
mod process;
mod runner;
mod script;
mod tab;
mod trace;
mod witness;
mod world;
