//! Reading configurations as a whole.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::*;

struct Case {
    folder: tempfile::TempDir,
    sources: Sources,
}

impl Case {
    fn new(toml: &str) -> Case {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("casemate.toml");
        std::fs::write(&file, toml).unwrap();
        Case { folder, sources: Sources { file: Some(file), ..Sources::default() } }
    }

    fn variable(mut self, name: &str, value: &str) -> Case {
        self.sources.environment.push((name.into(), value.into()));
        self
    }

    fn flag(mut self, key: &'static str, value: &str) -> Case {
        self.sources.flags.push((key, value.into()));
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn load(self) -> Loaded {
        let Case { folder: _folder, sources } = self;
        load(sources).unwrap()
    }

    /// Each mistake with its line, or where else it is, and what is drawn.
    fn mistakes(self) -> Vec<(String, String, String)> {
        let Case { folder, sources } = self;
        let front = format!("{}/", folder.path().display());
        let mistakes = load(sources).unwrap_err();
        let drawn = |mistake: &Mistake| {
            mistake
                .place()
                .map_or(String::new(), |(_, text, span)| text.get(span).unwrap_or_default().to_owned())
        };
        mistakes
            .iter()
            .map(|mistake| {
                let place = mistake.origin().to_string().replace(&front, "");
                let advice = mistake.advice().unwrap_or_default();
                (place, format!("{} {advice}", mistake.message()), drawn(mistake))
            })
            .collect()
    }
}

fn origin(loaded: &Loaded, key: &str) -> Origin {
    loaded.effective.iter().find(|effective| effective.setting.key == key).unwrap().origin.clone()
}

#[test]
fn the_defaults_are_a_configuration_and_each_says_so() {
    let loaded = Case::new("").load();
    assert_eq!(loaded.config.mode, Mode::Development);
    assert_eq!(loaded.config.server.listen.to_string(), "127.0.0.1:7654");
    assert_eq!(loaded.config.record.keep_days.get(), 90);
    assert_eq!(loaded.effective.len(), SETTINGS.len());
    assert!(loaded.effective.iter().all(|effective| effective.origin == Origin::Default));
    assert!(loaded.remarks.is_empty());
}

#[test]
fn names_are_unique_and_follow_one_rule() {
    let (mut names, mut flags) = (HashSet::new(), HashSet::new());
    for setting in SETTINGS {
        assert!(names.insert(setting.key) && names.insert(setting.environment), "{}", setting.key);
        if let Some(file) = setting.environment_file() {
            assert!(SETTINGS.iter().all(|other| other.environment != file), "{file}");
        }
        if let Some(flag) = setting.flag {
            assert!(flags.insert(flag), "{flag}");
        }
        let plain = setting.key.strip_prefix("server.").unwrap_or(setting.key).replace('.', "_");
        let rule = format!("CASEMATE_{}", plain.to_ascii_uppercase());
        assert!(setting.environment == rule || setting.key == "log.levels", "{rule}");
        assert_eq!(setting.flag.is_none(), setting.secret, "{}: a secret is no argument", setting.key);
        assert!(setting.default.is_none_or(|default| setting.accepts(default)), "{}", setting.key);
        assert!(setting.paragraph().ends_with('.'), "{}", setting.key);
    }
}

#[test]
fn flags_outweigh_the_environment_which_outweighs_the_file() {
    let toml = "data = 'd'\n[server]\nconnections = 1\nbody_bytes = 2048\nrequest_time = '7s'\n";
    let loaded = Case::new(toml)
        .variable("CASEMATE_BODY_BYTES", "4096")
        .variable("CASEMATE_REQUEST_TIME", "8s")
        .flag("server.request_time", "9s")
        .load();
    let server = &loaded.config.server;
    assert_eq!((server.connections.get(), server.body_bytes.get()), (1, 4096));
    assert_eq!(server.request_time.get().as_secs(), 9);
    let line = |key| match origin(&loaded, key) {
        Origin::File { line, .. } => Some(line),
        _ => None,
    };
    assert_eq!((line("data"), line("server.connections")), (Some(1), Some(3)));
    assert_eq!(origin(&loaded, "server.body_bytes").to_string(), "CASEMATE_BODY_BYTES");
    assert_eq!(origin(&loaded, "server.request_time").to_string(), "--request-time");
}

#[test]
fn relative_paths_in_a_file_are_seen_from_its_folder_and_others_are_not() {
    let case = Case::new("data = 'state'\npolicy = '/etc/policy'").flag("server.tls.key", "k");
    let (data, key) = (case.path("state"), Path::new("k"));
    let loaded = case.variable("CASEMATE_TLS_CERTIFICATE", "c").load();
    assert_eq!(loaded.config.data, data);
    assert_eq!(loaded.config.policy.as_deref(), Some(Path::new("/etc/policy")));
    assert_eq!(loaded.config.tls.key.as_deref(), Some(key));
}

#[test]
fn every_kind_of_value_is_read_from_a_file() {
    let toml = "mode = 'production'\n[server]\ntls_terminated_by_proxy = true\ntrusted_proxies = ['10.0.0.0/8', '::1']\n\
                connections = 0x10\n[traces]\nsample_ratio = 0.5\n[outgoing]\nallow = ['idp.internal:8443']";
    let config = Case::new(toml).load().config;
    assert_eq!(config.mode, Mode::Production);
    assert!(config.server.tls_terminated_by_proxy);
    assert_eq!(config.server.trusted_proxies.len(), 2);
    assert_eq!(config.server.connections.get(), 16);
    assert!((config.traces.sample_ratio.get() - 0.5).abs() < f64::EPSILON);
    assert_eq!(config.outgoing.allow[0].to_string(), "idp.internal:8443");
}

#[test]
fn unknown_keys_and_wrong_values_are_all_told_with_their_places() {
    let toml = "dota = 'x'\n[server]\nlisten = 'nowhere'\nconnections = '5'\ntrusted_proxies = '10.0.0.0/8'\n\
                [log]\nformat = 'xml'\n[extra]\na = 1\n";
    let mistakes =
        Case::new(toml).variable("CASEMATE_BODY_BYTES", "many").flag("record.keep_days", "0").mistakes();
    let expected = [
        ("casemate.toml:1", "there is no setting `dota` did you mean `data`?", "dota"),
        ("casemate.toml:3", "`server.listen` is an address and a port", "'nowhere'"),
        (
            "casemate.toml:4",
            "`server.connections` is a whole number from 1 to 1000000; here stands a string",
            "'5'",
        ),
        ("casemate.toml:5", "`server.trusted_proxies` is a list", "'10.0.0.0/8'"),
        ("casemate.toml:7", "`log.format` is `text` or `json`, and not `xml`", "'xml'"),
        ("casemate.toml:8", "there is no setting `extra`", "extra"),
        (
            "CASEMATE_BODY_BYTES",
            "`server.body_bytes` is a whole number from 1024 to 67108864, and not `many`",
            "",
        ),
        ("--keep-days", "`record.keep_days` is a whole number from 1", ""),
    ];
    assert_eq!(mistakes.len(), expected.len(), "{mistakes:#?}");
    for ((place, message, drawn), (at, says, shows)) in mistakes.iter().zip(expected) {
        assert_eq!((place.as_str(), drawn.as_str()), (at, shows), "{message}");
        assert!(message.starts_with(says), "{message}");
    }
}

#[test]
fn what_is_no_toml_or_cannot_be_read_is_told() {
    let mistakes = Case::new("[server\nlisten = 1").mistakes();
    assert!(mistakes[0].0 == "casemate.toml:1", "{mistakes:?}");
    let mistakes = Case::new("server = 5").mistakes();
    assert!(mistakes[0].1.starts_with("`server` is a section"), "{mistakes:?}");
    let mut case = Case::new("");
    case.sources.file = Some(case.path("missing.toml"));
    let mistakes = case.mistakes();
    assert!(mistakes[0].0 == "--config" && mistakes[0].1.contains("cannot be read"), "{mistakes:?}");
}

#[test]
fn variables_that_set_nothing_are_remarked_upon_and_empty_ones_are_not_there() {
    let loaded = Case::new("[root_key]\nenvironment = 'CASEMATE_MY_KEY'")
        .variable("CASEMATE_SERVER_LISTEN", "x")
        .variable("CASEMATE_MY_KEY", "x")
        .variable("CASEMATE_SERVICE_HOST", "x")
        .variable("CASEMATE_PORT_7654_TCP", "x")
        .variable("CASEMATE_BACKUP_PASSPHRASE", "x")
        .variable("CASEMATE_CONFIG", "")
        .variable("CASEMATE_DATABASE_URL", "")
        .load();
    assert_eq!(
        loaded.remarks,
        ["the environment variable CASEMATE_SERVER_LISTEN sets nothing; did you mean CASEMATE_LISTEN?"]
    );
    assert!(loaded.config.database.url.is_none());
}

#[test]
fn a_secret_comes_from_a_file_of_its_own_too_and_is_never_shown() {
    const URL: &str = "postgres://u:geheim@h/d";
    let inline = format!("[database]\nurl = '{URL}'");
    for case in [
        Case::new(&inline),
        Case::new("database.url = { file = 'url' }"),
        Case::new("[database.url]\nfile = 'url'"),
        Case::new("").variable("CASEMATE_DATABASE_URL", URL),
    ] {
        std::fs::write(case.path("url"), format!("{URL}\n")).unwrap();
        let loaded = case.load();
        assert_eq!(loaded.config.database.url.as_ref().unwrap().expose(), URL);
        assert!(!format!("{loaded:?}").contains("geheim"));
        let shown =
            loaded.effective.iter().find(|effective| effective.setting.key == "database.url").unwrap();
        assert_eq!(shown.value, HIDDEN);
    }
    assert!(Case::new(&inline).load().secret_in_file);
    let case = Case::new("");
    std::fs::write(case.path("url"), URL).unwrap();
    let file = case.path("url");
    let loaded = case.variable("CASEMATE_DATABASE_URL_FILE", file.to_str().unwrap()).load();
    assert_eq!((loaded.secret_files, loaded.secret_in_file), (vec![file], false));
    assert_eq!(loaded.config.database.url.as_ref().unwrap().expose(), URL);
}

#[test]
fn no_mistake_tells_a_secret() {
    for case in [
        Case::new("[database]\nurl = 'mysql://u:geheim@h/d'"),
        Case::new("[database]\nurll = 'postgres://u:geheim@h/d'"),
        Case::new("[databose]\nurl = 'postgres://u:geheim@h/d'"),
        Case::new("database = 'postgres://u:geheim@h/d'"),
        Case::new("[database]\nurl = 'postgres://u:geheim@h/d'\npool_size = 0"),
        Case::new("[database]\nurl = 'postgres://u:geheim@h/d\n"),
        Case::new("[database]\nurl = { value = 'geheim' }"),
        // No TOML, so that nobody knows what is secret in it.
        Case::new("[database]\nurl = \"\"\"\npostgres://h/d?password=geheim\na=geheim\n"),
        Case::new("[database]\nurl = \"\"\"\ngeheim\n\"\"\"\nlisten ="),
        Case::new("database = { url = 'postgres://h/d?password=geheim'\n"),
        Case::new("[database]\nurl =\n  'geheim'\n"),
        Case::new("[root_key]\nenvironment = 'geheim:AA=='\nfile ="),
        // Where no secret is expected.
        Case::new("[outgoing]\nproxy = 'http://u:geheim@proxy:3128'"),
        Case::new("[traces]\nendpoint = 'http://u:geheim@collector'"),
        Case::new("[outgoing]\nallow = ['https://u:geheim@idp']"),
        Case::new("[root_key]\nenvironment = 'geheim:AA=='"),
        Case::new("").variable("CASEMATE_OUTGOING_PROXY", "http://u:geheim@proxy:3128"),
        Case::new("").variable("CASEMATE_ROOT_KEY_ENVIRONMENT", "geheim:AA=="),
        Case::new("").flag("traces.endpoint", "http://u:geheim@collector"),
        Case::new("[database]\nurl = ['geheim']"),
        Case::new("").variable("CASEMATE_DATABASE_URL", "geheim"),
        Case::new("").variable("CASEMATE_DATABASE_URL", "geheim").variable("CASEMATE_DATABASE_URL_FILE", "x"),
    ] {
        let mistakes = load(case.sources).unwrap_err();
        assert!(!mistakes.is_empty());
        assert!(!format!("{mistakes:?}").contains("geheim"), "{mistakes:#?}");
    }
}

#[test]
fn settings_that_only_make_sense_together_are_checked_together() {
    let mistakes = Case::new("[server.tls]\nkey = 'k'").mistakes();
    assert_eq!((mistakes[0].0.as_str(), mistakes[0].2.as_str()), ("casemate.toml:2", "'k'"));
    let mistakes =
        Case::new("[root_key]\nfile = 'k'").variable("CASEMATE_ROOT_KEY_ENVIRONMENT", "K").mistakes();
    assert_eq!(mistakes[0].0, "CASEMATE_ROOT_KEY_ENVIRONMENT");
}

#[test]
fn the_reference_names_every_setting_once() {
    let page = reference();
    for setting in SETTINGS {
        assert_eq!(page.matches(&format!("\n### `{}`\n", setting.key)).count(), 1, "{}", setting.key);
        assert!(page.contains(&format!("`{}`", setting.environment)));
    }
    assert_eq!(page.matches("\n## Outside sections\n").count(), 1);
}
