//! `bindgen <app.wasm> <out-dir> [--release]`: writes `roundtable.js` and `roundtable_bg.wasm`.
//!
//! The command-line `wasm-bindgen` does the same, but takes minutes to install and must be exactly as old as the
//! library we link. Here Cargo.lock sees to that, and the tool is built with everything else.

mod unused;

use std::{env, path::PathBuf};

use anyhow::Context;
use walrus::Module;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> anyhow::Result<()> {
    let mut args = env::args_os().skip(1);
    let input: PathBuf = args.next().context("usage: bindgen <app.wasm> <out-dir> [--release]")?.into();
    let out_dir: PathBuf = args.next().context("usage: bindgen <app.wasm> <out-dir> [--release]")?.into();
    let release = args.next().is_some_and(|flag| flag == "--release");

    let mut module = Module::from_file(&input).with_context(|| format!("could not read {}", input.display()))?;
    unused::empty(&mut module);
    Bindgen::new()
        .input_module("roundtable", module)
        .out_name("roundtable")
        .web(true)?
        .typescript(false)
        // Function names make a panic in the browser readable; they are also a third of what it would download.
        .remove_name_section(release)
        .remove_producers_section(release)
        .generate(&out_dir)
        .with_context(|| format!("could not write bindings for {}", input.display()))
}
