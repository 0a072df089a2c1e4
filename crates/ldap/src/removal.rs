//! How many users or groups may vanish at once: a directory that answers with less than all, since a replica lags or somebody
//! took a right away, must not lock everybody out.

/// So few always may.
const FEW: u64 = 5;

/// How many may vanish.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Removal {
    /// Of a hundred that are known; 100 lets all of them.
    pub percent: u8,
    /// How many an administrator said may, whatever the share is.
    pub allowed: Option<u64>,
}

/// More would vanish than may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "{gone} of {known} are not in the directory any more, and at most {most} may vanish at once; nothing was removed"
)]
pub struct TooManyGone {
    /// How many would vanish.
    pub gone: u64,
    /// How many are known.
    pub known: u64,
    /// How many may.
    pub most: u64,
}

impl Removal {
    /// Whether `gone` of `known` may vanish where the directory says that there are `found`.
    ///
    /// # Errors
    /// How many would, and how many may.
    pub fn check(self, known: u64, gone: u64, found: u64) -> Result<(), TooManyGone> {
        let share = known.saturating_mul(u64::from(self.percent.min(100))) / 100;
        let most = match (found, self.percent) {
            // Nobody at all is what a wrong base or a right that was taken away looks like.
            (0, _) => 0,
            (_, 0) => 0,
            _ => share.max(FEW),
        };
        let most = most.max(self.allowed.unwrap_or(0));
        if gone <= most { Ok(()) } else { Err(TooManyGone { gone, known, most }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_may_vanish_and_no_more() {
        let tenth = Removal { percent: 10, allowed: None };
        assert_eq!(tenth.check(1_000, 100, 900), Ok(()));
        assert_eq!(tenth.check(1_000, 101, 899), Err(TooManyGone { gone: 101, known: 1_000, most: 100 }));
        assert_eq!(tenth.check(10, 5, 5), Ok(()), "a few may");
        assert!(tenth.check(10, 6, 4).is_err());
        assert!(Removal { percent: 0, allowed: None }.check(10, 1, 9).is_err());
    }

    #[test]
    fn an_empty_answer_removes_nobody_without_an_administrator_s_word() {
        assert!(Removal { percent: 100, allowed: None }.check(3, 3, 0).is_err());
        assert_eq!(Removal { percent: 10, allowed: Some(3) }.check(3, 3, 0), Ok(()));
        assert!(Removal { percent: 10, allowed: Some(2) }.check(3, 3, 0).is_err());
    }

    #[test]
    fn numbers_of_any_size_are_judged() {
        assert!(Removal { percent: 255, allowed: None }.check(u64::MAX, u64::MAX, 1).is_err());
        assert_eq!(Removal::default().check(u64::MAX, 0, 0), Ok(()));
    }
}
