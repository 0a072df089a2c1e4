//! What somebody who mistyped a name may have meant.

use super::SETTINGS;

/// The least likeness of what is suggested, from 0 to 1 (Jaro-Winkler).
const LEAST: f64 = 0.8;

/// The setting whose key may have been meant: one that ends in this name, or else the one most alike.
pub(crate) fn nearest_key(key: &str) -> Option<&'static str> {
    let last = key.rsplit('.').next().unwrap_or(key);
    let same_end = || SETTINGS.iter().map(|s| s.key).filter(|known| known.rsplit('.').next() == Some(last));
    if let Some(known) = most_alike(key, same_end(), 0.0) {
        return Some(known);
    }
    most_alike(key, SETTINGS.iter().map(|setting| setting.key), LEAST)
}

/// The variable that may have been meant: that of the setting whose whole key is spelled so, or else the one most alike.
pub(crate) fn nearest_variable(name: &str) -> Option<&'static str> {
    let spelled = |key: &str| format!("CASEMATE_{}", key.replace('.', "_").to_ascii_uppercase());
    if let Some(setting) = SETTINGS.iter().find(|setting| spelled(setting.key) == name) {
        return Some(setting.environment);
    }
    let rest = |name: &'static str| name.strip_prefix("CASEMATE_").unwrap_or(name);
    let asked = name.strip_prefix("CASEMATE_").unwrap_or(name);
    let near = most_alike(asked, SETTINGS.iter().map(|setting| rest(setting.environment)), LEAST)?;
    SETTINGS.iter().map(|setting| setting.environment).find(|known| rest(known) == near)
}

fn most_alike(name: &str, known: impl Iterator<Item = &'static str>, least: f64) -> Option<&'static str> {
    known
        .map(|known| (strsim::jaro_winkler(name, known), known))
        .filter(|(likeness, _)| *likeness >= least)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistyped_names_find_what_was_meant() {
        for (typed, meant) in [
            ("server.lisen", Some("server.listen")),
            ("public_url", Some("server.public_url")),
            ("sever.public_url", Some("server.public_url")),
            ("record.keep_day", Some("record.keep_days")),
            ("zzz", None),
        ] {
            assert_eq!(nearest_key(typed), meant, "{typed}");
        }
        for (typed, meant) in [
            ("CASEMATE_SERVER_LISTEN", Some("CASEMATE_LISTEN")),
            ("CASEMATE_LOG_LEVELS", Some("CASEMATE_LOG")),
            ("CASEMATE_PUBLICURL", Some("CASEMATE_PUBLIC_URL")),
            ("CASEMATE_QQQ", None),
        ] {
            assert_eq!(nearest_variable(typed), meant, "{typed}");
        }
    }
}
