//! The workload: what one user may do, what others may do, and what is asked.

use serde::Serialize;

/// The user whose decisions are measured.
pub(crate) const USER: &str = "u-1807-ana";

/// Permissions of each identity.
pub(crate) const PERMISSIONS: usize = 20;

const PATTERNS: usize = 5;
const REQUESTS: usize = 1_000;

const NAMESPACES: [&str; 4] = ["cms", "pages", "files", "forms"];
const NOUNS: [&str; 8] = ["entry", "model", "group", "folder", "template", "category", "menu", "workflow"];
const VERBS: [&str; 6] = ["list", "read", "create", "update", "publish", "delete"];
const DETAILS: [&str; 3] = ["draft", "revision", "settings"];
const MODELS: [&str; 12] = [
    "product",
    "article",
    "author",
    "landing-page",
    "event",
    "store",
    "brand",
    "recipe",
    "review",
    "banner",
    "campaign",
    "faq",
];
const LOCALES: [&str; 6] = ["en-GB", "en-US", "de-DE", "fr-FR", "it-IT", "nl-NL"];

/// A permission, as every engine's own form is made from.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Permission {
    /// A name, or a beginning of names and `*`.
    pub(crate) name: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) own: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) models: Option<Vec<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) locales: Option<Vec<&'static str>>,
}

/// An identity and its permissions.
#[derive(Clone, Debug)]
pub(crate) struct Holder {
    pub(crate) id: String,
    pub(crate) permissions: Vec<Permission>,
}

/// What is asked: may the user do this with that resource?
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Question {
    pub(crate) name: String,
    pub(crate) created_by: String,
    pub(crate) model: &'static str,
    pub(crate) locale: &'static str,
}

/// Everything that is measured, the same in every run.
#[derive(Debug)]
pub(crate) struct Workload {
    /// Every name there is.
    pub(crate) names: Vec<String>,
    pub(crate) user: Holder,
    pub(crate) questions: Vec<Question>,
}

impl Workload {
    pub(crate) fn new() -> Workload {
        let names = names();
        let mut dice = Dice(2_026);
        let user = Holder { id: USER.to_owned(), permissions: permissions(&names, &mut dice) };
        let questions = (0..REQUESTS).map(|_| question(&names, &user, &mut dice)).collect();
        Workload { names, user, questions }
    }

    /// The user among others, so many that all together hold `total` permissions; the user stands somewhere among them.
    pub(crate) fn holders(&self, total: usize) -> Vec<Holder> {
        let mut dice = Dice(total as u64);
        let others = (total / PERMISSIONS).saturating_sub(1);
        let mut holders: Vec<Holder> = (0..others)
            .map(|number| Holder {
                id: format!("u-{number}"),
                permissions: permissions(&self.names, &mut dice),
            })
            .collect();
        holders.insert(dice.below(others + 1), self.user.clone());
        holders
    }
}

/// The schema of the application whose names these are: patterns that declare what properties mean, and a declaration
/// of its own for every other name of two segments.
pub(crate) fn schema() -> String {
    let namespaces = NAMESPACES.map(|namespace| format!("{namespace:?}")).join(", ");
    let mut text = format!(
        r#"
format = 1
[application]
id = "content"
namespaces = [{namespaces}]
title = "Content"
[attributes]
createdBy = {{ type = "string" }}
model = {{ type = "string" }}
locale = {{ type = "string", nullable = true }}
"#
    );
    for namespace in NAMESPACES {
        text += &entry(&format!("{namespace}.*"));
        for noun in NOUNS.iter().step_by(2) {
            text += &format!("[[permission]]\nname = \"{namespace}.{noun}\"\n");
        }
    }
    text
}

fn entry(name: &str) -> String {
    format!(
        r#"
[[permission]]
name = "{name}"
[permission.properties.own]
type = "bool"
when = "value == false || resource.createdBy == identity.id"
[permission.properties.models]
type = "list<string>"
when = "resource.model in value"
[permission.properties.locales]
type = "list<string>"
when = "resource.locale in value"
"#
    )
}

/// Names of two, three and four segments.
fn names() -> Vec<String> {
    let mut names = Vec::new();
    for namespace in NAMESPACES {
        for noun in NOUNS {
            names.push(format!("{namespace}.{noun}"));
            for verb in VERBS {
                names.push(format!("{namespace}.{noun}.{verb}"));
            }
            for detail in DETAILS {
                for verb in VERBS.iter().take(2) {
                    names.push(format!("{namespace}.{noun}.{detail}.{verb}"));
                }
            }
        }
    }
    names
}

fn permissions(names: &[String], dice: &mut Dice) -> Vec<Permission> {
    let mut granted: Vec<String> = Vec::new();
    while granted.len() < PATTERNS {
        let (namespace, noun) = (dice.pick(&NAMESPACES), dice.pick(&NOUNS));
        let pattern = match granted.len() {
            0 => format!("{namespace}.*"),
            1 => format!("{namespace}.{noun}.{}*", &dice.pick(&VERBS)[..1]),
            _ => format!("{namespace}.{noun}.*"),
        };
        push_new(&mut granted, pattern);
    }
    while granted.len() < PERMISSIONS {
        push_new(&mut granted, dice.pick_from(names).clone());
    }
    dice.shuffle(&mut granted);
    let mut permissions: Vec<Permission> = granted
        .into_iter()
        .enumerate()
        .map(|(number, name)| Permission {
            name,
            own: number % 3 == 0,
            models: (number % 2 == 0).then(|| dice.some(&MODELS, 6)),
            locales: (number % 4 == 1).then(|| dice.some(&LOCALES, 3)),
        })
        .collect();
    dice.shuffle(&mut permissions);
    permissions
}

fn push_new(names: &mut Vec<String>, name: String) {
    if !names.contains(&name) {
        names.push(name);
    }
}

fn question(names: &[String], user: &Holder, dice: &mut Dice) -> Question {
    let name = match dice.below(4) {
        0 => dice.pick_from(names).clone(),
        _ => {
            let granted = dice.pick_from(&user.permissions).name.as_str();
            match granted.strip_suffix('*') {
                None => granted.to_owned(),
                Some(beginning) => {
                    let under: Vec<&String> =
                        names.iter().filter(|name| name.starts_with(beginning)).collect();
                    (*dice.pick_from(&under)).clone()
                }
            }
        }
    };
    let created_by = match dice.below(2) {
        0 => USER.to_owned(),
        _ => format!("u-{}", dice.below(50_000)),
    };
    Question { name, created_by, model: dice.pick(&MODELS), locale: dice.pick(&LOCALES) }
}

/// Numbers that look random and are the same in every run (SplitMix64).
#[derive(Debug)]
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((word ^ (word >> 31)) % bound.max(1) as u64) as usize
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        from.get(self.below(from.len())).copied().unwrap_or_default()
    }

    #[expect(clippy::indexing_slicing, reason = "no list it is asked to pick from is empty")]
    fn pick_from<'l, T>(&mut self, from: &'l [T]) -> &'l T {
        &from[self.below(from.len())]
    }

    fn some(&mut self, from: &[&'static str], at_most: usize) -> Vec<&'static str> {
        let mut left = from.to_vec();
        self.shuffle(&mut left);
        left.truncate(1 + self.below(at_most));
        left
    }

    fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.below(last + 1));
        }
    }
}
