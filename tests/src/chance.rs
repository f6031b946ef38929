//! Chance for stories, from a seed that is printed, so that what went wrong once can be played again.

/// Chance from a seed (the generator `SplitMix64`).
pub struct Chance(u64);

impl Chance {
    /// Begins at `MINGCHA_SEED`, or anywhere; says where in one line.
    pub fn seeded(story: &str) -> Self {
        let given = std::env::var("MINGCHA_SEED").ok().and_then(|seed| seed.parse().ok());
        let clock = std::time::UNIX_EPOCH.elapsed().unwrap_or_default().as_nanos();
        let seed = given.unwrap_or_else(|| u64::try_from(clock.rem_euclid(1_000_000_007)).unwrap_or(1));
        println!("{story}: MINGCHA_SEED={seed}");
        Self(seed)
    }

    /// Begins at this seed: the same story every time.
    pub fn from_seed(seed: u64) -> Self {
        Self(seed)
    }

    /// A number from 0 to below 1.
    pub fn part(&mut self) -> f64 {
        f64::from(u32::try_from(self.below(1 << 32)).unwrap_or(0)) / 4_294_967_296.0
    }

    /// A number from 0 to one less than the bound.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)).checked_rem(bound).unwrap_or(0)
    }

    /// One of these.
    ///
    /// # Panics
    /// When there are none.
    pub fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let place = self.below(u64::try_from(of.len()).unwrap_or(u64::MAX));
        &of[usize::try_from(place).unwrap_or(0)]
    }
}
