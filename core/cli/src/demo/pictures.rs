//! Where the photos of the story come from: a folder of JPEGs, or pictures drawn here of a counter and what is wrong.
//!
//! A drawn picture is plainly a drawing and shows no person. Files of a folder are taken in turn as they are; what the
//! core cannot take in is passed over and told.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use image::{ImageBuffer, Rgb};
use mingcha::Phone;

const WIDTH: u32 = 800;
const HEIGHT: u32 = 600;

/// What a picture is to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scene<'a> {
    /// The item that it is evidence for.
    pub item: &'a str,
    /// True once it was put right.
    pub mended: bool,
}

/// Gives a picture whenever somebody takes one.
pub struct Pictures {
    given: Vec<PathBuf>,
    next: usize,
    drawn: u32,
    folder: PathBuf,
    /// Files that the core could not take in, by name.
    pub passed_over: Vec<String>,
}

impl Pictures {
    /// Pictures from the JPEGs in `given` and in its folders; without any, drawn ones kept in `folder`.
    pub fn new(given: Option<&Path>, folder: PathBuf) -> io::Result<Self> {
        let mut files = Vec::new();
        if let Some(given) = given {
            jpegs(given, true, &mut files)?;
            files.sort();
        }
        fs::create_dir_all(&folder)?;
        Ok(Self { given: files, next: 0, drawn: 0, folder, passed_over: Vec::new() })
    }

    /// Where drawn pictures lie.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The next picture: one that was given and can be taken in, else one that is drawn.
    pub fn take(&mut self, scene: Scene<'_>) -> io::Result<PathBuf> {
        while !self.given.is_empty() {
            let place = self.next.checked_rem(self.given.len()).unwrap_or_default();
            let Some(file) = self.given.get(place).cloned() else { break };
            if Phone::photo_inspect(&file, None).is_ok() {
                self.next = self.next.saturating_add(1);
                return Ok(file);
            }
            self.given.remove(place);
            self.passed_over.extend(file.file_name().map(|name| name.to_string_lossy().into_owned()));
        }
        self.drawn = self.drawn.saturating_add(1);
        let file = self.folder.join(format!("{:02}-{}.jpg", self.drawn, scene.item));
        draw(scene, self.drawn).save(&file).map_err(io::Error::other)?;
        Ok(file)
    }
}

/// True when there is anything to take.
pub fn has_jpegs(folder: &Path) -> bool {
    let mut found = Vec::new();
    jpegs(folder, true, &mut found).is_ok() && !found.is_empty()
}

/// The JPEG files of a folder, and of the folders in it.
fn jpegs(folder: &Path, deeper: bool, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_jpeg = path
            .extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("jpg") || ending.eq_ignore_ascii_case("jpeg"));
        if deeper && path.is_dir() {
            jpegs(&path, false, found)?;
        } else if is_jpeg && path.is_file() {
            found.push(path);
        }
    }
    Ok(())
}

type Colour = [u8; 3];

const WALL: Colour = [226, 230, 226];
const FLOOR: Colour = [186, 180, 170];
const WOOD: Colour = [150, 104, 66];
const DARK: Colour = [74, 66, 60];
const GLASS: Colour = [176, 208, 222];
const BLUE: Colour = [34, 92, 160];
const GREEN: Colour = [56, 142, 76];
const RED: Colour = [196, 52, 44];
const PAPER: Colour = [250, 248, 240];
const BOX: Colour = [190, 146, 92];

/// A shape on a sheet that is 4 wide and 3 high; y grows downwards.
#[derive(Clone, Copy)]
enum Shape {
    /// Left, top, right, bottom.
    Block(f64, f64, f64, f64),
    /// Middle and radius.
    Disc(f64, f64, f64),
    /// Left, top, right, bottom: only what lies below the line from bottom left to top right.
    Ramp(f64, f64, f64, f64),
}

impl Shape {
    fn covers(self, x: f64, y: f64) -> bool {
        match self {
            Self::Block(left, top, right, bottom) => x >= left && x < right && y >= top && y < bottom,
            Self::Disc(at_x, at_y, radius) => (x - at_x).powi(2) + (y - at_y).powi(2) <= radius.powi(2),
            Self::Ramp(left, top, right, bottom) => {
                let along = (x - left) / (right - left);
                (0.0..1.0).contains(&along) && y < bottom && y >= bottom - along * (bottom - top)
            }
        }
    }
}

