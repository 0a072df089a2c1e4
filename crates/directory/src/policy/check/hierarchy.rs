//! What stands above what: that nothing stands above itself, and that nothing is nested too deep.

/// The most levels.
pub(super) const MAX_DEPTH: usize = 16;

/// What is wrong with a hierarchy.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Wrong {
    /// Circles, each in order, beginning with the first that was written.
    pub(super) circles: Vec<Vec<usize>>,
    /// What has one level more than the most; what stands on it is not told as well.
    pub(super) too_deep: Vec<usize>,
}

/// Looks for what is wrong, where `above` says for each place which others stand directly above it.
pub(super) fn wrong(above: &[Vec<usize>]) -> Wrong {
    let mut below: Vec<Vec<usize>> = vec![Vec::new(); above.len()];
    let mut waits_for: Vec<usize> = vec![0; above.len()];
    for (place, others) in above.iter().enumerate() {
        for other in others {
            if let (Some(below), Some(count)) = (below.get_mut(*other), waits_for.get_mut(place)) {
                below.push(place);
                *count += 1;
            }
        }
    }
    let mut found = Wrong::default();
    let mut depth = vec![1; above.len()];
    let mut ready: Vec<usize> = (0..above.len()).filter(|place| waits_for.get(*place) == Some(&0)).collect();
    while let Some(place) = ready.pop() {
        let own = depth.get(place).copied().unwrap_or(1);
        if own == MAX_DEPTH + 1 {
            found.too_deep.push(place);
        }
        for other in below.get(place).into_iter().flatten() {
            if let (Some(count), Some(depth)) = (waits_for.get_mut(*other), depth.get_mut(*other)) {
                *depth = own.saturating_add(1).max(*depth);
                *count -= 1;
                if *count == 0 {
                    ready.push(*other);
                }
            }
        }
    }
    found.too_deep.sort_unstable();
    found.circles = circles(above, &waits_for);
    found
}

/// The circles among what still waits for something above it: one for each group that leads to the same.
fn circles(above: &[Vec<usize>], waits_for: &[usize]) -> Vec<Vec<usize>> {
    let is_waiting = |place: usize| waits_for.get(place).is_some_and(|count| *count > 0);
    let mut seen = vec![false; above.len()];
    let mut circles = Vec::new();
    for start in 0..above.len() {
        let mut way: Vec<usize> = Vec::new();
        let mut at = start;
        while is_waiting(at) && !seen.get(at).copied().unwrap_or(true) {
            if let Some(seen) = seen.get_mut(at) {
                *seen = true;
            }
            way.push(at);
            let Some(next) = above.get(at).and_then(|others| others.iter().find(|other| is_waiting(**other)))
            else {
                break;
            };
            at = *next;
        }
        if let Some(begin) = way.iter().position(|place| *place == at) {
            circles.push(way.split_off(begin));
        }
    }
    circles
}

/// A circle in words: each name leads to the next, and the last to the first.
pub(super) fn in_words<'a>(circle: &[usize], name: impl Fn(usize) -> &'a str) -> String {
    let names = circle.iter().chain(circle.first()).map(|place| format!("`{}`", name(*place)));
    names.collect::<Vec<_>>().join(" → ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_are_found_whatever_leads_to_them_and_diamonds_are_none() {
        let circles = |above: &[&[usize]]| {
            wrong(&above.iter().map(|others| others.to_vec()).collect::<Vec<_>>()).circles
        };
        assert!(circles(&[&[1, 2], &[3], &[3], &[]]).is_empty(), "a diamond");
        assert_eq!(circles(&[&[0]]), [[0]]);
        assert_eq!(circles(&[&[1], &[2], &[1], &[0]]), [[1, 2]], "0 and 3 only lead there");
        assert_eq!(circles(&[&[1], &[0], &[3], &[2, 0]]), [vec![0, 1], vec![2, 3]]);
        assert_eq!(circles(&[&[], &[0, 2], &[0, 3], &[0, 1]]), [[1, 2, 3]]);
    }

    #[test]
    fn what_is_too_deep_is_told_once() {
        let chain = |length: usize| -> Vec<Vec<usize>> {
            (0..length).map(|place| if place == 0 { vec![] } else { vec![place - 1] }).collect()
        };
        assert_eq!(wrong(&chain(MAX_DEPTH)), Wrong::default());
        assert_eq!(wrong(&chain(MAX_DEPTH + 5)).too_deep, [MAX_DEPTH]);
        assert_eq!(wrong(&chain(100_000)).too_deep, [MAX_DEPTH], "without recursion");
    }
}
