//! Chance that can be repeated: the same throws in every run.

#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn throw(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// From 0, `end` not included.
    pub(crate) fn below(&mut self, end: u32) -> u32 {
        (((self.throw() >> 32) * u64::from(end)) >> 32) as u32
    }

    pub(crate) fn chance(&mut self, of: u32, all: u32) -> bool {
        self.below(all) < of
    }

    pub(crate) fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.throw() as u8).collect()
    }

    /// Between `low` and `high`, both included.
    pub(crate) fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high - low + 1)
    }
}
