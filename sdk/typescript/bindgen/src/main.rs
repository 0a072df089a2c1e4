//! `casemate-bindgen FILE.wasm FOLDER NAME`: the JavaScript module of that name, its types and the finished WebAssembly.
//!
//! The library behind wasm-bindgen's command line, so that Cargo.lock keeps it at the version of the crate that the engines
//! are compiled with: the two must be the same.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match write(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            use std::io::Write as _;
            drop(writeln!(std::io::stderr(), "casemate-bindgen: {message}"));
            ExitCode::FAILURE
        }
    }
}

fn write(arguments: &[String]) -> Result<(), String> {
    let [input, folder, name] = arguments else {
        return Err("usage: casemate-bindgen FILE.wasm FOLDER NAME".to_owned());
    };
    let mut bindgen = Bindgen::new();
    let made = bindgen
        .input_path(input)
        .out_name(name)
        .typescript(true)
        // Instantiated by whoever loads it: the same module in Node and in the browser.
        .web(true)
        .map_err(|error| error.to_string())?
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(folder);
    made.map_err(|error| format!("{error:#}"))
}
