//! One picture in other files, and other pictures of the same place: what a search for used photos must tell apart.
//!
//! Sources are real photos, where they are beside the checkout, and drawn counters. What is made of a source is either
//! the same picture (compressed, resized, lightened, cropped, mirrored) or another picture of the same place (an object
//! more, moved or gone, other light, another standpoint, another framing).

#![expect(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::many_single_char_names,
    reason = "pictures of known sizes are made of pictures of known sizes"
)]

use std::path::Path;

use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};

use crate::Chance;
use crate::counter::{Counter, colour, fill, person};

/// A picture that others are made of.
pub struct Source {
    /// Where it comes from.
    pub name: String,
    /// Its pixels, no side above 1,024.
    pub picture: RgbImage,
    /// For a drawn counter what it shows, so that it can be drawn again with one thing changed.
    pub counter: Option<Counter>,
}

/// The same picture in another file.
pub struct Same {
    /// What was done to it, one row of the table.
    pub kind: &'static str,
    /// The file.
    pub file: Vec<u8>,
}

/// Two pictures of one place that are not one picture.
pub struct Other {
    /// In what they differ.
    pub kind: &'static str,
    /// The one file; `None` for the source itself.
    pub first: Option<Vec<u8>>,
    /// The other.
    pub second: Vec<u8>,
}

/// A JPEG of a picture.
///
/// # Panics
/// When it cannot be written.
pub fn jpeg(picture: &RgbImage, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, quality);
    picture.write_with_encoder(encoder).unwrap_or_else(|error| panic!("a picture cannot be made: {error}"));
    bytes
}

/// The real photos that are not damaged, one file of each picture, then drawn counters.
///
/// # Panics
/// When a photo cannot be read.
pub fn sources(photos: Option<&Path>, drawn: u64) -> Vec<Source> {
    let mut sources = Vec::new();
    let files = [
        "gps/DSCN0010.jpg",
        "gps/DSCN0012.jpg",
        "gps/DSCN0021.jpg",
        "gps/DSCN0025.jpg",
        "gps/DSCN0027.jpg",
        "gps/DSCN0029.jpg",
        "gps/DSCN0038.jpg",
        "gps/DSCN0040.jpg",
        "gps/DSCN0042.jpg",
        "hdr/iphone_hdr_NO.jpg",
        "mobile/HMD_Nokia_8.3_5G.jpg",
        "mobile/jolla.jpg",
        "orientation/landscape_1.jpg",
        "orientation/portrait_1.jpg",
    ];
    for file in files {
        let Some(photos) = photos else { break };
        let picture = image::open(photos.join(file))
            .unwrap_or_else(|error| panic!("a picture cannot be made: {error}"))
            .into_rgb8();
        sources.push(Source { name: file.to_owned(), picture: at_most(&picture, 1_024), counter: None });
    }
    for number in 0..drawn {
        let counter = Counter::thought_up(&mut Chance::from_seed(9_000 + number));
        sources.push(Source {
            name: format!("drawn counter {number}"),
            picture: counter.drawn(),
            counter: Some(counter),
        });
    }
    sources
}

fn at_most(picture: &RgbImage, side: u32) -> RgbImage {
    let longest = picture.width().max(picture.height());
    if longest <= side {
        return picture.clone();
    }
    resized(picture, f64::from(side) / f64::from(longest))
}

fn resized(picture: &RgbImage, by: f64) -> RgbImage {
    let side = |length: u32| ((f64::from(length) * by).round() as u32).max(1);
    imageops::resize(picture, side(picture.width()), side(picture.height()), FilterType::CatmullRom)
}

fn cut(picture: &RgbImage, left: f64, top: f64, width: f64, height: f64) -> RgbImage {
    let (w, h) = (f64::from(picture.width()), f64::from(picture.height()));
    let pixels = |part: f64, of: f64| (part * of).round() as u32;
    imageops::crop_imm(picture, pixels(left, w), pixels(top, h), pixels(width, w), pixels(height, h)).to_image()
}