/// Draws a service hall and in front of it what the scene is about.
fn draw(scene: Scene<'_>, number: u32) -> ImageBuffer<Rgb<u8>, Vec<u8>> {
    let mut shapes = hall();
    shapes.extend(match scene.item {
        "W5-1" | "W5-11" => bin(scene.mended),
        "W5-3" => ramp(scene.mended),
        "W5-5" => sign(scene.mended),
        "W5-7" => counter_top(scene.mended),
        "W5-10" => passage(scene.mended),
        _ => seats(scene.mended),
    });
    // Every press of the button is another picture: a small clock on the wall stands elsewhere.
    let turn = f64::from(number) * 0.52;
    shapes.push((Shape::Disc(3.62, 0.4, 0.2), DARK));
    shapes.push((Shape::Disc(3.62, 0.4, 0.17), PAPER));
    shapes.push((Shape::Disc(3.62 + 0.11 * turn.sin(), 0.4 - 0.11 * turn.cos(), 0.04), RED));
    let scale = 4.0 / f64::from(WIDTH);
    ImageBuffer::from_fn(WIDTH, HEIGHT, |column, row| {
        let (x, y) = (f64::from(column) * scale, f64::from(row) * scale);
        let on_top = shapes.iter().rev().find(|(shape, _)| shape.covers(x, y));
        Rgb(on_top.map_or(WALL, |(_, colour)| *colour))
    })
}

/// Floor, counter with three windows, and the board above it.
fn hall() -> Vec<(Shape, Colour)> {
    let mut shapes = vec![
        (Shape::Block(0.0, 2.1, 4.0, 3.0), FLOOR),
        (Shape::Block(0.4, 0.2, 3.2, 0.5), BLUE),
        (Shape::Block(0.3, 1.5, 3.3, 2.2), WOOD),
        (Shape::Block(0.25, 1.42, 3.35, 1.54), DARK),
    ];
    for left in [0.45, 1.4, 2.35] {
        shapes.push((Shape::Block(left, 0.7, left + 0.8, 1.42), DARK));
        shapes.push((Shape::Block(left + 0.04, 0.74, left + 0.76, 1.42), GLASS));
        shapes.push((Shape::Block(left + 0.25, 0.56, left + 0.55, 0.66), GREEN));
    }
    shapes
}

/// A bin that runs over; emptied, with its lid on.
fn bin(mended: bool) -> Vec<(Shape, Colour)> {
    let mut shapes = vec![(Shape::Block(3.3, 2.05, 3.75, 2.75), DARK), (Shape::Block(3.42, 2.3, 3.63, 2.5), GREEN)];
    if mended {
        shapes.push((Shape::Block(3.25, 1.97, 3.8, 2.06), GREEN));
    } else {
        for (x, y, colour) in [(3.36, 2.0, PAPER), (3.52, 1.93, BOX), (3.68, 2.01, PAPER), (3.16, 2.72, BOX)] {
            shapes.push((Shape::Disc(x, y, 0.1), colour));
        }
        shapes.push((Shape::Block(2.86, 2.7, 3.06, 2.78), PAPER));
    }
    shapes
}

/// A ramp with boxes in the way; cleared, with its blue sign seen.
fn ramp(mended: bool) -> Vec<(Shape, Colour)> {
    let mut shapes = vec![
        (Shape::Ramp(0.5, 2.2, 3.0, 2.85), [150, 150, 152]),
        (Shape::Block(3.0, 2.2, 3.9, 2.85), [138, 138, 140]),
        (Shape::Block(3.5, 1.75, 3.54, 2.2), DARK),
        (Shape::Block(3.36, 1.5, 3.68, 1.8), BLUE),
        (Shape::Disc(3.52, 1.6, 0.05), PAPER),
        (Shape::Block(3.49, 1.64, 3.55, 1.76), PAPER),
    ];
    if !mended {
        for (left, top) in [(1.3, 2.25), (1.72, 2.12), (1.44, 1.88)] {
            shapes.push((Shape::Block(left, top, left + 0.4, top + 0.38), BOX));
            shapes.push((Shape::Block(left, top + 0.16, left + 0.4, top + 0.2), PAPER));
        }
    }
    shapes
}

/// Two bare posts; mended, a board with arrows between them.
fn sign(mended: bool) -> Vec<(Shape, Colour)> {
    let mut shapes = vec![(Shape::Block(1.0, 1.6, 1.06, 2.7), DARK), (Shape::Block(2.4, 1.6, 2.46, 2.7), DARK)];
    if mended {
        shapes.push((Shape::Block(0.94, 1.6, 2.52, 2.3), BLUE));
        for y in [1.75, 1.95, 2.15] {
            shapes.push((Shape::Block(1.1, y - 0.03, 1.9, y + 0.03), PAPER));
            shapes.push((Shape::Disc(2.2, y, 0.07), PAPER));
        }
    } else {
        shapes.push((Shape::Block(1.0, 2.62, 1.5, 2.7), BLUE));
    }
    shapes
}

