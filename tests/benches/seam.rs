//! What a call costs beyond the core's own time, from Kotlin and from Swift: here is the core's own time, and the home to
//! measure in.
//!
//! `cargo xtask bench seam` drives all three languages, each in a copy of its own of one filled home, and prints what they
//! cost beside each other. `cargo bench --bench seam` alone prints what the core takes.

#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    reason = "a bench measures time, and one that cannot go on should stop"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use mingcha::host::{ClockReading, Conditions, Device, FindingQuery, Host, HostFault, PhotoCopy, Severity, VisitMode};
use mingcha_sync::{Signer as _, SoftwareKey};
use mingcha_tests::City;

const NOW: &str = "2026-03-02T09:00:00+08:00";
const FINDINGS: usize = 60;
/// How often each is measured, and how often it is done before: a page and a call are small, a photo is not.
const TIMES: [(&str, usize, usize); 4] =
    [("call", 2_000, 500), ("page", 60, 10), ("photo in", 11, 2), ("photo out", 100, 10)];

/// An app whose keys lie in files and whose clock stands still, as those of the other languages do.
struct Still {
    secret: Vec<u8>,
    key: SoftwareKey,
}

impl Host for Still {
    fn store_key(&self) -> Result<Vec<u8>, HostFault> {
        Ok(self.secret.clone())
    }

    fn public_key(&self) -> Result<Vec<u8>, HostFault> {
        Ok(self.key.public_key().0.to_vec())
    }

    fn sign(&self, message: Vec<u8>) -> Result<Vec<u8>, HostFault> {
        Ok(self.key.sign(&message).map_err(|_| HostFault::NotNow)?.0.to_vec())
    }

    fn conditions(&self) -> Result<Conditions, HostFault> {
        Ok(Conditions::default())
    }

    fn clock(&self) -> Result<Option<ClockReading>, HostFault> {
        let wall_millis = mingcha_model::parse_millis(NOW).unwrap_or_default();
        Ok(Some(ClockReading { wall_millis, monotonic_millis: wall_millis, boot: 1 }))
    }
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["fill", home] => fill(home.as_ref()),
        ["measure", home] => measure(home.as_ref()),
        _ => {
            let folder = tempfile::tempdir().unwrap();
            let home = folder.path().join("home");
            fill(&home);
            measure(&home);
        }
    }
}

fn device(home: &Path) -> Device {
    let key: [u8; 32] = fs::read(home.join("private")).unwrap().try_into().unwrap();
    let secret = fs::read(home.join("secret")).unwrap();
    let host = Still { secret, key: SoftwareKey::from_bytes(&key).unwrap() };
    Device::open(&home.join("phone"), Arc::new(host)).unwrap()
}

/// Makes a home as after some weeks of work: a synced phone with findings and a photo, and pictures that nobody took yet.
fn fill(home: &Path) {
    fs::create_dir_all(home).unwrap();
    let (secret, private) = ([7; 32], [9; 32]);
    fs::write(home.join("secret"), secret).unwrap();
    fs::write(home.join("private"), private).unwrap();
    fs::write(home.join("public"), SoftwareKey::from_bytes(&private).unwrap().public_key().0).unwrap();
    fs::write(home.join("millis"), mingcha_model::parse_millis(NOW).unwrap().to_string()).unwrap();

    let below = tempfile::tempdir().unwrap();
    let city = City::found(below.path(), NOW);
    let device = device(home);
    device.enrol(&city.url, &city.code(&["--role", "inspector", "--area", "DH", "--name", "Anna"])).unwrap();
    device.sync_job().run().unwrap();
    let visit = device.start_visit("GOV-01", VisitMode::Open, &["W5".to_owned()]).unwrap().id;
    let item = device.visit(&visit).unwrap().items.remove(0);
    let first = picture(home, 0);
    let photo = device.add_photo(&visit, first.to_str().unwrap(), Some(&item.code)).unwrap().id;
    for number in 0..FINDINGS {
        let text = format!("坡道被电动车占用，轮椅无法通行，第 {number} 处");
        device.raise_finding(&visit, &item.code, &text, Severity::Ordinary, &[]).unwrap();
    }
    device.sync_job().run().unwrap();
    device.suspend().unwrap();
    fs::write(home.join("visit"), visit).unwrap();
    fs::write(home.join("photo"), photo).unwrap();
    for number in 1..=TIMES[2].1 + TIMES[2].2 {
        picture(home, number);
    }
}

/// Draws one of twelve megapixels, as phones take them.
fn picture(home: &Path, number: usize) -> PathBuf {
    let file = home.join(format!("picture-{number}.jpg"));
    let number = u32::try_from(number).unwrap();
    let shade = |n: u32| u8::try_from(n % 256).unwrap();
    let drawn = image::RgbImage::from_fn(4_000, 3_000, |x, y| {
        image::Rgb([shade(x / 9 + number * 37), shade(y / 7), shade(((x * y) >> 12) + number)])
    });
    drawn.save(&file).unwrap();
    file
}

/// Measures as the other languages do, and leaves nanoseconds where they leave theirs: the least of all, which is what a machine
/// that others use can do.
fn measure(home: &Path) {
    let device = device(home);
    let [visit, photo] = ["visit", "photo"].map(|name| fs::read_to_string(home.join(name)).unwrap());
    let page = FindingQuery { limit: Some(50), ..FindingQuery::default() };
    assert_eq!(device.findings(&page).unwrap().rows.len(), 50);
    let out = home.join("out.jpg");
    let mut taken = 0;
    let least = TIMES.map(|(name, times, before)| {
        let spent = (0..before + times)
            .map(|_| {
                taken += usize::from(name == "photo in");
                let picture = home.join(format!("picture-{taken}.jpg"));
                let begun = Instant::now();
                match name {
                    "call" => assert!(device.status().unwrap().is_enrolled),
                    "page" => assert_eq!(device.findings(&page).unwrap().rows.len(), 50),
                    "photo in" => assert!(device.add_photo(&visit, picture.to_str().unwrap(), None).unwrap().width > 0),
                    _ => device.save_photo(&photo, PhotoCopy::Thumbnail, out.to_str().unwrap()).unwrap(),
                }
                let spent = begun.elapsed();
                let _ = fs::remove_file(&out);
                u64::try_from(spent.as_nanos()).unwrap()
            })
            .skip(before);
        (name, spent.min().unwrap())
    });
    let lines: Vec<String> = least.iter().map(|(name, nanos)| format!("{name}\t{nanos}\n")).collect();
    fs::write(home.join("measured"), lines.concat()).unwrap();
    for (name, nanos) in least {
        println!("{name:<10} {:>10}.{:03} ms, the core alone", nanos / 1_000_000, nanos / 1_000 % 1_000);
    }
}