fn toned(picture: &RgbImage, tone: impl Fn(f64) -> f64) -> RgbImage {
    let table: Vec<u8> = (0..=255_u8).map(|value| tone(f64::from(value)).round().clamp(0.0, 255.0) as u8).collect();
    let mut toned = picture.clone();
    toned.iter_mut().for_each(|value| *value = table[usize::from(*value)]);
    toned
}

/// The same picture in many other files.
///
/// # Panics
/// When one of them cannot be written.
pub fn same(source: &RgbImage) -> Vec<Same> {
    let mut all = Vec::new();
    let mut add = |kind, picture: &RgbImage, quality| all.push(Same { kind, file: jpeg(picture, quality) });
    for quality in [95, 80, 65, 50, 35] {
        add("recompressed", source, quality);
    }
    let twice = image::load_from_memory(&jpeg(source, 60))
        .unwrap_or_else(|error| panic!("a picture cannot be made: {error}"))
        .into_rgb8();
    add("recompressed", &twice, 45);
    for by in [0.8, 0.6, 0.45, 1.25] {
        add("resized", &resized(source, by), 85);
    }
    add("resized", &at_most(source, 360), 80);
    for by in [0.7, 0.85, 1.15, 1.3] {
        add("brightness", &toned(source, |value| value * by), 85);
    }
    for by in [-30.0, 30.0] {
        add("brightness", &toned(source, |value| value + by), 85);
    }
    for power in [0.75, 1.35] {
        add("brightness", &toned(source, |value| 255.0 * (value / 255.0).powf(power)), 85);
    }
    for by in [0.8, 1.2] {
        add("contrast", &toned(source, |value| 128.0 + (value - 128.0) * by), 85);
    }
    // Cut off to the left, above, to the right, below.
    for cuts in [
        [0.03, 0.0, 0.0, 0.0],
        [0.0, 0.05, 0.0, 0.0],
        [0.1, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.1, 0.0],
        [0.0, 0.1, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.1],
        [0.02, 0.02, 0.02, 0.02],
        [0.05, 0.05, 0.05, 0.05],
        [0.1, 0.1, 0.0, 0.0],
        [0.0, 0.1, 0.1, 0.0],
        [0.0, 0.0, 0.1, 0.1],
        [0.07, 0.02, 0.03, 0.06],
    ] {
        let [left, top, right, below] = cuts;
        add("cropped up to 10 %", &cut(source, left, top, 1.0 - left - right, 1.0 - top - below), 80);
    }
    let mirrored = imageops::flip_horizontal(source);
    for quality in [90, 70, 50] {
        add("mirrored", &mirrored, quality);
    }
    add("mirrored", &resized(&mirrored, 0.7), 80);
    add("mirrored", &toned(&mirrored, |value| value * 1.15), 80);
    add("mirrored and cropped", &cut(&mirrored, 0.04, 0.03, 0.91, 0.93), 80);
    let sent = toned(&resized(&cut(source, 0.03, 0.05, 0.94, 0.92), 0.8), |value| value * 1.1 + 6.0);
    add("cropped, lightened, resized", &sent, 65);
    all
}

/// Other pictures of the same place, `count` of them.
pub fn others(source: &Source, all: &[Source], count: usize, chance: &mut Chance) -> Vec<Other> {
    let mut others = Vec::new();
    while others.len() < count {
        let kind = others.len() % 8;
        let finish = |picture: &RgbImage, chance: &mut Chance| {
            let by = 0.92 + 0.16 * chance.part();
            jpeg(&toned(picture, |value| value * by), 65 + chance.below(30) as u8)
        };
        let picture = &source.picture;
        let (kind, first, second) = match kind {
            0 => {
                let (a, b) = framings(picture, chance);
                ("another framing", Some(finish(&a, chance)), b)
            }
            1 => ("another standpoint", None, seen_from_elsewhere(picture, chance)),
            2 => ("a sign more", None, with_sign(picture, chance)),
            3 => ("a person more", None, with_person(picture, chance)),
            4 => ("an object moved", None, with_moved(picture, chance)),
            5 => ("other light", None, in_other_light(picture, chance)),
            6 => {
                let from = &all[chance.below(all.len() as u64) as usize].picture;
                ("a thing from another photo", None, with_patch(picture, from, chance))
            }
            _ => {
                if let Some(counter) = &source.counter {
                    ("drawn again, one thing changed", None, counter.changed(chance).drawn())
                } else {
                    let turned = seen_from_elsewhere(picture, chance);
                    ("another standpoint, a sign more", None, with_sign(&turned, chance))
                }
            }
        };
        let second = finish(&second, chance);
        others.push(Other { kind, first, second });
    }
    others
}

