//! Versions of resources, and what requests ask of them (RFC 7644, section 3.14; RFC 9110, section 13).

/// The version of a resource that was changed last at a revision: a weak entity tag.
#[must_use]
pub fn version(revision: i64) -> String {
    format!("W/\"{revision}\"")
}

/// What a request says about versions, in `If-Match` or `If-None-Match`, or in an operation of a bulk request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Precondition {
    tags: Option<Vec<String>>,
}

impl Precondition {
    /// Reads a header's value; none where there is no header.
    #[must_use]
    pub fn read(value: Option<&str>) -> Precondition {
        let tags = value.map(|value| value.split(',').map(|tag| tag.trim().to_owned()).collect());
        Precondition { tags }
    }

    /// Whether a resource with this version fits; everything does where nothing is asked.
    #[must_use]
    pub fn fits(&self, version: &str) -> bool {
        self.tags
            .as_ref()
            .is_none_or(|tags| tags.iter().any(|tag| tag == "*" || opaque(tag) == opaque(version)))
    }

    /// Whether a resource with this version is one that the client has (`If-None-Match`).
    #[must_use]
    pub fn names(&self, version: &str) -> bool {
        self.tags.is_some() && self.fits(version)
    }
}

/// The tag compared weakly: servers in between may have made it weak or not.
fn opaque(tag: &str) -> &str {
    tag.strip_prefix("W/").unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_fits_itself_however_it_is_quoted() {
        for fits in [None, Some("*"), Some("W/\"7\""), Some("\"7\""), Some("\"1\", W/\"7\"")] {
            assert!(Precondition::read(fits).fits(&version(7)), "{fits:?}");
        }
        for differs in ["", "7", "\"77\"", "W/\"8\""] {
            assert!(!Precondition::read(Some(differs)).fits(&version(7)), "{differs}");
        }
        assert!(!Precondition::read(None).names(&version(7)));
        assert!(Precondition::read(Some("W/\"7\"")).names(&version(7)));
    }
}
