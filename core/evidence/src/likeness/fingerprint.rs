//! A picture in 177 bytes, and the search for pictures that may be alike among a hundred thousand.
//!
//! Brightness in 12 by 12 places, evened out, and two differences of colour in 4 by 4. The search compares 32 bytes of each
//! with some forty views of what is asked for: as it is, cropped, as part of something larger, and mirrored. It errs on
//! the side of finding too much.

use image::RgbImage;

use super::align::{CUTS, Window};
use super::plane::{Plane, byte, mean, number, spread};
use super::sheet::Sheet;

/// The version of a fingerprint: its first byte.
const VERSION: u8 = 1;
/// Places across and down of the brightness.
const GREY: usize = 12;
/// Places across and down of the colours.
const COLOUR: usize = 4;
/// The bytes of a fingerprint: version, brightness, two differences of colour.
pub const FINGERPRINT_BYTES: usize = 1 + GREY * GREY + 2 * COLOUR * COLOUR;
/// The bytes that are searched first.
const SHORT: usize = 32;
/// How far those bytes of pictures that may be alike differ at most, summed up: all 1,120 files of known pictures that
/// `tests/benches/likeness.rs` makes lie below 141.
const NEAR: u32 = 145;
/// How far whole fingerprints may differ: 995 of 1,000 of those lie below 2,501, and of other pictures' a tenth.
const WITHIN: u32 = 2_600;
/// Views whose searched bytes differ no more than this are compared together: a search costs least about here.
const TOGETHER: u32 = 100;
/// So many of those are looked at in full.
const LOOKED_AT: usize = 256;
/// So many of the nearest are given, at most.
const MOST: usize = 24;

/// What a picture is found by. It is derived from the picture, as personal as that, and erased with it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint([u8; FINGERPRINT_BYTES]);

/// Says nothing of the picture: this may stand in a log.
impl std::fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fingerprint")
    }
}

impl Fingerprint {
    /// The fingerprint of a picture; a thumbnail has all that it needs.
    #[must_use]
    pub fn of(picture: &RgbImage) -> Self {
        of_sheet(&Sheet::of(picture))
    }

    /// Reads what [`Self::as_bytes`] gave; `None` where another version wrote it.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self).filter(|fingerprint| fingerprint.0.first() == Some(&VERSION))
    }

    /// The bytes that are kept.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn view(&self) -> View {
        let mut values = self.0.iter().skip(1).map(|value| f32::from(*value));
        let mut plane = |side| Plane {
            width: side,
            height: side,
            values: values.by_ref().take(side.saturating_mul(side)).collect(),
        };
        View { grey: plane(GREY), colours: [plane(COLOUR), plane(COLOUR)] }
    }

    /// How far two fingerprints differ in all.
    fn distance(&self, other: &Self) -> u32 {
        differing(&self.0, &other.0)
    }
}

pub(super) fn of_sheet(sheet: &Sheet) -> Fingerprint {
    View::of(sheet).fingerprint()
}

/// A picture as a fingerprint sees it.
struct View {
    grey: Plane,
    colours: [Plane; 2],
}

impl View {
    fn of(sheet: &Sheet) -> Self {
        let [red, _, blue] = &sheet.colours;
        let grey = sheet.grey.averaged(GREY, GREY);
        let base = sheet.grey.averaged(COLOUR, COLOUR);
        let colour = |plane: &Plane| {
            let plane = plane.averaged(COLOUR, COLOUR);
            // How much more red or blue than grey: what ITU-R BT.601 calls Cr and Cb, but for a factor.
            let values = plane.values.iter().zip(&base.values).map(|(colour, grey)| 128.0 + (colour - grey) / 2.0);
            Plane { values: values.collect(), ..plane }
        };
        Self { grey, colours: [colour(red), colour(blue)] }
    }

    fn fingerprint(&self) -> Fingerprint {
        let (middle, wide) = spread(&self.grey.values);
        // A wall without anything on it stays one: noise is not made large.
        let wide = wide.max(4.0);
        let grey = self.grey.values.iter().map(|value| byte(128.0 + (value - middle) / wide * 50.0));
        let colours = self.colours.iter().flat_map(|plane| &plane.values).map(|value| byte(*value));
        let mut bytes = [VERSION; FINGERPRINT_BYTES];
        bytes.iter_mut().skip(1).zip(grey.chain(colours)).for_each(|(byte, value)| *byte = value);
        Fingerprint(bytes)
    }

