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
        /// All names in each of them; nothing where that cannot be written as patterns.
        names: Option<Vec<Pattern>>,
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
        Visible::in_namespaces(namespaces)
    }

    fn in_namespaces(namespaces: Vec<String>) -> Visible {
        let both =
            |namespace: &String| [Pattern::parse(namespace), Pattern::parse(&format!("{namespace}.*"))];
        let names = namespaces.iter().flat_map(both).collect::<Result<_, _>>().ok();
        Visible::Within { namespaces, names }
    }

    /// Which granted names are seen, of the permissions of one identity. What cannot be compared is seen: it may deny.
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
                let (Some(names), Ok(granted)) = (names, Pattern::parse(granted)) else { return true };
                let mut sees =
                    |names: &Pattern| intersects_within(names, &granted, &mut effort).unwrap_or(true);
                names.iter().any(&mut sees)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_match_a_name_in_a_namespace_is_seen() {
        let visible = Visible::in_namespaces(vec!["cms".into(), "pb".into()]);
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
        let nothing = Visible::in_namespaces(Vec::new());
        assert!(!nothing.judge()("*") && !nothing.judge()("cms.a"));
    }

    #[test]
    fn what_cannot_be_compared_is_seen() {
        let namespaces = (0..64).map(|number| format!("{}{number:02}", "n".repeat(60))).collect();
        let visible = Visible::in_namespaces(namespaces);
        let mut sees = visible.judge();
        for granted in ["*", "*.read", "n*", &*format!("{{shop,{}63}}.x", "n".repeat(60))] {
            assert!(sees(granted), "{granted}");
        }
        assert!(!sees("shop.x") && !sees("{shop,cms}.x") && !sees("x*"));
        let unwritten = Visible::in_namespaces(vec!["n".repeat(2_000)]);
        assert!(unwritten.judge()("*") && !unwritten.judge()("shop.x"));
        let complex = format!("{}.read", "*a?".repeat(40));
        (0..1_000).for_each(|_| _ = sees(&complex));
        assert!(sees(&complex) && sees("*"));
    }
}
