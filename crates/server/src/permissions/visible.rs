//! Which permissions a caller sees: a credential that is bound to an application sees those that matter in its namespaces.

use casemate_directory::Snapshot;
use casemate_permission::name::{Effort, Pattern, intersects_within};

/// What comparing the patterns of one identity with the namespaces may cost, in comparisons of the most that one may take.
/// Beyond it, permissions are shown.
const EFFORT: u64 = 4;

/// Which permissions are seen.
pub(super) enum Visible {
    /// All.
    All,
    /// Those that match some name in these namespaces.
    Within {
        namespaces: Vec<String>,
        /// All names in them; nothing where there are none.
        names: Option<Pattern>,
    },
}

impl Visible {
    /// What somebody sees whose credential is bound to this application, if to any. One that is not there shows nothing.
    pub(super) fn of(snapshot: &Snapshot, application: Option<&str>) -> Visible {
        let Some(id) = application else { return Visible::All };
        let application = snapshot.catalog().application(id);
        let namespaces: Vec<String> = application
            .into_iter()
            .flat_map(|application| application.namespaces())
            .map(str::to_owned)
            .collect();
        let names: Vec<String> =
            namespaces.iter().flat_map(|namespace| [namespace.clone(), format!("{namespace}.*")]).collect();
        let names = Pattern::parse(&format!("{{{}}}", names.join(","))).ok();
        Visible::Within { namespaces, names }
    }

    /// Which granted names are seen, of the permissions of one identity.
    pub(super) fn judge(&self) -> impl FnMut(&str) -> bool {
        let mut effort = Effort::new(EFFORT);
        move |granted| match self {
            Visible::All => true,
            Visible::Within { namespaces, names } => {
                let literal = granted.split(['*', '?', '{']).next().unwrap_or_default();
                // Where the first segment is written out, it says all.
                if let Some((first, _)) = literal.split_once('.') {
                    return namespaces.iter().any(|namespace| namespace == first);
                }
                match (names, Pattern::parse(granted)) {
                    (Some(names), Ok(granted)) => {
                        intersects_within(names, &granted, &mut effort).unwrap_or(true)
                    }
                    _ => false,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_match_a_name_in_a_namespace_is_seen() {
        let names = Pattern::parse("{cms,cms.*,pb,pb.*}").ok();
        let visible = Visible::Within { namespaces: vec!["cms".into(), "pb".into()], names };
        let mut sees = visible.judge();
        for granted in
            ["*", "cms", "cms.*", "cms.entry", "c*", "{cms,shop}.x", "?ms.entry", "*.read", "pb.a?"]
        {
            assert!(sees(granted), "{granted}");
        }
        for granted in
            ["shop", "shop.*", "cmsx.*", "casemate.*", "{shop,x}.y", "cm", "s*", "??.ab.{c,d}x", "p.*"]
        {
            assert_eq!(sees(granted), granted == "??.ab.{c,d}x", "{granted}");
        }
        let nothing = Visible::Within { namespaces: Vec::new(), names: None };
        assert!(!nothing.judge()("*") && !nothing.judge()("cms.a"));
    }
}