    /// What a window of the picture would look like; outside of the picture its edge goes on.
    fn cut(&self, window: &Window) -> Self {
        let cut = |plane: &Plane| {
            Plane::from_fn(plane.width, plane.height, |x, y| {
                let (across, down) =
                    ((number(x) + 0.5) / number(plane.width), (number(y) + 0.5) / number(plane.height));
                let (left, top) = window.place(plane, across, down);
                plane.between(left, top)
            })
        };
        Self { grey: cut(&self.grey), colours: self.colours.each_ref().map(cut) }
    }

    fn mirrored(&self) -> Self {
        Self { grey: self.grey.mirrored(), colours: self.colours.each_ref().map(Plane::mirrored) }
    }

    /// The slowest waves of brightness and colours: they hardly change with what compression and a small shift change.
    fn short(&self) -> [u8; SHORT] {
        let mut waves = Vec::with_capacity(SHORT);
        let (_, wide) = spread(&self.grey.values);
        let slow = |most: usize| {
            (0..=most).flat_map(move |down| (0..=most.saturating_sub(down)).map(move |across| (across, down)))
        };
        for (across, down) in slow(5).filter(|wave| *wave != (0, 0)) {
            waves.push(128.0 + 140.0 * wave(&self.grey, across, down) / wide.max(4.0));
        }
        for plane in &self.colours {
            waves.extend(slow(2).map(|(across, down)| 128.0 + 3.0 * wave(plane, across, down)));
        }
        let mut bytes = [0; SHORT];
        bytes.iter_mut().zip(waves).for_each(|(byte, wave)| *byte = super::plane::byte(wave));
        bytes
    }

    /// The views under which a picture that is like this one may have been kept.
    fn likely(&self) -> Vec<Self> {
        let mut windows = vec![Window::WHOLE];
        for (left, right) in CUTS {
            for (top, below) in CUTS {
                let middle = |cut: (f32, f32)| cut.0 > 0.0 && cut.1 > 0.0;
                let window = Window { left, top, width: 1.0 - left - right, height: 1.0 - top - below };
                // A cut around is tried around only: what lies between is near enough to it.
                if window != Window::WHOLE && middle((left, right)) == middle((top, below)) {
                    windows.extend([window, window.turned()]);
                }
            }
        }
        let mirrored = self.mirrored();
        windows.iter().flat_map(|window| [self.cut(window), mirrored.cut(window)]).collect()
    }
}

/// The mean of a plane weighed by a wave with so many half turns across and down.
fn wave(plane: &Plane, across: usize, down: usize) -> f32 {
    let turn = |turns: usize, place: usize, side: usize| {
        (std::f32::consts::PI * number(turns) * (number(place) + 0.5) / number(side)).cos()
    };
    let columns: Vec<f32> = (0..plane.width).map(|x| turn(across, x, plane.width)).collect();
    let rows = plane.values.chunks(plane.width.max(1)).enumerate();
    mean(rows.map(|(y, row)| {
        turn(down, y, plane.height) * mean(row.iter().zip(&columns).map(|(value, wave)| (value - 128.0) * wave))
    }))
}

/// The sum of the differences, byte by byte.
fn differing<const N: usize>(a: &[u8; N], b: &[u8; N]) -> u32 {
    a.iter().zip(b).map(|(a, b)| u32::from(a.abs_diff(*b))).sum()
}

/// Views that are compared together: where the first is too far from a picture for any of them to be near, none is.
struct Group {
    first: [u8; SHORT],
    rest: Vec<[u8; SHORT]>,
    /// How far the rest are from the first, at most.
    reach: u32,
}

impl Group {
    /// Each view beside the first one that it is close to.
    fn of(views: &[View]) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        for view in views.iter().map(View::short) {
            let nearest = groups.iter_mut().map(|group| (differing(&group.first, &view), group));
            match nearest.min_by_key(|(distance, _)| *distance) {
                Some((distance, group)) if distance <= TOGETHER => {
                    group.reach = group.reach.max(distance);
                    group.rest.push(view);
                }
                _ => groups.push(Self { first: view, rest: Vec::new(), reach: 0 }),
            }
        }
        groups
    }

    /// How far the nearest view is, when it is near. Sums of differences keep the triangle inequality, so nothing is missed.
    fn nearest(&self, kept: &[u8; SHORT]) -> Option<u32> {
        let first = differing(&self.first, kept);
        if first > NEAR.saturating_add(self.reach) {
            return None;
        }
        let rest = self.rest.iter().map(|view| differing(view, kept)).min().unwrap_or(first);
        Some(first.min(rest)).filter(|nearest| *nearest <= NEAR)
    }
}

