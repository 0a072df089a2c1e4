//! What a property of a granted permission means, found out when the permission is compiled: for most granted names it
//! is the same whichever requested name they match.

use super::catalog::{Catalog, PropertyMeaning, find};
use crate::name::{GlobKind, Name, Pattern};

/// Of larger catalogs only the exact names are settled beforehand.
const ENTRIES: usize = 256;

impl Catalog {
    /// What a property means for every name that a granted name matches; `None` where it may differ from one to the
    /// next. `None` as the property is one that no entry declares.
    pub(crate) fn settled(&self, granted: &Pattern, property: Option<u16>) -> Option<PropertyMeaning> {
        let mut globs = granted.alternatives();
        let (glob, None) = (globs.next()?, globs.next()) else { return None };
        match glob.kind() {
            GlobKind::Exact => {
                let name = Name::parse(glob.as_str()).ok()?;
                let coverage = self.coverage(&name);
                Some(self.property_meaning(&coverage, &name, property))
            }
            GlobKind::Prefix => self.settled_under(glob.literal_prefix(), property),
            GlobKind::General => None,
        }
    }

    /// For all names that begin so.
    fn settled_under(&self, beginning: &str, property: Option<u16>) -> Option<PropertyMeaning> {
        // A whole first segment belongs to one owner.
        let (namespace, _) = beginning.split_once('.')?;
        let Some(owner) = self.owner_of_namespace(namespace) else { return Some(PropertyMeaning::Opaque) };
        let undeclared =
            if owner.undeclared_is_opaque { PropertyMeaning::Opaque } else { PropertyMeaning::Undeclared };
        let Some(property) = property else { return Some(undeclared) };
        if self.inner.entries.len() > ENTRIES {
            return None;
        }
        let mut declared: Option<u32> = None;
        let mut covers_all = false;
        for (entry, declarations) in self.entries() {
            let Some(meaning) = find(declarations, property) else { continue };
            for glob in entry.name.alternatives() {
                let other = glob.literal_prefix();
                let covers = glob.kind() == GlobKind::Prefix && beginning.starts_with(other);
                let meets = covers
                    || other.starts_with(beginning)
                    || (glob.kind() == GlobKind::General && beginning.starts_with(other));
                if !meets {
                    continue;
                }
                covers_all |= covers;
                let first = *declared.get_or_insert(meaning);
                let (first, other) = (self.meaning(first)?, self.meaning(meaning)?);
                if first.shape != other.shape || first.when != other.when {
                    return None;
                }
            }
        }
        match declared {
            Some(meaning) => covers_all.then_some(PropertyMeaning::Declared(meaning)),
            None => Some(undeclared),
        }
    }
}
