//! How often a picture that comes again is recognised, and how often another picture is taken for it.
//!
//! Limits were chosen on the sources with an even number; what is promised is read off the others, which nobody looked at
//! while choosing.

use std::collections::BTreeMap;
use std::path::Path;

use mingcha_evidence::{Fingerprint, Fingerprints, Thumbnail, prepare};

use crate::Chance;
use crate::altered::{Source, jpeg, others, same, sources};

/// Counters that are drawn beside the real photos, so that there are some where the photos are not.
const DRAWN: u64 = 14;

/// One row of the table.
#[derive(Clone, Copy, Debug, Default)]
pub struct Count {
    /// Pairs that were taken for one picture.
    pub same: u32,
    /// All pairs.
    pub all: u32,
    /// Those of which a fingerprint alone would have said so: it is among the nearest of all sources.
    pub near: u32,
}

impl Count {
    /// Pairs taken for one picture, of all.
    pub fn rate(&self) -> f64 {
        f64::from(self.same) / f64::from(self.all.max(1))
    }
}

/// What came of one half of the sources.
#[derive(Clone, Debug, Default)]
pub struct Half {
    /// The same picture in another file, by what was done to it.
    pub same: BTreeMap<&'static str, Count>,
    /// Another picture of the same place, by what differs.
    pub other: BTreeMap<&'static str, Count>,
}

impl Half {
    /// Of what was taken for the same picture, the part that is.
    pub fn precision(&self) -> f64 {
        self.precision_of(|count| count.same)
    }

    /// The same by fingerprint alone: what the closer look is for.
    pub fn precision_of_fingerprints(&self) -> f64 {
        self.precision_of(|count| count.near)
    }

    fn precision_of(&self, taken: impl Fn(&Count) -> u32) -> f64 {
        let sum = |of: &BTreeMap<_, Count>| of.values().map(&taken).sum::<u32>();
        let (right, wrong) = (sum(&self.same), sum(&self.other));
        f64::from(right) / f64::from(right.saturating_add(wrong).max(1))
    }

    /// The recall of every kind whose name begins so.
    pub fn recall(&self, begins: &str) -> f64 {
        let mut sum = Count::default();
        for count in self.same.iter().filter(|(kind, _)| kind.starts_with(begins)).map(|(_, count)| count) {
            sum.same = sum.same.saturating_add(count.same);
            sum.all = sum.all.saturating_add(count.all);
        }
        sum.rate()
    }

    /// Every row, as people read it.
    pub fn print(&self) {
        for (what, rows) in [("same picture", &self.same), ("another picture", &self.other)] {
            for (kind, count) in rows {
                let Count { same, all, near } = count;
                println!("  {what:<16} {kind:<34} {same:>4} of {all:>4} {:.3}   fingerprint {near:>4}", count.rate());
            }
        }
        println!("  precision {:.4}, by fingerprint alone {:.4}", self.precision(), self.precision_of_fingerprints());
    }
}

/// Takes every source apart: `others` pairs of other pictures for each, and of the same picture every `step`th file.
///
/// The first half is that on which the limits were chosen.
///
/// # Panics
/// When a picture cannot be taken in.
pub fn measured(photos: Option<&Path>, of_others: usize, step: usize) -> [Half; 2] {
    let all = sources(photos, DRAWN);
    let taken = |file: Vec<u8>| {
        let photo = prepare(file).unwrap_or_else(|error| panic!("a picture cannot be taken in: {error}"));
        let thumbnail = Thumbnail::read(&photo.thumbnail);
        (photo.fingerprint, thumbnail.unwrap_or_else(|error| panic!("a thumbnail cannot be read: {error}")))
    };
    let originals: Vec<_> = all.iter().map(|source: &Source| taken(jpeg(&source.picture, 92))).collect();
    let mut known = Fingerprints::default();
    for (fingerprint, _) in &originals {
        known.push(*fingerprint);
    }
    let mut chance = Chance::from_seed(7);
    let mut halves = [Half::default(), Half::default()];
    for (number, (source, own)) in all.iter().zip(&originals).enumerate() {
        let half = &mut halves[number % 2];
        let note = |count: &mut Count, first: &(Fingerprint, Thumbnail), second: &(Fingerprint, Thumbnail)| {
            let place = known.search(&second.0).contains(&number);
            count.all = count.all.saturating_add(1);
            count.near = count.near.saturating_add(u32::from(place));
            count.same = count.same.saturating_add(u32::from(first.1.is_same_picture(&second.1)));
        };
        for (place, one) in same(&source.picture).into_iter().enumerate() {
            if place.is_multiple_of(step) {
                note(half.same.entry(one.kind).or_default(), own, &taken(one.file));
            }
        }
        for one in others(source, &all, of_others, &mut chance) {
            let first = one.first.map(taken);
            note(half.other.entry(one.kind).or_default(), first.as_ref().unwrap_or(own), &taken(one.second));
        }
    }
    halves
}

/// Small pieces of the sources, each with a fingerprint of its own: what a city's photos are to a search.
pub fn many(photos: Option<&Path>, count: usize) -> Fingerprints {
    let small: Vec<image::RgbImage> =
        sources(photos, DRAWN).iter().map(|source| image::imageops::thumbnail(&source.picture, 160, 120)).collect();
    let mut chance = Chance::from_seed(3);
    let mut pick =
        |from: u64, to: u64| u32::try_from(from.saturating_add(chance.below(to.saturating_sub(from)))).unwrap_or(0);
    let mut many = Fingerprints::default();
    for number in 0..count {
        let (width, height) = (pick(40, 130), pick(40, 100));
        let (left, top) =
            (pick(0, u64::from(161_u32.saturating_sub(width))), pick(0, u64::from(121_u32.saturating_sub(height))));
        let picture = &small[number.checked_rem(small.len()).unwrap_or(0)];
        many.push(Fingerprint::of(&image::imageops::crop_imm(picture, left, top, width, height).to_image()));
    }
    many
}
