//! Groups of Casemate's own in files.

use super::{load, refused};

#[test]
fn what_is_no_group_of_users_is_told_with_its_place() {
    let members = "members = [{ group = \"all\" }, { type = \"service\", login = \"ci\" }, { login = \"a\", id = \"b\" }]";
    let told = refused(&format!(
        "[[group]]\nname = \"editors\"\n{members}\n[[group]]\nname = \"Editors\"\n[[group]]\nname = \"x\"\nprovider = \"corp\"\n"
    ));
    let expected = [
        "4:22 a group has users as members, and no groups",
        "4:40 a group has users as members, and none of the type `service`",
        "4:67 a member is named by exactly one of `id` and `login`",
        "6:8 the group `Editors` stands twice",
        "9:12 the groups of `corp` are the provider's: it alone says which there are, and who is in them",
    ];
    assert_eq!(told, expected);
    let unknown =
        refused("[[tenant]]\nid = \"acme\"\n[[group]]\ntenant = \"amce\"\nname = \"x\"\nowner = 1\n");
    assert!(unknown[0].contains("unknown field `owner`"), "{unknown:?}");
    let unknown = refused("[[tenant]]\nid = \"acme\"\n[[group]]\ntenant = \"amce\"\nname = \"x\"\n");
    assert!(unknown[0].contains("there is no tenant `amce`"), "{unknown:?}");
    let many = "{ login = \"a\" },".repeat(1_001);
    let many = refused(&format!("[[group]]\nname = \"x\"\nmembers = [{many}]\n"));
    assert_eq!(many, ["4:11 a group in files has at most 1000 members"]);
    load("[[group]]\nname = \"x\"\nprovider = \"casemate\"\nmembers = [{ provider = \"casemate\", login = \"a\" }]\n").unwrap();
}
