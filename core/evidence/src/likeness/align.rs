//! Laying one picture over another: which part of the one the other shows, to a fraction of a pixel.
//!
//! The other may be mirrored, cropped by up to a tenth, lighter or darker. It is not turned and not seen from elsewhere:
//! where nothing but that would make two pictures fit, they are not one picture.

use super::plane::{Plane, mean, number, whole};
use super::sheet::Sheet;

/// Which part of a picture another one shows: edges as parts of its width and height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Window {
    pub left: f32,
    pub top: f32,
    pub width: f32,
    pub height: f32,
}

impl Window {
    pub const WHOLE: Self = Self { left: 0.0, top: 0.0, width: 1.0, height: 1.0 };

    /// The most that is cut off in one direction.
    pub fn cut(&self) -> f32 {
        (1.0 - self.width).max(1.0 - self.height)
    }

    /// How far an edge lies outside of the picture.
    pub fn outside(&self) -> f32 {
        let right = self.left + self.width - 1.0;
        let below = self.top + self.height - 1.0;
        (-self.left).max(-self.top).max(right).max(below).max(0.0)
    }

    /// The window of the part in which the whole picture lies: the same two pictures, told from the other side.
    pub fn turned(&self) -> Self {
        Self {
            left: -self.left / self.width,
            top: -self.top / self.height,
            width: 1.0 / self.width,
            height: 1.0 / self.height,
        }
    }

    /// Where a place of the cut-out picture lies on a plane of the whole one, in its pixels.
    pub fn place(&self, plane: &Plane, across: f32, down: f32) -> (f32, f32) {
        let x = (self.left + self.width * across) * number(plane.width) - 0.5;
        let y = (self.top + self.height * down) * number(plane.height) - 0.5;
        (x, y)
    }
}

/// What is cut off to begin with, left and right or above and below; the rest is found by small steps.
pub(super) const CUTS: [(f32, f32); 4] = [(0.0, 0.0), (0.08, 0.0), (0.0, 0.08), (0.04, 0.04)];
/// The longest side of the pictures that are laid over each other, from coarse to fine, and how many steps are taken.
const STEPS: [(usize, usize); 3] = [(40, 6), (80, 4), (160, 4)];
const COARSE: usize = 28;
/// The longest side at which it is asked whether a picture is bent.
const BENT: usize = 80;
/// How little a picture may say of a bend and still be believed.
const STIFF: f64 = 50.0;

/// The window of a picture that a part of it shows, as far as a look at very small copies tells, and how well it fits.
pub(super) fn first_guess(of: &Sheet, part: &Sheet) -> (f32, Window) {
    let (of, part) = (of.grey(COARSE), part.grey(COARSE));
    let mut best = (f32::NEG_INFINITY, Window::WHOLE);
    for (left, right) in CUTS {
        for (top, below) in CUTS {
            let window = Window { left, top, width: 1.0 - left - right, height: 1.0 - top - below };
            let fit = likeness(&of, &part, &window);
            if fit > best.0 {
                best = (fit, window);
            }
        }
    }
    best
}

/// The same window to a fraction of a pixel.
pub(super) fn refined(of: &Sheet, part: &Sheet, mut window: Window) -> Window {
    for (side, most) in STEPS {
        let (of, part) = (of.grey(side), part.grey(side));
        for _ in 0..most {
            let Some((next, moved)) = step(&of, &part, &window) else { break };
            window = next;
            if moved * number(side) < 0.02 {
                break;
            }
        }
    }
    window
}

/// How alike two planes are under a window, from -1 to 1, whatever their brightness and contrast.
pub(super) fn likeness(of: &Plane, part: &Plane, window: &Window) -> f32 {
    let (mut a, mut b) = (Vec::new(), Vec::new());
    for y in 0..part.height {
        for x in 0..part.width {
            let (across, down) = middle(part, x, y);
            let (left, top) = window.place(of, across, down);
            a.push(of.between(left, top));
            b.push(part.at(x, y));
        }
    }
    let (mean_a, mean_b) = (mean(a.iter().copied()), mean(b.iter().copied()));
    let (mut both, mut only_a, mut only_b) = (0.0_f32, 0.0_f32, 0.0_f32);
    for (a, b) in a.iter().zip(&b) {
        let (a, b) = (a - mean_a, b - mean_b);
        both += a * b;
        only_a += a * a;
        only_b += b * b;
    }
    both / (only_a * only_b).sqrt().max(1e-3)
}

/// The middle of a pixel as parts of width and height.
pub(super) fn middle(plane: &Plane, x: usize, y: usize) -> (f32, f32) {
    ((number(x) + 0.5) / number(plane.width), (number(y) + 0.5) / number(plane.height))
}

