//! Places on the ground in the three datums that Chinese photos and lists use, and the distance between two of them.
//!
//! GCJ-02 is not published by those who defined it; the formulas are those that the mapping trade has used since 2012,
//! good to a few metres. They are for comparing, never for storing: what a camera or an office wrote stays as it is.

use mingcha_model::body::{Datum, Position};

/// The earth's major axis in metres and the squared eccentricity of the Krassowsky 1940 ellipsoid, on which GCJ-02 rests.
const AXIS: f64 = 6_378_245.0;
const ECCENTRICITY: f64 = 0.006_693_421_622_965_943;
/// The mean radius of the earth in metres (IUGG).
const RADIUS: f64 = 6_371_008.8;
/// Pi as Baidu's formula takes it: of the angle, times 3,000 over 180.
const BAIDU: f64 = std::f64::consts::PI * 3_000.0 / 180.0;

/// A point in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    pub latitude: f64,
    pub longitude: f64,
}

impl Point {
    /// The point on WGS-84.
    pub fn of(position: &Position) -> Self {
        let point =
            Self { latitude: f64::from(position.latitude_e7) / 1e7, longitude: f64::from(position.longitude_e7) / 1e7 };
        match position.datum {
            Datum::Wgs84 => point,
            Datum::Gcj02 => point.gcj02_to_wgs84(),
            Datum::Bd09 => point.bd09_to_gcj02().gcj02_to_wgs84(),
        }
    }

    /// Metres along the ground.
    pub fn metres_to(self, other: Self) -> f64 {
        let (one, two) = (self.latitude.to_radians(), other.latitude.to_radians());
        let half = |angle: f64| (angle / 2.0).sin().powi(2);
        let across = (other.longitude - self.longitude).to_radians();
        let chord = half(two - one) + one.cos() * two.cos() * half(across);
        2.0 * RADIUS * chord.clamp(0.0, 1.0).sqrt().asin()
    }

    /// Whether GCJ-02 moves points here.
    fn in_china(self) -> bool {
        (72.004..=137.8347).contains(&self.longitude) && (0.8293..=55.8271).contains(&self.latitude)
    }

    fn wgs84_to_gcj02(self) -> Self {
        if !self.in_china() {
            return self;
        }
        let pi = std::f64::consts::PI;
        let (x, y) = (self.longitude - 105.0, self.latitude - 35.0);
        let root = x.abs().sqrt();
        let ripple = 20.0 * (6.0 * x * pi).sin() + 20.0 * (2.0 * x * pi).sin();
        let waves = |along: f64| 20.0 * (along * pi).sin() + 40.0 * (along / 3.0 * pi).sin();
        let north = -100.0
            + 2.0 * x
            + 3.0 * y
            + 0.2 * y * y
            + 0.1 * x * y
            + 0.2 * root
            + (ripple + waves(y) + 160.0 * (y / 12.0 * pi).sin() + 320.0 * (y * pi / 30.0).sin()) * 2.0 / 3.0;
        let east = 300.0
            + x
            + 2.0 * y
            + 0.1 * x * x
            + 0.1 * x * y
            + 0.1 * root
            + (ripple + waves(x) + 150.0 * (x / 12.0 * pi).sin() + 300.0 * (x / 30.0 * pi).sin()) * 2.0 / 3.0;
        let angle = self.latitude.to_radians();
        let squeeze = 1.0 - ECCENTRICITY * angle.sin().powi(2);
        let meridian = AXIS * (1.0 - ECCENTRICITY) / (squeeze * squeeze.sqrt());
        Self {
            latitude: self.latitude + (north / meridian).to_degrees(),
            longitude: self.longitude + (east / (AXIS / squeeze.sqrt() * angle.cos())).to_degrees(),
        }
    }

    /// Goes back by steps: each takes away what the last guess is off.
    fn gcj02_to_wgs84(self) -> Self {
        let mut guess = self;
        for _ in 0..5 {
            let there = guess.wgs84_to_gcj02();
            guess.latitude -= there.latitude - self.latitude;
            guess.longitude -= there.longitude - self.longitude;
        }
        guess
    }

    fn bd09_to_gcj02(self) -> Self {
        let (x, y) = (self.longitude - 0.0065, self.latitude - 0.006);
        let far = x.hypot(y) - 0.00002 * (y * BAIDU).sin();
        let angle = y.atan2(x) - 0.000_003 * (x * BAIDU).cos();
        Self { latitude: far * angle.sin(), longitude: far * angle.cos() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_at(point: Point, latitude: f64, longitude: f64, metres: f64) {
        let off = point.metres_to(Point { latitude, longitude });
        assert!(off <= metres, "{point:?} is {off} m off");
    }

    /// Published with the library eviltransform (googollee/eviltransform): the same place on both datums.
    const SHANGHAI_SHENZHEN_BEIJING: [[f64; 4]; 3] = [
        [31.177_427_6, 121.527_210_6, 31.175_303_983_646, 121.531_541_859_215],
        [22.543_847, 113.912_316, 22.540_796_131_695, 113.917_176_480_836],
        [39.911_954, 116.377_817, 39.913_345_455_361, 116.384_047_224_557],
    ];

    #[test]
    fn published_points_of_wgs84_and_gcj02_are_reproduced_both_ways() {
        for [north, east, moved_north, moved_east] in SHANGHAI_SHENZHEN_BEIJING {
            let gps = Point { latitude: north, longitude: east };
            let moved = Point { latitude: moved_north, longitude: moved_east };
            assert_at(gps.wgs84_to_gcj02(), moved_north, moved_east, 0.01);
            assert_at(moved.gcj02_to_wgs84(), north, east, 0.01);
            assert!((300.0..800.0).contains(&gps.metres_to(moved)));
        }
    }

    #[test]
    fn published_points_of_bd09_and_gcj02_are_reproduced() {
        // Published with the library coordtransform (wandergis/coordtransform).
        let baidu = Point { latitude: 39.915, longitude: 116.404 };
        assert_at(baidu.bd09_to_gcj02(), 39.908_656_739_576, 116.397_627_291_193, 0.01);
        let gps = Point { latitude: 39.915, longitude: 116.404 };
        assert_at(gps.wgs84_to_gcj02(), 39.916_404_281_502, 116.410_244_499_169, 0.01);
        // The way back is exact within 1e-5 m, where that library's single step is a few metres off.
        assert_at(gps.gcj02_to_wgs84(), 39.913_595_718_498, 116.397_755_500_831, 5.0);
    }

    #[test]
    fn abroad_nothing_is_moved() {
        let arezzo = Point { latitude: 43.467_448, longitude: 11.885_127 };
        assert_eq!(arezzo.wgs84_to_gcj02(), arezzo);
        assert_eq!(arezzo.gcj02_to_wgs84(), arezzo);
    }

    #[test]
    fn a_degree_along_the_equator_is_111_kilometres() {
        let far = Point { latitude: 0.0, longitude: 10.0 }.metres_to(Point { latitude: 0.0, longitude: 11.0 });
        assert!((far - 111_195.0).abs() < 1.0, "{far}");
    }
}
