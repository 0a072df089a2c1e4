//! What the guides tell people to write is accepted.
#![allow(clippy::unwrap_used, reason = "a test that cannot prepare has failed")]

use std::fs;
use std::path::Path;

use casemate_directory::Folder;

/// The blocks of TOML of a page that are policies.
fn policies(page: &str) -> Vec<String> {
    let blocks = page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default());
    let policies = blocks.filter(|block| block.contains("[[provider]]") || block.contains("[[role]]"));
    policies.map(|block| format!("format = 1\n{block}")).collect()
}

#[test]
fn every_policy_of_the_guides_is_accepted() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide");
    let pages = |folder: &Path| -> Vec<_> {
        fs::read_dir(folder).unwrap().map(|page| page.unwrap().path()).filter(|page| page.is_file()).collect()
    };
    let mut found = 0;
    for page in [pages(&guide), pages(&guide.join("providers"))].concat() {
        for policy in policies(&fs::read_to_string(&page).unwrap()) {
            found += 1;
            if let Err(mistakes) = Folder::of_texts(vec![("policy.toml".into(), policy.clone())]) {
                let told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
                panic!("{}: {}\n{policy}", page.display(), told.join("\n"));
            }
        }
    }
    assert!(found >= 12, "{found} policies were found");
}
