//! Drawn counters: what pictures of a place look like where no real photo is at hand, and what changes there from one
//! moment to the next.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "pictures of known sizes are made of pictures of known sizes"
)]

use image::{Rgb, RgbImage};

use crate::Chance;

/// What a drawn counter shows.
#[derive(Clone)]
pub struct Counter {
    wall: [u8; 3],
    floor: [u8; 3],
    desk: [u8; 3],
    edge: f64,
    windows: u32,
    grain: u64,
    signs: Vec<Thing>,
    people: Vec<Thing>,
}

#[derive(Clone)]
struct Thing {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
    colours: [[u8; 3]; 2],
}

impl Thing {
    fn sign(chance: &mut Chance) -> Self {
        let (width, height) = (0.05 + 0.1 * chance.part(), 0.06 + 0.08 * chance.part());
        let (left, top) = (0.9 * chance.part(), 0.05 + 0.35 * chance.part());
        Self { left, top, width, height, colours: [colour(chance), colour(chance)] }
    }

    fn person(chance: &mut Chance) -> Self {
        let height = 0.35 + 0.2 * chance.part();
        let (left, top) = (0.85 * chance.part(), 0.95 - height);
        Self { left, top, width: height * 0.28, height, colours: [colour(chance), colour(chance)] }
    }
}

impl Counter {
    pub(crate) fn thought_up(chance: &mut Chance) -> Self {
        let mut near = |colour: [u8; 3]| colour.map(|value| value - chance.below(40) as u8);
        let (wall, floor, desk) = (near([235, 232, 225]), near([190, 185, 178]), near([150, 110, 80]));
        Self {
            wall,
            floor,
            desk,
            edge: 0.48 + 0.14 * chance.part(),
            windows: 2 + chance.below(5) as u32,
            grain: chance.below(1 << 40),
            signs: (0..3 + chance.below(6)).map(|_| Thing::sign(chance)).collect(),
            people: (0..chance.below(4)).map(|_| Thing::person(chance)).collect(),
        }
    }

    /// The same counter at another moment: a sign more or fewer, somebody come, gone or moved.
    pub(crate) fn changed(&self, chance: &mut Chance) -> Self {
        let mut after = self.clone();
        loop {
            match chance.below(4) {
                0 => after.signs.push(Thing::sign(chance)),
                1 => drop(after.signs.pop()),
                2 if !after.people.is_empty() => after.people[0].left = 0.85 * chance.part(),
                _ => after.people.push(Thing::person(chance)),
            }
            let (before, now) = (self.drawn(), after.drawn());
            let differing = before
                .pixels()
                .zip(now.pixels())
                .filter(|(a, b)| a.0.iter().zip(b.0).map(|(a, b)| u32::from(a.abs_diff(b))).sum::<u32>() > 60);
            // What nobody would see is no change.
            if differing.count() > 1_500 {
                return after;
            }
            after = self.clone();
        }
    }

    pub(crate) fn drawn(&self) -> RgbImage {
        let (width, height) = (1_024_u32, 768_u32);
        let edge = (f64::from(height) * self.edge) as u32;
        let mut picture = RgbImage::from_fn(width, height, |x, y| {
            let base = if y < edge { self.wall } else { self.floor };
            let light = 1.0 - 0.12 * f64::from(x) / f64::from(width) - 0.1 * f64::from(y) / f64::from(height);
            let tile = if y > edge && (x % 96 < 2 || y % 96 < 2) { 0.88 } else { 1.0 };
            Rgb(base.map(|value| (f64::from(value) * light * tile) as u8))
        });
        let desk_height = height / 5;
        fill(&mut picture, (0, edge, width, desk_height), self.desk);
        fill(&mut picture, (0, edge, width, 12), self.desk.map(|value| value / 2));
        for number in 0..self.windows {
            let each = width / self.windows;
            let left = number * each + each / 8;
            fill(&mut picture, (left, edge - 190, each * 3 / 4, 180), [90, 120, 135]);
            fill(&mut picture, (left + 8, edge - 182, each * 3 / 4 - 16, 164), [165, 190, 200]);
            person(&mut picture, (left + each / 4, edge - 150, each / 4, 150), [50, 60, 90], [50, 60, 90]);
            fill(&mut picture, (left + each / 5, edge - 215, each / 3, 22), [190, 30, 40]);
        }
        let pixels = |part: f64, of: u32| (part.max(0.0) * f64::from(of)) as u32;
        for sign in &self.signs {
            let at = (
                pixels(sign.left, width),
                pixels(sign.top, height),
                pixels(sign.width, width),
                pixels(sign.height, height),
            );
            fill(&mut picture, at, sign.colours[0]);
            for line in 1..4 {
                fill(
                    &mut picture,
                    (at.0 + at.2 / 8, at.1 + line * at.3 / 4, at.2 * 3 / 4, (at.3 / 10).max(1)),
                    sign.colours[1],
                );
            }
        }
        for one in &self.people {
            let at = (
                pixels(one.left, width),
                pixels(one.top, height),
                pixels(one.width, width),
                pixels(one.height, height),
            );
            person(&mut picture, at, one.colours[0], one.colours[1]);
        }
        // The grain of a camera's sensor.
        let mut chance = Chance::from_seed(self.grain);
        for value in picture.iter_mut() {
            *value = value.saturating_add(chance.below(9) as u8).saturating_sub(4);
        }
        picture
    }
}

pub(crate) fn fill(picture: &mut RgbImage, (left, top, width, height): (u32, u32, u32, u32), colour: [u8; 3]) {
    for y in top..(top + height).min(picture.height()) {
        for x in left..(left + width).min(picture.width()) {
            picture.put_pixel(x, y, Rgb(colour));
        }
    }
}

pub(crate) fn colour(chance: &mut Chance) -> [u8; 3] {
    let palette =
        [[200, 30, 40], [245, 245, 240], [30, 70, 160], [240, 200, 60], [40, 120, 70], [60, 60, 65], [150, 90, 50]];
    palette[chance.below(palette.len() as u64) as usize]
}

pub(crate) fn person(
    picture: &mut RgbImage,
    (left, top, width, height): (u32, u32, u32, u32),
    coat: [u8; 3],
    legs: [u8; 3],
) {
    let (middle, radius) = (left + width / 2, height / 9 + 1);
    fill(picture, (left + width / 5, top + height / 4, width * 3 / 5, height * 2 / 5), coat);
    fill(picture, (left + width / 4, top + height * 13 / 20, width / 2, height * 7 / 20), legs);
    for y in top..(top + 2 * radius).min(picture.height()) {
        for x in middle.saturating_sub(radius)..(middle + radius).min(picture.width()) {
            let (dx, dy) = (x.abs_diff(middle), y.abs_diff(top + radius));
            if dx * dx + dy * dy < radius * radius {
                picture.put_pixel(x, y, Rgb([205, 165, 135]));
            }
        }
    }
}
