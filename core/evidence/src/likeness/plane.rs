//! One channel of a small picture as numbers that can be averaged, blurred and read between pixels.
//!
//! Everything here is plain arithmetic in a fixed order, so that every device computes the same.

/// Values in rows, from 0 to 255 where they are colours.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Plane {
    pub width: usize,
    pub height: usize,
    pub values: Vec<f32>,
}

impl Plane {
    /// A plane whose value at a place is what `value` says.
    pub fn from_fn(width: usize, height: usize, mut value: impl FnMut(usize, usize) -> f32) -> Self {
        let mut values = Vec::with_capacity(width.saturating_mul(height));
        for y in 0..height {
            values.extend((0..width).map(|x| value(x, y)));
        }
        Self { width, height, values }
    }

    /// The value at a place; outside it is that of the edge.
    pub fn at(&self, x: usize, y: usize) -> f32 {
        let x = x.min(self.width.saturating_sub(1));
        let y = y.min(self.height.saturating_sub(1));
        self.values.get(y.saturating_mul(self.width).saturating_add(x)).copied().unwrap_or_default()
    }

    /// The value between pixels; the middle of the first pixel is (0, 0).
    pub fn between(&self, x: f32, y: f32) -> f32 {
        let (x, y) = (x.max(0.0), y.max(0.0));
        let (left, top) = (whole(x), whole(y));
        let (right, below) = (left.saturating_add(1), top.saturating_add(1));
        let (across, down) = (x - x.floor(), y - y.floor());
        let above = self.at(left, top) * (1.0 - across) + self.at(right, top) * across;
        let under = self.at(left, below) * (1.0 - across) + self.at(right, below) * across;
        above * (1.0 - down) + under * down
    }

    /// The same picture with fewer pixels, each the mean of the area that it covers.
    pub fn averaged(&self, width: usize, height: usize) -> Self {
        let columns = weights(self.width, width);
        let narrow = Self::from_fn(width, self.height, |x, y| {
            columns.get(x).map_or(0.0, |column| column.iter().map(|(from, part)| self.at(*from, y) * part).sum())
        });
        let rows = weights(self.height, height);
        Self::from_fn(width, height, |x, y| {
            rows.get(y).map_or(0.0, |row| row.iter().map(|(from, part)| narrow.at(x, *from) * part).sum())
        })
    }

    /// Each value as the mean of the square around it, `radius` pixels to each side.
    pub fn blurred(&self, radius: usize) -> Self {
        let around = |middle: usize, side: usize| {
            middle.saturating_sub(radius)..=middle.saturating_add(radius).min(side.saturating_sub(1))
        };
        let across = Self::from_fn(self.width, self.height, |x, y| mean(around(x, self.width).map(|x| self.at(x, y))));
        Self::from_fn(self.width, self.height, |x, y| mean(around(y, self.height).map(|y| across.at(x, y))))
    }

    /// How steep the values are around a place, in values a pixel.
    pub fn slope(&self, x: usize, y: usize) -> f32 {
        let across = self.at(x.saturating_add(1), y) - self.at(x.saturating_sub(1), y);
        let down = self.at(x, y.saturating_add(1)) - self.at(x, y.saturating_sub(1));
        f32::midpoint(across.abs(), down.abs())
    }

    /// Left and right exchanged.
    pub fn mirrored(&self) -> Self {
        Self::from_fn(self.width, self.height, |x, y| self.at(self.width.saturating_sub(x).saturating_sub(1), y))
    }
}

/// Mean and standard deviation.
pub(super) fn spread(values: &[f32]) -> (f32, f32) {
    let middle = mean(values.iter().copied());
    (middle, mean(values.iter().map(|value| (value - middle) * (value - middle))).sqrt())
}

pub(super) fn mean(values: impl Iterator<Item = f32>) -> f32 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count): (f32, f32), value| (sum + value, count + 1.0));
    if count > 0.0 { sum / count } else { 0.0 }
}

/// For each of `to` places, which of `from` places it covers and with what part of it.
fn weights(from: usize, to: usize) -> Vec<Vec<(usize, f32)>> {
    let scale = number(from) / number(to.max(1));
    let place = |to: usize| {
        let (begin, end) = (number(to) * scale, (number(to) + 1.0) * scale);
        let covered = whole(begin)..=whole(end.ceil()).saturating_sub(1).min(from.saturating_sub(1));
        covered
            .map(|from| {
                let part = end.min(number(from) + 1.0) - begin.max(number(from));
                (from, part.max(0.0) / scale)
            })
            .collect()
    };
    (0..to).map(place).collect()
}

/// A count of pixels as a number.
pub(super) fn number(count: usize) -> f32 {
    u16::try_from(count).map_or(f32::from(u16::MAX), f32::from)
}

/// The whole part of a number that is not negative.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what fits")]
pub(super) fn whole(value: f32) -> usize {
    value.clamp(0.0, 65_535.0) as usize
}

/// The nearest byte.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what fits")]
pub(super) fn byte(value: f32) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}
