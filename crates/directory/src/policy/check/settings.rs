//! That settings have sensible names and values.

use std::collections::HashSet;

use super::Checker;
use crate::model::SettingDocument;
use crate::policy::document::Item;

/// The longest value of a setting, in bytes of JSON.
const MAX_SETTING: usize = 65_536;

impl Checker {
    pub(super) fn settings(&mut self, items: &[Item<SettingDocument>]) {
        let mut names = HashSet::new();
        for item in items {
            let name = item.document.name.as_str();
            let fits =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-.".contains(&byte);
            if name.is_empty() || name.len() > 128 || !name.bytes().all(fits) {
                let message = "a setting's name is 1 to 128 letters in lower case, digits, `_`, `-` or `.`";
                self.raise(&item.place, "/name", message);
            }
            if !names.insert(name) {
                self.raise(&item.place, "/name", format!("the setting `{name}` stands twice"));
            }
            if item.document.value.to_string().len() > MAX_SETTING {
                let message = format!("a setting's value is at most {MAX_SETTING} bytes of JSON");
                self.raise(&item.place, "/value", message);
            }
        }
    }
}
