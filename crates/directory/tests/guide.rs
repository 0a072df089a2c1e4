//! What the guides tell people to write is accepted.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot prepare has failed")]

use std::fs;
use std::path::Path;

use casemate_directory::{Folder, read_answer, read_file};
use casemate_permission::Ceiling;
use casemate_permission::name::Pattern;

/// The blocks of TOML of a page that are policies.
fn policies(page: &str) -> Vec<String> {
    let blocks = page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default());
    let policies = blocks.filter(|block| {
        block.contains("[[provider]]") || block.contains("[[role]]") || block.contains("[[event_ceiling]]")
    });
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

#[test]
fn what_the_guide_of_sources_has_others_write_is_accepted() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/permission-sources.md");
    let page = fs::read_to_string(page).unwrap();
    let blocks = |language: &str| -> Vec<String> {
        let begin = format!("```{language}\n");
        let rest = page.split(&*begin).skip(1);
        rest.map(|rest| rest.split("```").next().unwrap_or_default().to_owned()).collect()
    };
    let files: Vec<String> = blocks("toml").into_iter().filter(|block| block.contains("[[grant]]")).collect();
    assert_eq!(files.len(), 1);
    read_file("shop.toml", &files[0]).unwrap();
    let answers = blocks("json");
    assert_eq!(answers.len(), 1);
    let ceiling = Ceiling::new(vec![Pattern::parse("cms.*").unwrap()]);
    read_answer(answers[0].trim().as_bytes(), &ceiling).unwrap();
}
