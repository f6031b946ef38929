//! Whether two small pictures are one, decided place by place.
//!
//! Laid over each other and brought to one brightness, one picture in two files differs by what compression and shrinking
//! do. A counter photographed again differs in at least one place by more: a person, a sign, a shadow.

use super::align::{self, Window, likeness, middle, solve};
use super::plane::{Plane, spread};
use super::sheet::Sheet;

/// The longest side at which places are compared.
const SIDE: usize = 160;
/// How far a difference is averaged, in pixels to each side.
const AROUND: usize = 2;
// The limits below were chosen on one half of the pictures of tests/tests/likeness.rs and hold on the other half.
/// The levels of 255 by which a smooth place may differ; where both have an edge, by half of its steepness more.
const LEVELS: f32 = 3.0;
const EDGE: f32 = 0.5;
/// The levels more where one of both is nearly black or white: what was cut off there does not come back.
const CUT_OFF: f32 = 6.0;
/// The difference of one place, as a multiple of the above, from which on two pictures are two.
const PEAK: f32 = 2.4;
/// The most that may be cut off: a tenth, and what measuring it errs by.
const CUT: f32 = 0.13;
/// How far a window may lie outside.
const OUTSIDE: f32 = 0.015;
/// How much bent a picture may be.
const BEND: f32 = 0.005;
/// How alike two pictures must be in all before a closer look is worth its time: first small, then laid over each other.
const FIRST_FIT: f32 = 0.6;
const FIT: f32 = 0.85;
/// The levels by which a picture must vary to be recognised at all.
const PLAIN: f32 = 6.0;

/// Whether two sheets show one picture, whichever of them was cropped or mirrored.
pub(super) fn is_same(a: &Sheet, b: &Sheet) -> bool {
    if spread(&a.grey.values).1 < PLAIN || spread(&b.grey.values).1 < PLAIN {
        return false;
    }
    let mirrored = b.mirrored();
    let pairs = [(a, b), (b, a), (a, &mirrored), (&mirrored, a)];
    let guesses = pairs.map(|(of, part)| (of, part, align::first_guess(of, part)));
    let best = guesses.into_iter().max_by(|(_, _, a), (_, _, b)| a.0.total_cmp(&b.0));
    best.is_some_and(|(of, part, (fit, window))| fit >= FIRST_FIT && is_part(of, part, window))
}

/// Whether the second is the first, or what is left of it after cropping, or the other way round.
fn is_part<'a>(mut of: &'a Sheet, mut part: &'a Sheet, guess: Window) -> bool {
    let mut window = align::refined(of, part, guess);
    if window.outside() > window.turned().outside() {
        (of, part) = (part, of);
        window = align::refined(of, part, window.turned());
    }
    window.cut() <= CUT
        && window.outside() <= OUTSIDE
        && likeness(&of.grey(SIDE / 2), &part.grey(SIDE / 2), &window) >= FIT
        && align::bend(of, part, &window) <= BEND
        && peak(of, part, &window) <= PEAK
}

/// The largest difference of one place, as a multiple of what compression and shrinking do.
pub(super) fn peak(of: &Sheet, part: &Sheet, window: &Window) -> f32 {
    let (of, part) = (of.colours(SIDE), part.colours(SIDE));
    let channels = of.iter().zip(&part).map(|(of, part)| {
        let seen = Plane::from_fn(part.width, part.height, |x, y| {
            let (across, down) = middle(part, x, y);
            let (left, top) = window.place(of, across, down);
            of.between(left, top)
        });
        let there = left_over(&seen, part);
        let back = left_over(part, &seen);
        let allowed = Plane::from_fn(part.width, part.height, |x, y| {
            let cut = cut_off(seen.at(x, y)).max(cut_off(part.at(x, y)));
            EDGE * seen.slope(x, y).min(part.slope(x, y)) + CUT_OFF * cut
        });
        let least = there.values.iter().zip(&back.values).map(|(there, back)| there.abs().min(back.abs()));
        (least.collect(), allowed.blurred(AROUND).values)
    });
    let sums = channels.reduce(|(differing, allowed): (Vec<f32>, Vec<f32>), (more, also)| {
        let sum = |a: Vec<f32>, b: Vec<f32>| a.iter().zip(b).map(|(a, b)| a + b).collect();
        (sum(differing, more), sum(allowed, also))
    });
    let Some((differing, allowed)) = sums else { return f32::INFINITY };
    differing.iter().zip(allowed).map(|(differing, allowed)| differing / (3.0 * LEVELS + allowed)).fold(0.0, f32::max)
}

