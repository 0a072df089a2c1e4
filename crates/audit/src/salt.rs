//! Where salts come from: of one seed, those of the 256 events of a block, none of which tells another.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::commitment::{SALT, Salt};

/// The bytes of a seed.
pub const SEED: usize = 32;

/// What nothing else is hashed with under a seed.
const CONTEXT: &[u8] = b"casemate.audit.salt/1";

/// Random bytes, of which a block has its own. Whoever knows them knows the salts of all its events: `Debug` hides them.
#[derive(Clone, PartialEq, Eq)]
pub struct Seed(pub [u8; SEED]);

/// What makes the salts of a seed, one after another.
#[derive(Clone)]
pub struct Salts(Hmac<Sha256>);

impl Seed {
    /// The salt of the event at this place in the log.
    #[must_use]
    pub fn salt(&self, index: u64) -> Salt {
        self.salts().of(index)
    }

    /// For the salts of many events: what is the same for all of them is computed once.
    #[must_use]
    pub fn salts(&self) -> Salts {
        // A key that is as long as this is taken as it is, whatever its length: there is no error.
        let keyed = Hmac::<Sha256>::new((&self.key()).into());
        Salts(keyed.chain_update(CONTEXT))
    }

    /// The seed filled with zeros to a block of SHA-256, as HMAC defines it.
    fn key(&self) -> [u8; 64] {
        let mut key = [0; 64];
        for (place, byte) in key.iter_mut().zip(self.0) {
            *place = byte;
        }
        key
    }
}

impl Salts {
    /// The salt of the event at this place in the log.
    #[must_use]
    pub fn of(&self, index: u64) -> Salt {
        let salt: [u8; SALT] =
            self.0.clone().chain_update(index.to_be_bytes()).finalize().into_bytes().into();
        Salt(salt)
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Seed(…)")
    }
}

impl fmt::Debug for Salts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Salts(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn salts_are_those_that_any_other_hmac_gives() {
        // python3: hmac.new(bytes(range(32)), b"casemate.audit.salt/1" + (7).to_bytes(8, "big"), "sha256").hexdigest()
        let seed = Seed(std::array::from_fn(|place| u8::try_from(place).unwrap()));
        let hex: String = seed.salt(7).0.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "055d41c3b1797d900e999f48c7c74396fb7500ee51003cd1a6aede9596e7d0d7");
        assert_eq!(seed.salts().of(7), seed.salt(7));
        assert_ne!(seed.salt(7), seed.salt(8));
        assert_ne!(seed.salt(7), Seed([1; SEED]).salt(7));
        assert_eq!(format!("{seed:?} {:?}", seed.salts()), "Seed(…) Salts(…)");
    }
}
