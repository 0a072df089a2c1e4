//! Faults that tests seed into the engine, to prove that they would be noticed. Without the feature `faults` none is
//! ever there, and asking for one costs nothing.

#![cfg_attr(not(feature = "faults"), allow(unreachable_pub))] // asked of by the engine alone

/// A mistake that the engine could make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The first permission that matches hides the others.
    ShadowingMatch,
    /// A permission that allows outweighs those that deny.
    AllowOverridesDenial,
    /// A denial whose condition fails does not deny.
    LostDenial,
    /// A permission whose condition fails allows.
    ErrorAllows,
    /// A failing property hides that another one is false.
    ErrorOutweighsFalse,
    /// Of several properties only the first constrains.
    FirstPropertyOnly,
    /// A property that nobody declared constrains nothing.
    UndeclaredIgnored,
    /// A property whose value does not fit its declaration constrains nothing.
    MismatchIgnored,
    /// A permission is in force at the very end of its time.
    UntilIncluded,
    /// Wildcards reach into the namespace `casemate`.
    WildcardReachesReserved,
    /// A filter leaves the denials out.
    FilterForgetsDenials,
    /// A filter holds a denial's failing condition for a false one.
    FilterForgetsFailures,
    /// A null in a resource counts as not supplied.
    NullIsUnknown,
}

impl Fault {
    /// Every fault.
    #[cfg(feature = "faults")]
    pub const ALL: [Fault; 13] = [
        Fault::ShadowingMatch,
        Fault::AllowOverridesDenial,
        Fault::LostDenial,
        Fault::ErrorAllows,
        Fault::ErrorOutweighsFalse,
        Fault::FirstPropertyOnly,
        Fault::UndeclaredIgnored,
        Fault::MismatchIgnored,
        Fault::UntilIncluded,
        Fault::WildcardReachesReserved,
        Fault::FilterForgetsDenials,
        Fault::FilterForgetsFailures,
        Fault::NullIsUnknown,
    ];

    /// Runs something with this fault in the engine, on this thread.
    #[cfg(feature = "faults")]
    pub fn seeded<T>(self, run: impl FnOnce() -> T) -> T {
        let before = SEEDED.replace(Some(self));
        let result = run();
        SEEDED.set(before);
        result
    }

    /// Whether the engine is to make this mistake.
    #[cfg(feature = "faults")]
    pub(crate) fn is_seeded(self) -> bool {
        SEEDED.get() == Some(self)
    }

    /// Whether the engine is to make this mistake: never.
    #[cfg(not(feature = "faults"))]
    #[inline(always)]
    pub(crate) const fn is_seeded(self) -> bool {
        false
    }
}

#[cfg(feature = "faults")]
thread_local! {
    static SEEDED: std::cell::Cell<Option<Fault>> = const { std::cell::Cell::new(None) };
}