/// The sums of least squares over every pixel: `row` says from the slopes across and down, the place in the part, and the
/// two values what one pixel asks for.
fn sums<const N: usize, const M: usize>(
    of: &Plane,
    part: &Plane,
    window: &Window,
    row: impl Fn([f32; 2], [f32; 2], f32, f32) -> [f32; M],
) -> [[f64; M]; N] {
    let mut sums = [[0.0_f64; M]; N];
    for y in 0..part.height {
        for x in 0..part.width {
            let (across, down) = middle(part, x, y);
            let (left, top) = window.place(of, across, down);
            if left < 0.0 || top < 0.0 || whole(left) >= of.width || whole(top) >= of.height {
                continue;
            }
            let here = of.between(left, top);
            let steep_x = (of.between(left + 0.5, top) - of.between(left - 0.5, top)) * number(of.width);
            let steep_y = (of.between(left, top + 0.5) - of.between(left, top - 0.5)) * number(of.height);
            let row = row([steep_x, steep_y], [across, down], here, part.at(x, y)).map(f64::from);
            for (line, weight) in sums.iter_mut().zip(row) {
                for (sum, value) in line.iter_mut().zip(row) {
                    *sum += weight * value;
                }
            }
        }
    }
    sums
}

/// One step of Gauss and Newton over the four edges, brightness and contrast (Lucas and Kanade, "An Iterative Image
/// Registration Technique", IJCAI 1981); the new window, and how far an edge moved.
fn step(of: &Plane, part: &Plane, window: &Window) -> Option<(Window, f32)> {
    // here + steep * change = contrast * there + brightness
    let sums: [[f64; 7]; 6] = sums(of, part, window, |[steep_x, steep_y], [across, down], here, there| {
        [steep_x, steep_x * across, steep_y, steep_y * down, -there, -1.0, -here]
    });
    let [left, width, top, height, _, _] = solve(sums)?;
    #[expect(clippy::cast_possible_truncation, reason = "parts of a picture")]
    let change = [left, width, top, height].map(|change| (change as f32).clamp(-0.05, 0.05));
    let [left, width, top, height] = change;
    let next = Window {
        left: window.left + left,
        top: window.top + top,
        width: window.width + width,
        height: window.height + height,
    };
    let moved = left.abs().max(top.abs()).max((left + width).abs()).max((top + height).abs());
    Some((next, moved))
}

/// By how much the part would fit better if it were turned, slanted or seen from the side: how far a corner would move, as
/// a part of the picture's size. A file that was cropped and compressed has no reason to.
pub(super) fn bend(of: &Sheet, part: &Sheet, window: &Window) -> f32 {
    let (of, part) = (of.grey(BENT), part.grey(BENT));
    let mut sums: [[f64; 11]; 10] = sums(&of, &part, window, |[steep_x, steep_y], [across, down], here, there| {
        let (u, v) = (across - 0.5, down - 0.5);
        [
            steep_x,
            steep_x * u,
            steep_y,
            steep_y * v,
            steep_x * v,
            steep_x * u * v,
            steep_y * u,
            steep_y * u * v,
            -there,
            -1.0,
            -here,
        ]
    });
    // Where the picture says nothing of it, nothing is bent.
    let pixels = f64::from(number(part.width.saturating_mul(part.height)));
    for (turn, line) in sums.iter_mut().enumerate().take(8).skip(4) {
        if let Some(value) = line.get_mut(turn) {
            *value += STIFF * pixels;
        }
    }
    let Some([_, _, _, _, a, b, c, d, _, _]) = solve(sums) else { return 0.0 };
    #[expect(clippy::cast_possible_truncation, reason = "parts of a picture")]
    let corner = [a.abs() / 2.0 + b.abs() / 4.0, c.abs() / 2.0 + d.abs() / 4.0].map(|part| part as f32);
    corner.into_iter().fold(0.0, f32::max)
}

/// Solves linear equations whose last column is the right side; `None` where they do not say enough.
pub(super) fn solve<const N: usize, const M: usize>(mut lines: [[f64; M]; N]) -> Option<[f64; N]> {
    for turn in 0..N {
        let largest = (turn..N).max_by(|a, b| {
            let size = |line: &usize| lines.get(*line).and_then(|line| line.get(turn)).map_or(0.0, |value| value.abs());
            size(a).total_cmp(&size(b))
        })?;
        lines.swap(turn, largest);
        let pivot = *lines.get(turn)?;
        let first = *pivot.get(turn)?;
        if first.abs() < 1e-6 {
            return None;
        }
        for (number, line) in lines.iter_mut().enumerate() {
            if number != turn {
                let factor = *line.get(turn)? / first;
                line.iter_mut().zip(pivot).for_each(|(value, pivot)| *value -= factor * pivot);
            }
        }
    }
    let mut solved = [0.0; N];
    for (turn, value) in solved.iter_mut().enumerate() {
        let line = lines.get(turn)?;
        *value = line.last()? / line.get(turn)?;
    }
    Some(solved)
}
