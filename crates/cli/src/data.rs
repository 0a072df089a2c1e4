//! Where the data folder is, for every command that needs one.

use std::path::PathBuf;

/// The data folder's argument.
#[derive(Debug, clap::Args)]
pub(crate) struct DataArgument {
    /// The folder that holds Casemate's state.
    #[arg(long, value_name = "DIR", env = "CASEMATE_DATA", default_value = "./casemate-data")]
    pub(crate) data: PathBuf,
}