/// Waste paper and stains on the counter; wiped, with a plant.
fn counter_top(mended: bool) -> Vec<(Shape, Colour)> {
    if mended {
        return vec![
            (Shape::Block(2.9, 1.22, 3.1, 1.42), BOX),
            (Shape::Disc(2.93, 1.12, 0.11), GREEN),
            (Shape::Disc(3.07, 1.1, 0.12), GREEN),
        ];
    }
    let stain: Colour = [104, 78, 50];
    let mut shapes: Vec<(Shape, Colour)> =
        [(0.7, 1.75), (1.5, 1.9), (2.6, 1.7)].iter().map(|(x, y)| (Shape::Disc(*x, *y, 0.13), stain)).collect();
    for (left, top) in [(0.55, 1.34), (0.9, 1.36), (1.65, 1.32), (2.5, 1.35), (1.1, 2.45), (2.2, 2.6)] {
        shapes.push((Shape::Block(left, top, left + 0.26, top + 0.09), PAPER));
    }
    shapes
}

/// A passage that is heaped with boxes, or free.
fn passage(mended: bool) -> Vec<(Shape, Colour)> {
    let mut shapes = vec![(Shape::Block(0.9, 2.3, 3.0, 2.36), [196, 196, 190])];
    if !mended {
        for (left, top) in [(1.1, 2.42), (1.55, 2.42), (2.0, 2.42), (1.3, 2.04), (1.76, 2.04)] {
            shapes.push((Shape::Block(left, top, left + 0.4, top + 0.36), BOX));
            shapes.push((Shape::Block(left, top + 0.15, left + 0.4, top + 0.19), PAPER));
        }
    }
    shapes
}

/// A row of seats, two of them broken or none; also for whatever else is photographed.
fn seats(mended: bool) -> Vec<(Shape, Colour)> {
    let mut shapes = vec![(Shape::Block(0.5, 2.62, 3.4, 2.68), DARK)];
    for (place, left) in [0.6, 1.3, 2.0, 2.7].into_iter().enumerate() {
        let top = if mended || place % 2 == 0 { 2.2 } else { 2.42 };
        shapes.push((Shape::Block(left, top, left + 0.55, 2.5), BLUE));
        shapes.push((Shape::Block(left, 2.5, left + 0.55, 2.62), [28, 74, 130]));
    }
    shapes
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_item_before_and_after_is_a_picture_of_its_own_that_the_core_takes_in() {
        let folder = tempfile::tempdir().unwrap();
        let mut pictures = Pictures::new(None, folder.path().join("pictures")).unwrap();
        let mut seen = BTreeSet::new();
        for item in ["W5-1", "W5-3", "W5-5", "W5-7", "W5-4", "W5-10", "W5-11"] {
            for mended in [false, true] {
                let file = pictures.take(Scene { item, mended }).unwrap();
                let inspected = Phone::photo_inspect(&file, None).unwrap();
                assert_eq!((inspected.width, inspected.height), (WIDTH, HEIGHT));
                assert!(seen.insert(inspected.sha256), "{item}");
            }
        }
    }

    #[test]
    fn files_of_a_folder_are_taken_in_turn_and_what_is_no_picture_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let given = folder.path().join("given");
        fs::create_dir_all(given.join("deeper")).unwrap();
        draw(Scene { item: "W5-1", mended: false }, 1).save(given.join("deeper/b.JPG")).unwrap();
        draw(Scene { item: "W5-3", mended: false }, 2).save(given.join("c.jpg")).unwrap();
        fs::write(given.join("a.jpg"), "a letter").unwrap();
        fs::write(given.join("notes.txt"), "a note").unwrap();
        let mut pictures = Pictures::new(Some(&given), folder.path().join("pictures")).unwrap();
        assert!(has_jpegs(&given) && !has_jpegs(&folder.path().join("none")));
        let scene = Scene { item: "W5-1", mended: false };
        let taken: Vec<PathBuf> = (0..3).map(|_| pictures.take(scene).unwrap()).collect();
        assert_eq!(pictures.passed_over, ["a.jpg"]);
        assert_eq!(taken, [given.join("c.jpg"), given.join("deeper/b.JPG"), given.join("c.jpg")]);
    }
}
