//! Everything random comes from a list of numbers, so that proptest, by shrinking the list, shrinks whatever was made
//! from it.

/// Reads choices one by one; behind the end everything is the first, and simplest, alternative.
pub(crate) struct Choices<'c> {
    numbers: &'c [u32],
    at: usize,
}

impl<'c> Choices<'c> {
    pub(crate) fn new(numbers: &'c [u32]) -> Choices<'c> {
        Choices { numbers, at: 0 }
    }

    fn next(&mut self) -> u32 {
        let number = self.numbers.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        number
    }

    /// Less than `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        // Scaled rather than taken modulo, so that a smaller number gives an earlier alternative.
        ((u64::from(self.next()) * bound as u64) >> 32) as usize
    }

    /// True in so many of a hundred cases; false for the smallest choice.
    pub(crate) fn percent(&mut self, chance: usize) -> bool {
        self.below(100) >= 100 - chance
    }

    /// One of these.
    pub(crate) fn pick<T: Clone>(&mut self, alternatives: &[T]) -> T {
        alternatives[self.below(alternatives.len())].clone()
    }

    /// So many of what `make` makes.
    pub(crate) fn several<T>(
        &mut self,
        least: usize,
        most: usize,
        mut make: impl FnMut(&mut Self) -> T,
    ) -> Vec<T> {
        let count = least + self.below(most - least + 1);
        (0..count).map(|_| make(self)).collect()
    }
}
