//! Integers and doubles compared as the numbers they are, without rounding either.

use std::cmp::Ordering;

/// 2^63, the first double beyond every 64-bit integer.
const BEYOND: f64 = 9_223_372_036_854_775_808.0;

/// Compares exactly; `None` for NaN.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
pub(crate) fn compare_int_double(int: i64, double: f64) -> Option<Ordering> {
    if double.is_nan() {
        return None;
    }
    if double >= BEYOND {
        return Some(Ordering::Less);
    }
    if double < -BEYOND {
        return Some(Ordering::Greater);
    }
    let whole = double.trunc();
    Some(
        int.cmp(&(whole as i64))
            .then_with(|| 0.0_f64.partial_cmp(&(double - whole)).unwrap_or(Ordering::Equal)),
    )
}

/// The integer that equals the double, where there is one.
#[allow(clippy::cast_possible_truncation)]
pub(crate) fn int_of_double(double: f64) -> Option<i64> {
    let candidate = double as i64;
    (compare_int_double(candidate, double) == Some(Ordering::Equal)).then_some(candidate)
}

/// The double that equals the integer, where there is one.
#[allow(clippy::cast_precision_loss)]
pub(crate) fn double_of_int(int: i64) -> Option<f64> {
    let candidate = int as f64;
    (compare_int_double(int, candidate) == Some(Ordering::Equal)).then_some(candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_rounding_decides() {
        let big = 9_007_199_254_740_993_i64; // 2^53 + 1, which no double equals
        for (int, double, expected) in [
            (big, 9_007_199_254_740_992.0, Ordering::Greater),
            (big, 9_007_199_254_740_994.0, Ordering::Less),
            (i64::MAX, BEYOND, Ordering::Less),
            (i64::MIN, -BEYOND, Ordering::Equal),
            (i64::MIN, f64::NEG_INFINITY, Ordering::Greater),
            (1, 1.5, Ordering::Less),
            (-1, -1.5, Ordering::Greater),
            (0, -0.0, Ordering::Equal),
            (0, 5e-324, Ordering::Less),
            (0, -5e-324, Ordering::Greater),
        ] {
            assert_eq!(compare_int_double(int, double), Some(expected), "{int} {double}");
        }
        assert_eq!(compare_int_double(1, f64::NAN), None);
        assert_eq!((double_of_int(big), double_of_int(big - 1)), (None, Some(9_007_199_254_740_992.0)));
        assert_eq!(
            (int_of_double(BEYOND), int_of_double(-BEYOND), int_of_double(0.5)),
            (None, Some(i64::MIN), None)
        );
    }
}
