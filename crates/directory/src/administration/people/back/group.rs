//! One group that is set back with its members by hand, deleted, or made again.

use std::collections::BTreeSet;

use casemate_store::{GroupQuery, GroupRecord, Operation, UserRecord};

use super::{Left, MAX_TURNED, Made, PersonBack, Today, Turned, Turning, Wanted};
use crate::administration::Administration;
use crate::administration::change::bounded;
use crate::administration::error::AdminError;
use crate::administration::people::code::not_of_code;
use crate::administration::people::draft::drafted_group;
use crate::administration::people::member::{by_hand, still};
use crate::administration::people::rules::{Gains, Loses, Rules};
use crate::administration::people::told::{shown_group, told};
use crate::administration::people::version::{documents_differ, kept_deleted_group, kept_group, read};
use crate::administration::plan::PlannedChange;

impl Administration {
    pub(super) fn group_gone(
        &self,
        turning: &Turning<'_>,
        group: &GroupRecord,
    ) -> Result<Turned, AdminError> {
        not_of_code(group)?;
        if !group.source.is_empty() {
            return Err(AdminError::ReadOnly { origin: group.source.clone() });
        }
        let author = turning.author(&group.id, group.revision)?;
        Rules::new(author, turning.then(), &group.tenant).unused_group(group)?;
        let shown = Some(shown_group(group).to_string());
        let lines = documents_differ(shown.as_deref(), None);
        let gone = Operation::RemoveGroup { id: group.id.clone(), expected: Some(group.revision) };
        let back = PersonBack {
            id: group.id.clone(),
            verb: "delete",
            at: group.revision,
            change: PlannedChange::of_group(&group.tenant, &group.name, bounded(lines)),
            becomes: group.name.clone(),
            come: false,
            leave: false,
        };
        Ok(Turned {
            back,
            operations: vec![gone, kept_deleted_group(group, Some(turning.revision))],
            told: vec![told("group", "delete", &group.tenant, &group.id, shown, None)],
            is_losing: false,
            made: Made::Group { id: group.id.clone(), after: None, come: Vec::new(), leave: BTreeSet::new() },
        })
    }

    pub(super) async fn group_back(
        &self,
        turning: &mut Turning<'_>,
        one: &Wanted,
        (tenant, today): (&str, Option<&GroupRecord>),
        then: &str,
    ) -> Result<Option<Turned>, AdminError> {
        let draft = read(then)?;
        let now = turning.author.now;
        let mut after = drafted_group(turning.then(), tenant, &one.id, &draft, today, now)?;
        if let Today::Deleted(deleted) = &one.today {
            after.created_at = deleted.created_at;
        }
        let most = MAX_TURNED.saturating_sub(turning.turned);
        let turn = self.turn_at_most((tenant, &one.id), turning.revision, most).await?;
        turning.left.extend(turn.missing.iter().map(|user| Left {
            kind: "group-member",
            id: user.clone(),
            tenant: tenant.to_owned(),
            name: after.name.clone(),
            reason: "they belonged to the group and are not there any more".to_owned(),
            is_denied: false,
        }));
        let before = today.map(|today| shown_group(today).to_string());
        let body = shown_group(&after).to_string();
        let is_other = before.as_ref() != Some(&body);
        let rest = (turn.rest > 0).then(|| {
            let reason = format!(
                "at most {MAX_TURNED} users come to groups and leave them at once, and {} more of this one would: set back \
                 again, and they follow",
                turn.rest
            );
            one.left(reason)
        });
        let turns = turn.len();
        if !is_other && turns == 0 {
            turning.left.extend(rest);
            return Ok(None);
        }
        if let Some(today) = today {
            not_of_code(today)?;
        }
        let leaving: Vec<&str> = turn.leave.iter().map(|user| &*user.id).collect();
        let stay = self.store.reader().members_by_others(&one.id, &leaving).await?;
        // Whoever belongs to it as another source says too loses nothing.
        let lose: Vec<&UserRecord> = turn.leave.iter().filter(|user| !stay.contains(&user.id)).collect();
        let is_losing = group_obeys(turning, &one.id, (today, &after), (&turn.come, &lose))?;
        if is_other {
            self.group_is_named_freely(turning, &after).await?;
        }
        let mut lines = documents_differ(before.as_deref(), Some(&body));
        lines.extend(turn.leave.iter().map(|user| format!("- member: {}", user.id)));
        lines.extend(turn.come.iter().map(|user| format!("+ member: {}", user.id)));
        let name = today.map_or(&after.name, |today| &today.name);
        let back = PersonBack {
            id: one.id.clone(),
            verb: if today.is_some() { "update" } else { "create" },
            at: today.map_or(0, |today| today.revision),
            change: PlannedChange::of_group(tenant, name, bounded(lines)),
            becomes: after.name.clone(),
            come: !turn.come.is_empty(),
            leave: !turn.leave.is_empty(),
        };
        let kept = kept_group("restore", Some(turning.revision), today, &after);
        let itself = match today {
            Some(today) if !is_other => still(today),
            today => Operation::PutGroup {
                group: Box::new(after.clone()),
                expected: Some(today.map_or(0, |today| today.revision)),
            },
        };
        let mut operations = vec![itself, kept];
        if is_renamed(today, &after)
            && Rules::new(turning.author, turning.then(), tenant).is_administered_by_group(&after.name)
        {
            // Whoever leaves it at the same time is somebody else from then on.
            operations.push(Operation::Alone);
        }
        let mut events = Vec::new();
        if is_other {
            events.push(told("group", "restore", tenant, &one.id, before, Some(body)));
        }
        for user in &turn.leave {
            operations.push(Operation::RemoveMember(by_hand(&one.id, &user.id)));
            events.push(self.told_member("remove", tenant, &one.id, user));
        }
        for user in &turn.come {
            operations.push(Operation::AddMember(by_hand(&one.id, &user.id)));
            events.push(self.told_member("add", tenant, &one.id, user));
        }
        let leave = lose.iter().map(|user| user.id.clone()).collect();
        let made = Made::Group { id: one.id.clone(), after: Some(Box::new(after)), come: turn.come, leave };
        turning.turned += turns;
        turning.left.extend(rest);
        Ok(Some(Turned { back, operations, told: events, is_losing, made }))
    }

