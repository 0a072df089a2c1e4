//! That settings are those that there are, each once, with values of theirs.

use std::collections::HashSet;

use super::Checker;
use crate::model::SettingDocument;
use crate::policy::document::Item;
use crate::policy::setting;

impl Checker {
    pub(super) fn settings(&mut self, items: &[Item<SettingDocument>]) {
        let mut names = HashSet::new();
        for item in items {
            let SettingDocument { name, value } = &item.document;
            if let Err(wrong) = setting::check(name, value) {
                self.raise_with_help(&item.place, wrong.pointer, wrong.message, wrong.help);
            }
            if !names.insert(name) {
                self.raise(&item.place, "/name", format!("the setting `{name}` stands twice"));
            }
        }
    }
}
