//! One declared setting, and the macro that makes the typed configuration and the list of settings from one text.

use super::value::{Shape, Value, Written};

/// A setting as it is declared.
#[derive(Debug)]
pub struct Setting {
    /// Its name in a configuration file, such as `server.listen`.
    pub key: &'static str,
    /// What it is for: sentences in Markdown, on one or more lines.
    pub documentation: &'static str,
    /// What it is where nobody says anything, as it would be written in an environment variable.
    pub default: Option<&'static str>,
    /// The environment variable that sets it.
    pub environment: &'static str,
    /// The flag that sets it, without its dashes. A secret has none: other accounts see the arguments of a process.
    pub flag: Option<&'static str>,
    /// Whether it is never shown, and may be read from a file of its own.
    pub secret: bool,
    /// Whether a change is in force only after a restart.
    pub restart: bool,
    /// How it stands in a file.
    pub shape: Shape,
    /// What stands for its value in a help text.
    pub placeholder: &'static str,
    pub(crate) expected: fn() -> String,
    pub(crate) accepts: fn(&Written) -> bool,
}

impl Setting {
    /// What its value has to be, for people.
    #[must_use]
    pub fn expected(&self) -> String {
        (self.expected)()
    }

    /// Whether this text, from an environment variable or a flag, is a value for it.
    #[must_use]
    pub fn accepts(&self, text: &str) -> bool {
        (self.accepts)(&Written::One(text.to_owned()))
    }

    /// The environment variable that names a file with its value, where it is secret.
    #[must_use]
    pub fn environment_file(&self) -> Option<String> {
        self.secret.then(|| format!("{}_FILE", self.environment))
    }
}

pub(crate) fn accepts<T: Value>(written: &Written) -> bool {
    T::read(written).is_some()
}

/// Declares settings: `Config` with the settings outside sections, a struct for each section, and [`SETTINGS`], the list
/// of all of them in the order in which they stand here.
///
/// [`SETTINGS`]: super::SETTINGS
macro_rules! settings {
    (
        $(#[doc = $config_doc:literal])+
        Config {
            $(
                $(#[doc = $doc:literal])+
                $field:ident: $type:ty {
                    $(default: $default:literal,)? env: $env:literal $(, flag: $flag:literal)? $(, live: $live:literal)?
                }
            )+
        }
        $(
            $(#[doc = $section_doc:literal])+
            $section_field:ident: $section:ident = $prefix:literal {
                $(
                    $(#[doc = $inner_doc:literal])+
                    $inner:ident: $inner_type:ty {
                        $(default: $inner_default:literal,)? env: $inner_env:literal
                        $(, flag: $inner_flag:literal)? $(, live: $inner_live:literal)?
                    }
                )+
            }
        )+
    ) => {
        $(#[doc = $config_doc])+
        #[derive(Debug, Clone)]
        pub struct Config {
            $($(#[doc = $doc])+ pub $field: $type,)+
            $($(#[doc = $section_doc])+ pub $section_field: $section,)+
        }

        $(
            $(#[doc = $section_doc])+
            #[derive(Debug, Clone)]
            pub struct $section {
                $($(#[doc = $inner_doc])+ pub $inner: $inner_type,)+
            }

            impl $section {
                /// Every setting is read before the first that is wrong ends it, so that all mistakes are told at once.
                fn read(reader: &mut Reader) -> Option<$section> {
                    $(let $inner = reader.take(concat!($prefix, ".", stringify!($inner)));)+
                    Some($section { $($inner: $inner?,)+ })
                }
            }
        )+

        impl Config {
            pub(super) fn read(reader: &mut Reader) -> Option<Config> {
                $(let $field = reader.take(stringify!($field));)+
                $(let $section_field = $section::read(reader);)+
                Some(Config { $($field: $field?,)+ $($section_field: $section_field?,)+ })
            }
        }

        /// Every setting there is.
        pub static SETTINGS: &[Setting] = &[
            $(settings!(@one stringify!($field), $type, concat!($($doc, "\n"),+), [$($default)?], $env, [$($flag)?], [$($live)?]),)+
            $($(settings!(
                @one concat!($prefix, ".", stringify!($inner)), $inner_type, concat!($($inner_doc, "\n"),+),
                [$($inner_default)?], $inner_env, [$($inner_flag)?], [$($inner_live)?]
            ),)+)+
        ];

        /// What each section is about, by its name in a file.
        pub(super) static SECTIONS: &[(&str, &str)] = &[$(($prefix, concat!($($section_doc, "\n"),+)),)+];
    };
    (@one $key:expr, $type:ty, $doc:expr, [$($default:literal)?], $env:literal, [$($flag:literal)?], [$($live:literal)?]) => {
        Setting {
            key: $key,
            documentation: $doc,
            default: settings!(@option $($default)?),
            environment: $env,
            flag: settings!(@option $($flag)?),
            secret: <$type as Value>::SECRET,
            restart: !settings!(@flag $($live)?),
            shape: <$type as Value>::SHAPE,
            placeholder: <$type as Value>::PLACEHOLDER,
            expected: <$type as Value>::expected,
            accepts: accepts::<$type>,
        }
    };
    (@option) => { None };
    (@option $value:literal) => { Some($value) };
    (@flag) => { false };
    (@flag $value:literal) => { $value };
}

pub(crate) use settings;
