//! The flags of settings, made from the one list of them, and reading the configuration.

use std::path::PathBuf;

use casemate_platform::config::{
    CONFIG_FLAG, CONFIG_VARIABLE, Loaded, Mistake, SETTINGS, Setting, Shape, Sources, load,
};
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::exit::Failure;
use crate::printer::Printer;

/// A flag for each setting that has one, and `--config`.
#[derive(Debug, Default)]
pub(crate) struct AllSettings(Chosen);

/// `--config` and `--data`, for commands that only need to find the state of a server.
#[derive(Debug, Default)]
pub(crate) struct PlaceSettings(Chosen);

/// What the command line says about settings.
#[derive(Debug, Default)]
struct Chosen {
    file: Option<PathBuf>,
    flags: Vec<(&'static str, String)>,
}

impl AllSettings {
    /// Reads the configuration.
    ///
    /// # Errors
    /// After every mistake in it was drawn: that there are some.
    pub(crate) fn load(self, printer: &Printer) -> Result<Loaded, Failure> {
        self.0.load(printer)
    }
}

impl PlaceSettings {
    /// As [`AllSettings::load`]; what is worth telling is told.
    ///
    /// # Errors
    /// As there.
    pub(crate) fn load(self, printer: &Printer) -> Result<Loaded, Failure> {
        let loaded = self.0.load(printer)?;
        for remark in &loaded.remarks {
            printer.note(format_args!("warning: {remark}"));
        }
        Ok(loaded)
    }
}

impl Chosen {
    fn load(self, printer: &Printer) -> Result<Loaded, Failure> {
        let environment = std::env::vars_os().collect();
        load(Sources { file: self.file, environment, flags: self.flags }).map_err(|mistakes| {
            for mistake in &mistakes {
                printer.report(&report(mistake));
            }
            let count = mistakes.len();
            let noun = if count == 1 { "mistake" } else { "mistakes" };
            Failure::usage(miette::miette!("the configuration has {count} {noun}"))
        })
    }

    fn augment(command: Command, is_wanted: fn(&Setting) -> bool) -> Command {
        let config = Arg::new(CONFIG_FLAG)
            .long(CONFIG_FLAG)
            .value_name("FILE")
            .value_parser(clap::value_parser!(PathBuf))
            .help(format!(
                "A TOML file with settings; ./casemate.toml where it is there [env: {CONFIG_VARIABLE}]"
            ));
        let wanted = SETTINGS.iter().filter(|setting| is_wanted(setting));
        command.arg(config).args(wanted.filter_map(argument))
    }

    fn read(matches: &ArgMatches, is_wanted: fn(&Setting) -> bool) -> Chosen {
        let wanted = SETTINGS.iter().filter(|setting| is_wanted(setting) && setting.flag.is_some());
        Chosen {
            file: matches.get_one::<PathBuf>(CONFIG_FLAG).cloned(),
            flags: wanted
                .filter_map(|setting| Some((setting.key, matches.get_one::<String>(setting.key)?.clone())))
                .collect(),
        }
    }
}

fn argument(setting: &'static Setting) -> Option<Arg> {
    let default = setting.default.filter(|_| setting.shape != Shape::Boolean);
    let default = default.map_or(String::new(), |default| format!("[default: {default}] "));
    let expected = || Err::<String, _>(format!("`{}` is {}", setting.key, setting.expected()));
    let argument = Arg::new(setting.key)
        .long(setting.flag?)
        .value_name(setting.placeholder)
        .help(format!("{} {default}[env: {}]", setting.paragraph(), setting.environment))
        .help_heading(heading(setting))
        .action(ArgAction::Set)
        .value_parser(move |text: &str| if setting.accepts(text) { Ok(text.to_owned()) } else { expected() });
    Some(match setting.shape {
        Shape::Boolean => argument.num_args(0..=1).require_equals(true).default_missing_value("true"),
        _ => argument,
    })
}

/// Under what a flag stands in the help text.
fn heading(setting: &Setting) -> Option<&'static str> {
    Some(setting.section()).filter(|section| !section.is_empty())
}

fn all(_: &Setting) -> bool {
    true
}

fn place(setting: &Setting) -> bool {
    setting.key == "data"
}

/// The two traits by which clap takes what its derive macro cannot make.
macro_rules! arguments {
    ($name:ident, $is_wanted:ident) => {
        impl clap::FromArgMatches for $name {
            fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
                Ok($name(Chosen::read(matches, $is_wanted)))
            }

            fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
                self.0 = Chosen::read(matches, $is_wanted);
                Ok(())
            }
        }

        impl clap::Args for $name {
            fn augment_args(command: Command) -> Command {
                Chosen::augment(command, $is_wanted)
            }

            fn augment_args_for_update(command: Command) -> Command {
                Chosen::augment(command, $is_wanted)
            }
        }
    };
}

arguments!(AllSettings, all);
arguments!(PlaceSettings, place);

/// A mistake with the line it is in.
fn report(mistake: &Mistake) -> miette::Report {
    let mut diagnostic = miette::MietteDiagnostic::new(mistake.message().to_owned());
    if let Some(advice) = mistake.advice() {
        diagnostic = diagnostic.with_help(advice);
    }
    match mistake.place() {
        Some((path, text, span)) => {
            let diagnostic = diagnostic.with_label(miette::LabeledSpan::underline(span));
            let source = miette::NamedSource::new(path.display().to_string(), text.to_owned());
            miette::Report::from(diagnostic).with_source_code(source)
        }
        None => {
            diagnostic.message = format!("{}: {}", mistake.origin(), diagnostic.message);
            miette::Report::from(diagnostic)
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Everything {
        #[command(flatten)]
        settings: AllSettings,
    }

    #[test]
    fn every_setting_but_a_secret_has_a_flag_that_is_read() {
        use clap::CommandFactory;
        Everything::command().debug_assert();
        for setting in SETTINGS.iter().filter(|setting| !setting.secret) {
            let text = setting.default.unwrap_or("");
            let flag = format!("--{}={text}", setting.flag.unwrap());
            let read = Everything::try_parse_from(["test", &flag]);
            match (setting.accepts(text), read) {
                (true, Ok(read)) => assert_eq!(read.settings.0.flags, [(setting.key, text.to_owned())]),
                (false, Err(error)) => assert!(error.to_string().contains(&setting.expected()), "{error}"),
                (accepted, read) => panic!("{flag}: {accepted} {read:?}"),
            }
        }
        let read = Everything::try_parse_from(["test", "--tls-terminated-by-proxy"]).unwrap();
        assert_eq!(read.settings.0.flags, [("server.tls_terminated_by_proxy", "true".to_owned())]);
    }
}
