//! A new migration is otherwise not noticed until something else changes.
fn main() {
    println!("cargo:rerun-if-changed=../migrations");
}
