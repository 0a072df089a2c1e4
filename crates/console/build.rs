//! Makes the folder that the console is built into, so that a build for development finds what comes there later.

fn main() {
    println!("cargo::rerun-if-changed=../../web/dist");
    // Where the source cannot be written to, nothing is built there either.
    drop(std::fs::create_dir_all("../../web/dist"));
}
