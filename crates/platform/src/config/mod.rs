//! What an operator chooses: one declared list of settings, [`SETTINGS`], read from defaults, a TOML file, the environment
//! and flags into the typed [`Config`].

mod environment;
mod file;
mod kinds;
mod load;
mod mail;
mod mask;
mod mistake;
mod nearest;
mod reference;
mod setting;
mod settings;
#[cfg(test)]
mod tests;
mod value;
mod witness;

pub use environment::{BACKUP_PASSPHRASE_VARIABLE, CONFIG_VARIABLE, CREDENTIAL_VARIABLE};
pub use kinds::{
    DatabaseUrl, ForwardedHeader, HttpUrl, Levels, LogFormat, MailTls, Mode, ProxyChoice, ProxyException,
    RecordedDecisions, SecondFactorRule, UserAndPassword, VariableName,
};
pub use load::{CONFIG_FLAG, Effective, Loaded, Sources, load};
pub use mail::MailServer;
pub use mistake::{Mistake, Origin};
pub use reference::reference;
pub use setting::Setting;
pub use settings::{
    Config, Database, Kept, Log, MailSection, Metrics, Outgoing, Record, RootKey, SETTINGS, Server, Tls,
    Tokens, Traces,
};
pub use value::{Number, Ratio, Shape, Time};
pub use witness::WitnessKey;

/// What is shown instead of a secret.
pub const HIDDEN: &str = "***";

impl Setting {
    /// Its documentation as one paragraph.
    #[must_use]
    pub fn paragraph(&self) -> String {
        reference::one_paragraph(self.documentation)
    }

    /// The name of its section, empty where it stands outside sections.
    #[must_use]
    pub fn section(&self) -> &'static str {
        self.key.rsplit_once('.').map_or("", |(section, _)| section)
    }
}
