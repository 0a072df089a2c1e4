//! That tenants are named once, and that none stands above itself.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Checker;
use super::hierarchy::{self, MAX_DEPTH, in_words};
use crate::model::TenantDocument;
use crate::policy::DEFAULT_TENANT;
use crate::policy::document::Item;

impl Checker {
    /// Takes the tenants that there are.
    pub(super) fn declare(&mut self, items: &[Item<TenantDocument>]) {
        let mut tenants = HashSet::with_capacity(items.len());
        for item in items {
            let id = &item.document.id;
            self.name(&item.place, "/id", id);
            if !tenants.insert(Arc::from(id.as_str())) {
                self.raise(&item.place, "/id", format!("the tenant `{id}` stands twice"));
            }
        }
        self.tenants = Arc::new(tenants);
        let places: HashMap<&str, usize> =
            items.iter().enumerate().map(|(place, item)| (item.document.id.as_str(), place)).collect();
        let mut above = vec![Vec::new(); items.len()];
        for (item, above) in items.iter().zip(&mut above) {
            let Some(parent) = item.document.parent.as_deref() else { continue };
            match places.get(parent) {
                Some(place) => above.push(*place),
                // That of Casemate's own administration is there always.
                None if parent == DEFAULT_TENANT || self.incomplete => {}
                None => {
                    let help = "define it with `[[tenant]]`";
                    self.raise_with_help(
                        &item.place,
                        "/parent",
                        format!("there is no tenant `{parent}`"),
                        help,
                    );
                }
            }
        }
        let found = hierarchy::wrong(&above);
        let name = |place: usize| items.get(place).map_or("", |item| item.document.id.as_str());
        for circle in &found.circles {
            if let Some(item) = circle.first().and_then(|first| items.get(*first)) {
                let message = format!("the tenant is a part of itself: {}", in_words(circle, name));
                self.raise(&item.place, "/parent", message);
            }
        }
        for item in found.too_deep.iter().filter_map(|place| items.get(*place)) {
            let message = format!("tenants are parts of each other in at most {MAX_DEPTH} levels");
            self.raise(&item.place, "/parent", message);
        }
    }
}