/// What is left of the second when the first, brought to its brightness, is taken off; averaged around each place.
fn left_over(from: &Plane, to: &Plane) -> Plane {
    let curve = Curve::fitted(&from.values, &to.values);
    let values = from.values.iter().zip(&to.values).map(|(from, to)| to - curve.at(*from)).collect();
    Plane { values, width: to.width, height: to.height }.blurred(AROUND)
}

/// How near a value is to being cut off, from 0 to 1: what was lost there can not be brought back.
fn cut_off(value: f32) -> f32 {
    ((value - 215.0) / 35.0).max((25.0 - value) / 25.0).clamp(0.0, 1.0)
}

/// How one picture's brightness becomes another's: a smooth curve of the third degree, too stiff to explain away an object.
struct Curve([f32; 4]);

/// How often a curve is fitted, each time with less weight for what does not fit.
const ROUNDS: usize = 4;
/// Every fifth pixel takes part.
const SAMPLED: usize = 5;
/// How stiff the curve is.
const HELD: f64 = 1e-3;

impl Curve {
    /// The curve that brings the first values nearest to the second, whatever stands in the way at single places.
    fn fitted(from: &[f32], to: &[f32]) -> Self {
        let mut curve = Self([0.0, 1.0, 0.0, 0.0]);
        let mut usual: Option<f64> = None;
        for _ in 0..ROUNDS {
            let mut sums = [[0.0_f64; 5]; 4];
            let (mut off, mut count) = (0.0_f64, 0.0_f64);
            for (from, to) in from.iter().zip(to).step_by(SAMPLED) {
                if [from, to].into_iter().any(|value| *value < 3.0 || *value > 252.0) {
                    continue; // cut off: says nothing of the curve
                }
                let error = f64::from((to - curve.at(*from)).abs());
                let weight = usual.map_or(1.0, |usual| 1.0 / (1.0 + (error / usual) * (error / usual)));
                off += error.min(40.0);
                count += 1.0;
                let x = f64::from(*from) / 255.0;
                let row = [1.0, x, x * x, x * x * x, f64::from(*to) / 255.0];
                for (line, factor) in sums.iter_mut().zip(row) {
                    line.iter_mut().zip(row).for_each(|(sum, value)| *sum += weight * factor * value);
                }
            }
            // Where the picture says little, held near what changes nothing: the first factor is 1, the others 0.
            let hold = HELD * (count + 1.0);
            for (turn, line) in sums.iter_mut().enumerate() {
                if let Some(value) = line.get_mut(turn) {
                    *value += hold;
                }
                if let (1, Some(value)) = (turn, line.last_mut()) {
                    *value += hold;
                }
            }
            #[expect(clippy::cast_possible_truncation, reason = "factors of brightness")]
            if let Some(solved) = solve(sums) {
                curve = Self(solved.map(|value| value as f32));
            }
            usual = Some(if usual.is_some() { (1.5 * off / count.max(1.0)).max(2.0) } else { 20.0 });
        }
        curve
    }

    fn at(&self, from: f32) -> f32 {
        let [one, two, three, four] = self.0;
        let x = from / 255.0;
        (255.0 * (one + x * (two + x * (three + x * four)))).clamp(0.0, 255.0)
    }
}