/// Two overlapping cuts of a picture, more than a tenth of their width or height apart.
fn framings(picture: &RgbImage, chance: &mut Chance) -> (RgbImage, RgbImage) {
    loop {
        let size = 0.6 + 0.25 * chance.part();
        let place = |chance: &mut Chance| ((1.0 - size) * chance.part(), (1.0 - size) * chance.part());
        let (a, b) = (place(chance), place(chance));
        if (a.0 - b.0).abs().max((a.1 - b.1).abs()) > 0.1 * size {
            return (cut(picture, a.0, a.1, size, size), cut(picture, b.0, b.1, size, size));
        }
    }
}

/// The picture as somebody a step aside sees it: its corners moved by 2 to 8 % of its size, unevenly.
fn seen_from_elsewhere(picture: &RgbImage, chance: &mut Chance) -> RgbImage {
    let (w, h) = (f64::from(picture.width()), f64::from(picture.height()));
    let reach = 0.03 + 0.05 * chance.part();
    // Each corner moves inwards, so that nothing outside of the picture is asked for.
    let mut corner = |x: f64, y: f64| {
        let (a, b) = (reach * chance.part(), reach * chance.part());
        (x + if x > 0.5 { -a } else { a }, y + if y > 0.5 { -b } else { b })
    };
    let mut corners = [corner(0.0, 0.0), corner(1.0, 0.0), corner(0.0, 1.0), corner(1.0, 1.0)];
    // A trapezium: what is further away is smaller.
    corners[0].1 += reach * 0.7;
    corners[2].1 -= reach * 0.7;
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let (u, v) = (f64::from(x) / w, f64::from(y) / h);
        let mix = |a: f64, b: f64, c: f64, d: f64| (a * (1.0 - u) + b * u) * (1.0 - v) + (c * (1.0 - u) + d * u) * v;
        let x = mix(corners[0].0, corners[1].0, corners[2].0, corners[3].0) * w;
        let y = mix(corners[0].1, corners[1].1, corners[2].1, corners[3].1) * h;
        between(picture, x, y)
    })
}

fn between(picture: &RgbImage, x: f64, y: f64) -> Rgb<u8> {
    let (x, y) = (x.clamp(0.0, f64::from(picture.width() - 1)), y.clamp(0.0, f64::from(picture.height() - 1)));
    let (left, top) = (x.floor(), y.floor());
    let get =
        |x: f64, y: f64| picture.get_pixel((x as u32).min(picture.width() - 1), (y as u32).min(picture.height() - 1)).0;
    let (a, b, c, d) = (get(left, top), get(left + 1.0, top), get(left, top + 1.0), get(left + 1.0, top + 1.0));
    let (u, v) = (x - left, y - top);
    Rgb(std::array::from_fn(|i| {
        let above = f64::from(a[i]) * (1.0 - u) + f64::from(b[i]) * u;
        let below = f64::from(c[i]) * (1.0 - u) + f64::from(d[i]) * u;
        (above * (1.0 - v) + below * v).round() as u8
    }))
}

/// A rectangle of the picture, `least` to `most` of its longer side wide and high.
fn place(picture: &RgbImage, least: f64, most: f64, chance: &mut Chance) -> (u32, u32, u32, u32) {
    let side = f64::from(picture.width().max(picture.height()));
    let length = |chance: &mut Chance| (side * (least + (most - least) * chance.part())) as u32;
    let (width, height) = (length(chance).min(picture.width() - 2), length(chance).min(picture.height() - 2));
    let left = chance.below(u64::from(picture.width() - width)) as u32;
    let top = chance.below(u64::from(picture.height() - height)) as u32;
    (left, top, width, height)
}

