//! The keys of those who cosign the audit log.

use casemate_audit::note::{KeyKind, VerifierKey};
use serde_json::Value as Json;

use super::value::{Shape, Value};

/// The key of a witness, as `casemate audit witness` says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessKey(VerifierKey);

impl WitnessKey {
    /// The key.
    #[must_use]
    pub fn key(&self) -> &VerifierKey {
        &self.0
    }
}

impl Value for WitnessKey {
    const SHAPE: Shape = Shape::Text;
    const PLACEHOLDER: &'static str = "KEY";

    fn expected() -> String {
        "the key of a witness, `NAME+ID+KEY`, as `casemate audit witness` says it".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        let key = VerifierKey::parse(text).ok()?;
        (key.kind == KeyKind::Cosignature).then_some(WitnessKey(key))
    }

    fn show(&self) -> Json {
        self.0.to_string().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_key_of_a_witness_is_taken() {
        let key = |kind| VerifierKey::new("witness.example.com/w", kind, [7; 32]).unwrap().to_string();
        let own = key(KeyKind::Cosignature);
        assert_eq!(WitnessKey::parse(&own).unwrap().show(), Json::from(own));
        assert_eq!(WitnessKey::parse(&key(KeyKind::Ed25519)), None);
        assert_eq!(WitnessKey::parse("witness.example.com"), None);
    }
}