    /// That no other group is called so, but one that is deleted by the same change.
    async fn group_is_named_freely(
        &self,
        turning: &mut Turning<'_>,
        group: &GroupRecord,
    ) -> Result<(), AdminError> {
        let query = GroupQuery {
            tenant: Some(group.tenant.clone()),
            provider: Some(group.provider.clone()),
            name: Some(group.name.clone()),
            limit: 1,
            ..GroupQuery::default()
        };
        let named = self.store.reader().groups(&query).await?;
        if named.iter().any(|other| other.id != group.id && !turning.gone.contains(&other.id)) {
            return Err(AdminError::NameTaken { kind: "group", name: group.name.clone() });
        }
        turning.take("group", &format!("{}\n{}", group.tenant, group.provider), &group.name)
    }
}

/// That a group may become this, and who comes and loses something may; gives whether somebody may administer no longer by it.
fn group_obeys(
    turning: &Turning<'_>,
    id: &str,
    (today, after): (Option<&GroupRecord>, &GroupRecord),
    (come, lose): (&[UserRecord], &[&UserRecord]),
) -> Result<bool, AdminError> {
    let author = turning.author(id, today.map_or(0, |today| today.revision))?;
    let then = Rules::new(author, turning.then(), &after.tenant);
    let renamed = today.filter(|_| is_renamed(today, after));
    if let Some(today) = renamed {
        then.unused_group(today)?;
    }
    let come: BTreeSet<&str> = come.iter().map(|user| &*user.provider).collect();
    let providers: BTreeSet<&str> = lose.iter().map(|user| &*user.provider).collect();
    for rules in turning.rules(author, &after.tenant) {
        if renamed.is_some() {
            rules.gains(&Gains::group(None, &after.name))?;
        }
        for provider in &come {
            rules.gains(&Gains::group(Some(provider), &after.name))?;
        }
        for provider in &providers {
            for name in today.map(|today| &today.name).into_iter().chain([&after.name]) {
                rules.loses(&Loses::group(Some(provider), name))?;
            }
        }
    }
    let mut active = lose.iter().filter(|user| user.active);
    Ok(active.any(|user| then.administering(&[Loses::group(Some(&user.provider), &after.name)]).is_some()))
}

fn is_renamed(today: Option<&GroupRecord>, after: &GroupRecord) -> bool {
    today.is_some_and(|today| (&today.name, &today.provider) != (&after.name, &after.provider))
}
