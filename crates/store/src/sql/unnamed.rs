//! Places without names. SQLite keeps `$1`, `$2`, … of a statement as a list of names, which the driver has it go through for each
//! value that is bound: with a thousand of them that costs several times as much as what the statement does. It keeps no list
//! of plain `?` (sqlite3.org, `sqlite3_bind_parameter_name`).

/// From so many values on, another text is worth its making.
pub(super) const WORTH: usize = 24;

/// The text with a `?` for each `$n`, where these stand in the order of their numbers, each once. Nothing where they do not, and
/// where there is none.
pub(super) fn unnamed(text: &str) -> Option<String> {
    let mut told = String::with_capacity(text.len());
    let (mut rest, mut last) = (text, 0_usize);
    let mut is_quoted = false;
    while let Some(at) = rest.find(['$', '\'']) {
        let (before, behind) = rest.split_at_checked(at)?;
        let (mark, behind) = behind.split_at_checked(1)?;
        told.push_str(before);
        let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
        rest = behind;
        match mark {
            "$" if !is_quoted && digits > 0 => {
                let (number, behind) = behind.split_at_checked(digits)?;
                if number.parse() != Ok(last + 1) {
                    return None;
                }
                last += 1;
                told.push('?');
                rest = behind;
            }
            mark => {
                is_quoted ^= mark == "'";
                told.push_str(mark);
            }
        }
    }
    told.push_str(rest);
    (last > 0).then_some(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_in_their_order_lose_their_names() {
        let text = "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4) ON CONFLICT DO NOTHING";
        let told = "INSERT INTO t (a, b) VALUES (?, ?), (?, ?) ON CONFLICT DO NOTHING";
        assert_eq!(unnamed(text).as_deref(), Some(told));
        assert_eq!(
            unnamed("a = $1 AND b = '$2' AND c = $2").as_deref(),
            Some("a = ? AND b = '$2' AND c = ?")
        );
        assert_eq!(unnamed("a = '''$9' || $1").as_deref(), Some("a = '''$9' || ?"));
    }

    #[test]
    fn other_texts_stay() {
        let texts =
            ["a = $1 AND b = $1", "a = $2 AND b = $1", "a = $1 AND b = $3", "SELECT 1", "a = $0", "$"];
        for text in texts {
            assert_eq!(unnamed(text), None, "{text}");
        }
        assert_eq!(unnamed("a -> '$.x' = $1, $$").as_deref(), Some("a -> '$.x' = ?, $$"));
    }
}
