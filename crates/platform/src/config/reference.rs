//! The documentation of every setting, made from their declarations.

use std::fmt::Write as _;

use super::setting::Setting;
use super::settings::{SECTIONS, SETTINGS};
use super::value::Shape;

const INTRODUCTION: &str = "\
Every setting, made from the program's own list by `casemate config reference`; do not edit this page.

A setting comes from, each outweighing those before it: its default, the configuration file, an environment variable, a flag of
`casemate serve`. The file is the one that `--config` or `CASEMATE_CONFIG` names, or else `./casemate.toml` where that is there. It is
TOML; a key that is not listed here is a mistake. Relative paths in it are seen from its own folder. An environment variable that is
empty counts as not set, and lists in variables and flags have commas between their items. A secret has no flag, since other accounts see
the arguments of a process; it may stand in a file of its own, named by `{ file = \"PATH\" }` or by the variable that ends in `_FILE`.

`casemate config check` finds mistakes, `casemate config show --origin` prints what is in force and where it came from.
";

/// The reference of all settings, as Markdown.
#[must_use]
pub fn reference() -> String {
    let mut page = format!("# Configuration\n{INTRODUCTION}");
    let mut section = None;
    for setting in SETTINGS {
        if section != Some(setting.section()) {
            section = Some(setting.section());
            match SECTIONS.iter().find(|(name, _)| *name == setting.section()) {
                Some((name, about)) => {
                    let _ = write!(page, "\n## `[{name}]`\n{}\n", one_paragraph(about));
                }
                None => page.push_str("\n## Outside sections\n"),
            }
        }
        write_setting(&mut page, setting);
    }
    page
}

fn write_setting(page: &mut String, setting: &Setting) {
    let _ = write!(page, "\n### `{}`\n{}\n\n", setting.key, one_paragraph(setting.documentation));
    let _ = writeln!(page, "- Value: {}{}", setting.expected(), if setting.secret { "; secret" } else { "" });
    match setting.default {
        Some(default) => {
            let _ = writeln!(page, "- Default: `{}`", in_toml(setting.shape, default));
        }
        None => page.push_str("- Default: none\n"),
    }
    let _ = match setting.environment_file() {
        Some(file) => {
            writeln!(page, "- Environment: `{}`, or `{file}` for a file that holds it", setting.environment)
        }
        None => writeln!(page, "- Environment: `{}`", setting.environment),
    };
    if let Some(flag) = setting.flag {
        let _ = match setting.shape {
            Shape::Boolean => writeln!(page, "- Flag: `--{flag}`"),
            _ => writeln!(page, "- Flag: `--{flag} {}`", setting.placeholder),
        };
    }
    if !setting.restart {
        page.push_str("- Can be changed while the server runs\n");
    }
}

fn in_toml(shape: Shape, default: &str) -> String {
    match shape {
        Shape::Text | Shape::Path => format!("{default:?}"),
        _ => default.to_owned(),
    }
}

/// The lines of a documentation comment as one line.
pub(crate) fn one_paragraph(documentation: &str) -> String {
    documentation.lines().map(str::trim).collect::<Vec<_>>().join(" ").trim().to_owned()
}
