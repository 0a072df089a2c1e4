//! Groups that are members of groups: whoever is in the one is in the other, too.

use std::collections::{HashMap, HashSet};

use casemate_ldap::{FoundGroup, Removal, dn_key};
use casemate_platform::outgoing::LdapError;
use casemate_store::GroupRecord;

use crate::groups::Emptied;
use crate::reading::Pages;
use crate::run::{Run, SyncError};

/// How deep groups are looked into.
const MAX_DEPTH: usize = 16;
/// The most members of all groups together that are kept while they are resolved.
const MAX_MEMBERS: usize = 1_000_000;

/// What is known of all groups before any is written.
#[derive(Default)]
struct Nest {
    groups: Vec<(Option<GroupRecord>, FoundGroup)>,
    /// Their places, by what they are called in the directory.
    by_dn: HashMap<Box<str>, usize>,
    members: usize,
}

/// Whom a group comes to.
struct Resolved {
    /// The names of members that are no groups.
    members: Vec<String>,
    /// Whether groups were too deep to be looked into.
    is_cut: bool,
}

impl Nest {
    fn add(&mut self, before: Option<GroupRecord>, found: FoundGroup) -> Result<(), LdapError> {
        self.members += found.members.len();
        if self.members > MAX_MEMBERS {
            let reason =
                format!("its groups have more than {MAX_MEMBERS} members together: narrow `group_filter`");
            return Err(LdapError::Search { base: found.dn, reason });
        }
        self.by_dn.insert(dn_key(&found.dn), self.groups.len());
        self.groups.push((before, found));
        Ok(())
    }

    /// The members of a group, and of the groups in it, each looked into once.
    fn resolved(&self, group: usize) -> Resolved {
        let mut resolved = Resolved { members: Vec::new(), is_cut: false };
        let (mut seen, mut level) = (HashSet::from([group]), vec![group]);
        for depth in 0..=MAX_DEPTH {
            let mut below = Vec::new();
            let of_level = level.iter().filter_map(|place| self.groups.get(*place));
            for member in of_level.flat_map(|(_, found)| &found.members) {
                match self.by_dn.get(&dn_key(member)) {
                    Some(place) if seen.insert(*place) => below.push(*place),
                    Some(_) => {}
                    None => resolved.members.push(member.clone()),
                }
            }
            if below.is_empty() {
                break;
            }
            resolved.is_cut = depth == MAX_DEPTH;
            level = below;
        }
        resolved
    }
}

impl Run<'_> {
    /// As [`Run::pull_groups`], where groups may be in groups. A change of one may be a change of others: where one was changed,
    /// all are read.
    pub(crate) async fn pull_nested_groups(
        &mut self,
        filter: &str,
        removal: Removal,
    ) -> Result<(), SyncError> {
        let attributes = self.mapping.group_attributes();
        let base = self.source.config.group_base.clone().unwrap_or_else(|| self.source.config.base.clone());
        if !self.report.full {
            let mut pages = Pages::of(&base, filter, &attributes);
            if self.reading.next(&mut pages).await?.is_none_or(|entries| entries.is_empty()) {
                return Ok(());
            }
            self.know_names().await?;
        }
        let filter = self.mapping.group_filter.clone();
        let (mut pages, mut nest) = (Pages::of(&base, &filter, &attributes), Nest::default());
        while let Some(entries) = self.reading.next(&mut pages).await? {
            self.renew().await?;
            for entry in &entries {
                self.note_mark(entry);
                if let Some((before, found)) = self.group_read(entry).await? {
                    nest.add(before, found)?;
                }
            }
        }
        let mut emptied = Emptied::default();
        for place in 0..nest.groups.len() {
            self.renew().await?;
            let Resolved { members, is_cut } = nest.resolved(place);
            let Some((before, found)) = nest.groups.get(place) else { continue };
            if is_cut {
                self.report.skip(format!("{}: groups in it that are deeper than {MAX_DEPTH}", found.dn));
            }
            let (before, found) = (before.clone(), FoundGroup { members, ..found.clone() });
            self.group_found(before, found, &mut emptied).await?;
        }
        self.changes.flush(&mut self.report).await?;
        self.empty_groups(removal, emptied).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nest(groups: &[(&str, &[&str])]) -> Nest {
        let mut nest = Nest::default();
        for (name, members) in groups {
            let members = members.iter().map(|member| (*member).to_owned()).collect();
            let (id, dn) = ((*name).to_owned(), format!("cn={name}"));
            let found = FoundGroup { id, dn, name: (*name).to_owned(), members, part: None };
            nest.add(None, found).unwrap();
        }
        nest
    }

    #[test]
    fn groups_in_circles_come_to_an_end() {
        let nest = nest(&[
            ("a", &["CN=b", "uid=ada", "cn=a"]),
            ("b", &["cn = c", "uid=bob"]),
            ("c", &["cn=a", "uid=eve", "uid=bob"]),
        ]);
        for place in 0..3 {
            let mut resolved = nest.resolved(place);
            resolved.members.sort();
            resolved.members.dedup();
            assert_eq!(
                (resolved.members, resolved.is_cut),
                (vec!["uid=ada".into(), "uid=bob".into(), "uid=eve".into()], false)
            );
        }
    }

    #[test]
    fn groups_are_looked_into_as_deep_as_it_says() {
        let names: Vec<(String, String)> =
            (0..30).map(|number| (format!("g{number}"), format!("cn=g{}", number + 1))).collect();
        let users: Vec<String> = (0..30).map(|number| format!("uid=u{number}")).collect();
        let members: Vec<[&str; 2]> =
            names.iter().zip(&users).map(|((_, below), user)| [&**below, &**user]).collect();
        let groups: Vec<(&str, &[&str])> =
            names.iter().zip(&members).map(|((name, _), members)| (&**name, &members[..])).collect();
        let nest = nest(&groups);
        let top = nest.resolved(0);
        assert_eq!((top.members.len(), top.is_cut), (MAX_DEPTH + 1, true));
        let near = nest.resolved(29 - MAX_DEPTH);
        // The last of them names a group that is none, as a user is named.
        assert_eq!((near.members.len(), near.is_cut), (MAX_DEPTH + 2, false));
    }
}
