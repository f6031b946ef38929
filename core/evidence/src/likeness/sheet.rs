//! A thumbnail as three planes of colour and one of brightness, in the sizes that comparing asks for.

use image::RgbImage;

use super::plane::Plane;

/// A small picture, ready to be compared.
#[derive(Clone)]
pub(super) struct Sheet {
    pub colours: [Plane; 3],
    pub grey: Plane,
}

impl Sheet {
    pub fn of(picture: &RgbImage) -> Self {
        let (width, height) = (side(picture.width()), side(picture.height()));
        let colour = |channel: usize| Plane {
            width,
            height,
            values: picture.pixels().map(|pixel| pixel.0.get(channel).copied().map_or(0.0, f32::from)).collect(),
        };
        let colours = [colour(0), colour(1), colour(2)];
        let [red, green, blue] = &colours;
        let mixed = red.values.iter().zip(&green.values).zip(&blue.values);
        // Brightness as JPEG has it (ITU-R BT.601).
        let values = mixed.map(|((red, green), blue)| 0.299 * red + 0.587 * green + 0.114 * blue).collect();
        let grey = Plane { width, height, values };
        Self { colours, grey }
    }

    /// The brightness with no side above `longest`.
    pub fn grey(&self, longest: usize) -> Plane {
        fitted(&self.grey, longest)
    }

    /// The three colours with no side above `longest`.
    pub fn colours(&self, longest: usize) -> [Plane; 3] {
        self.colours.each_ref().map(|colour| fitted(colour, longest))
    }

    pub fn mirrored(&self) -> Self {
        Self { colours: self.colours.each_ref().map(Plane::mirrored), grey: self.grey.mirrored() }
    }
}

fn fitted(plane: &Plane, longest: usize) -> Plane {
    let side = plane.width.max(plane.height);
    if side <= longest {
        return plane.clone();
    }
    let scaled =
        |length: usize| length.saturating_mul(longest).saturating_add(side / 2).checked_div(side).unwrap_or(1).max(1);
    plane.averaged(scaled(plane.width), scaled(plane.height))
}

fn side(pixels: u32) -> usize {
    usize::try_from(pixels).unwrap_or_default()
}