/// Many fingerprints in the order of their coming, to be searched.
#[derive(Clone, Default)]
pub struct Fingerprints {
    short: Vec<[u8; SHORT]>,
    whole: Vec<Fingerprint>,
}

impl Fingerprints {
    /// Adds one; its place is how many came before it.
    pub fn push(&mut self, fingerprint: Fingerprint) {
        // Read back from bytes, so that what is searched depends on what was kept and on nothing else.
        self.short.push(fingerprint.view().short());
        self.whole.push(fingerprint);
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.whole.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.whole.is_empty()
    }

    /// The places of those that may be of the same picture, the nearest first, at most 24. Only [`super::Thumbnail`]s tell
    /// whether they are.
    ///
    /// ```
    /// use mingcha_evidence::{Fingerprint, Fingerprints};
    /// let picture = |by: u32| {
    ///     image::RgbImage::from_fn(320, 240, |x, y| image::Rgb([(x * by / 3) as u8, (y * x / 300) as u8, (y / by) as u8]))
    /// };
    /// let mut kept = Fingerprints::default();
    /// for by in 1..4 {
    ///     kept.push(Fingerprint::of(&picture(by)));
    /// }
    /// let mirrored = image::imageops::flip_horizontal(&picture(2));
    /// assert_eq!(kept.search(&Fingerprint::of(&mirrored)).first(), Some(&1));
    /// ```
    #[must_use]
    pub fn search(&self, like: &Fingerprint) -> Vec<usize> {
        let views = like.view().likely();
        let groups = Group::of(&views);
        let mut found: Vec<(u32, usize)> = Vec::new();
        for (place, kept) in self.short.iter().enumerate() {
            let nearest = groups.iter().filter_map(|group| group.nearest(kept)).min();
            found.extend(nearest.map(|nearest| (nearest, place)));
        }
        found.sort_unstable();
        found.truncate(LOOKED_AT);
        let whole: Vec<Fingerprint> = views.iter().map(View::fingerprint).collect();
        for (distance, place) in &mut found {
            let distances =
                self.whole.get(*place).into_iter().flat_map(|kept| whole.iter().map(|view| view.distance(kept)));
            *distance = distances.min().unwrap_or(u32::MAX);
        }
        found.retain(|(distance, _)| *distance <= WITHIN);
        found.sort_unstable();
        found.truncate(MOST);
        found.into_iter().map(|(_, place)| place).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_of_another_version_or_length_is_none() {
        let fingerprint = Fingerprint::of(&RgbImage::new(8, 8));
        assert_eq!(Fingerprint::from_bytes(fingerprint.as_bytes()), Some(fingerprint));
        let mut newer = fingerprint.as_bytes().to_vec();
        newer[0] = 2;
        assert_eq!(Fingerprint::from_bytes(&newer), None);
        assert_eq!(Fingerprint::from_bytes(&newer[1..]), None);
        assert_eq!(Fingerprint::from_bytes(&[]), None);
    }

    #[test]
    fn pictures_of_every_shape_have_a_fingerprint() {
        for (width, height) in [(1, 1), (1, 320), (320, 1), (3, 2), (320, 240)] {
            let bytes = Fingerprint::of(&RgbImage::from_pixel(width, height, image::Rgb([9, 200, 90])));
            assert_eq!(bytes.as_bytes().len(), FINGERPRINT_BYTES);
            assert!(bytes.as_bytes().iter().skip(1).take(144).all(|value| *value == 128), "{width} x {height}");
        }
    }

    #[test]
    fn thirty_eight_views_are_compared_and_skipping_many_at_once_misses_none() {
        let picture = |by: u32| {
            RgbImage::from_fn(60, 40, |x, y| {
                image::Rgb([x * by, y * x, y * by].map(|value| u8::try_from(value % 256).unwrap()))
            })
        };
        let views = View::of(&Sheet::of(&picture(3))).likely();
        assert_eq!(views.len(), 38);
        let (groups, mut near) = (Group::of(&views), 0);
        for by in 1..60 {
            let kept = View::of(&Sheet::of(&picture(by))).short();
            let one_by_one = views.iter().map(|view| differing(&view.short(), &kept)).min();
            let together = groups.iter().filter_map(|group| group.nearest(&kept)).min();
            assert_eq!(together, one_by_one.filter(|distance| *distance <= NEAR));
            near += u32::from(together.is_some());
        }
        assert!(near > 0 && near < 59, "{near}");
    }
}
