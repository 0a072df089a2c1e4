//! What a column is searched for: a text, in whatever case. The databases lower ASCII alone, whatever their locale: the columns
//! of PostgreSQL have the collation `C`. All other letters of the text are therefore replaced in the column as in the text.

/// How many replacements a search asks for at most: what has no room is found in the case that it is written in.
const MAX_REPLACED: usize = 64;

/// A text as columns are searched for it.
pub(super) struct Sought {
    /// The pattern for `LIKE … ESCAPE '\'`, lowered.
    pub(super) pattern: String,
    /// Which letters beyond ASCII count as which, in the column too.
    pub(super) replaced: Vec<(char, char)>,
}

impl Sought {
    pub(super) fn of(text: &str) -> Sought {
        let mut replaced = Vec::new();
        for letter in text.chars() {
            let folded = folded(letter);
            for written in [Some(letter), upper(folded), variant(folded)].into_iter().flatten() {
                let pair = (written, folded);
                let counts = !written.is_ascii() && written != folded;
                if counts && replaced.len() < MAX_REPLACED && !replaced.contains(&pair) {
                    replaced.push(pair);
                }
            }
        }
        let mut pattern = String::with_capacity(text.len() + 2);
        pattern.push('%');
        for letter in text.chars() {
            if matches!(letter, '%' | '_' | '\\') {
                pattern.push('\\');
            }
            let counts_as = replaced.iter().find(|(written, _)| *written == letter);
            pattern.push(counts_as.map_or(letter.to_ascii_lowercase(), |(_, folded)| *folded));
        }
        pattern.push('%');
        Sought { pattern, replaced }
    }
}

/// As what a letter counts: its small one, where that is one letter.
fn folded(letter: char) -> char {
    match letter {
        'ς' => 'σ',
        _ => one(letter.to_lowercase()).unwrap_or(letter),
    }
}

/// The capital of a small letter, where that is one letter, of which the small one is this.
fn upper(small: char) -> Option<char> {
    one(small.to_uppercase()).filter(|capital| folded(*capital) == small)
}

/// What else counts as a small letter.
fn variant(small: char) -> Option<char> {
    match small {
        'σ' => Some('ς'),
        'ß' => Some('ẞ'),
        _ => None,
    }
}

fn one(mut letters: impl Iterator<Item = char>) -> Option<char> {
    letters.next().filter(|_| letters.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_is_lowered_and_wildcards_stand_for_themselves() {
        let Sought { pattern, replaced } = Sought::of(r"A%_\z");
        assert_eq!((&*pattern, replaced.len()), (r"%a\%\_\\z%", 0));
    }

    #[test]
    fn letters_beyond_ascii_count_as_their_small_ones() {
        let cases = [
            ("Åå", "%åå%", vec![('Å', 'å')]),
            ("ΟΣ", "%οσ%", vec![('Ο', 'ο'), ('Σ', 'σ'), ('ς', 'σ')]),
            ("ß", "%ß%", vec![('ẞ', 'ß')]),
            // The sign for Kelvin; İ has two small letters; ı has the capital of another letter.
            ("\u{212a}", "%k%", vec![('\u{212a}', 'k')]),
            ("İı", "%İı%", vec![]),
            ("山", "%山%", vec![]),
        ];
        for (text, pattern, replaced) in cases {
            let sought = Sought::of(text);
            assert_eq!((&*sought.pattern, sought.replaced), (pattern, replaced), "{text}");
        }
    }

    #[test]
    fn a_search_asks_for_no_more_than_a_database_takes() {
        let text: String = ('\u{10a0}'..='\u{10c5}').chain('\u{400}'..='\u{42f}').collect();
        let sought = Sought::of(&text);
        assert_eq!(sought.replaced.len(), MAX_REPLACED);
        assert!(sought.pattern.ends_with("Я%"), "as it is written");
    }
}