/// Whether a person would see the change: its pixels differ by 20 levels in the middle.
fn is_seen(before: &RgbImage, after: &RgbImage, (left, top, width, height): (u32, u32, u32, u32)) -> bool {
    let mut sum = 0_u64;
    for y in top..top + height {
        for x in left..left + width {
            let (a, b) = (before.get_pixel(x, y).0, after.get_pixel(x, y).0);
            sum += a.iter().zip(b).map(|(a, b)| u64::from(a.abs_diff(b))).sum::<u64>();
        }
    }
    sum > 3 * 20 * u64::from(width) * u64::from(height)
}

fn changed(
    picture: &RgbImage,
    least: f64,
    most: f64,
    chance: &mut Chance,
    mut paint: impl FnMut(&mut RgbImage, (u32, u32, u32, u32), &mut Chance),
) -> RgbImage {
    loop {
        let at = place(picture, least, most, chance);
        let mut after = picture.clone();
        paint(&mut after, at, chance);
        if is_seen(picture, &after, at) {
            return after;
        }
    }
}

/// A notice or a sign with a few lines of writing, as large as a sheet of paper a few steps away.
fn with_sign(picture: &RgbImage, chance: &mut Chance) -> RgbImage {
    changed(picture, 0.05, 0.14, chance, |picture, at, chance| {
        let (left, top, width, height) = at;
        fill(picture, at, colour(chance));
        let ink = colour(chance);
        let line = (height / 8).max(1);
        for number in 1..4 {
            let long = width / 2 + chance.below(u64::from(width / 3 + 1)) as u32;
            fill(picture, (left + width / 8, top + number * 2 * line - line / 2, long.min(width * 3 / 4), line), ink);
        }
    })
}

/// Somebody who stands there: head, trunk and legs.
fn with_person(picture: &RgbImage, chance: &mut Chance) -> RgbImage {
    changed(picture, 0.09, 0.2, chance, |picture, at, chance| person(picture, at, colour(chance), colour(chance)))
}

/// What stands in one place now stands in another.
fn with_moved(picture: &RgbImage, chance: &mut Chance) -> RgbImage {
    changed(picture, 0.08, 0.16, chance, |picture, (left, top, width, height), chance| {
        let from_x = chance.below(u64::from(picture.width() - width)) as u32;
        let from_y = chance.below(u64::from(picture.height() - height)) as u32;
        let thing = imageops::crop_imm(picture, from_x, from_y, width, height).to_image();
        imageops::replace(picture, &thing, i64::from(left), i64::from(top));
    })
}

/// A thing cut out of another photo stands in this one.
fn with_patch(picture: &RgbImage, from: &RgbImage, chance: &mut Chance) -> RgbImage {
    changed(picture, 0.07, 0.16, chance, |picture, (left, top, width, height), chance| {
        let (width, height) = (width.min(from.width() / 2), height.min(from.height() / 2));
        let x = chance.below(u64::from(from.width() - width)) as u32;
        let y = chance.below(u64::from(from.height() - height)) as u32;
        let thing = imageops::crop_imm(from, x, y, width, height).to_image();
        imageops::replace(picture, &thing, i64::from(left), i64::from(top));
    })
}

/// The light falls from another side, and something throws a shadow with a soft edge.
fn in_other_light(picture: &RgbImage, chance: &mut Chance) -> RgbImage {
    let (w, h) = (f64::from(picture.width()), f64::from(picture.height()));
    let turn = std::f64::consts::TAU * chance.part();
    let strength = 0.3 + 0.3 * chance.part();
    let (edge, slant) = (0.25 + 0.5 * chance.part(), chance.part() - 0.5);
    let depth = 0.15 + 0.25 * chance.part();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let (u, v) = (f64::from(x) / w, f64::from(y) / h);
        let side = (u - 0.5) * turn.cos() + (v - 0.5) * turn.sin();
        let shade = ((u + slant * v - edge) * 12.0).clamp(-1.0, 1.0) * 0.5 + 0.5;
        let light = (1.0 + strength * side) * (1.0 - depth * shade);
        Rgb(picture.get_pixel(x, y).0.map(|value| (f64::from(value) * light).clamp(0.0, 255.0) as u8))
    })
}
