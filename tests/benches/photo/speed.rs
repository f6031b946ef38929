//! Our whole job and the peer's one copy, turn by turn in one run, and the most memory that ours held.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ExtendedColorType, RgbImage};
use mingcha_evidence::{CopyKind, Vault, VaultKey, prepare_file};

use crate::real_photos;

const ROUNDS: usize = 9;

/// The whole job of one photo; prints the most memory that this process ever held, in kB.
pub fn job(file: &Path, vault: &Path) {
    let photo = prepare_file(file).unwrap();
    let vault = Vault::open(vault, VaultKey::from_bytes([7; 32])).unwrap();
    let mut seed = u64::from(std::process::id());
    let mut random = |bytes: &mut [u8]| {
        bytes.fill_with(|| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            seed.to_be_bytes()[0]
        });
    };
    for (bytes, kind) in [
        (&photo.original, CopyKind::Original),
        (&photo.standard, CopyKind::Standard),
        (&photo.thumbnail, CopyKind::Thumbnail),
    ] {
        vault.put(&mut bytes.as_slice(), kind, &mut random).unwrap();
    }
    assert!(photo.thumbnail.len() <= 20_000);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    println!("{}", peak.trim().trim_end_matches(" kB"));
}

pub fn run() {
    let folder = tempfile::tempdir().unwrap();
    let peer = Command::new("vipsthumbnail").arg("--vips-version").stdout(Stdio::null()).status().is_ok();
    if !peer {
        println!("vipsthumbnail is not installed (Debian: libvips-tools), so nothing is beside ours");
    }
    println!("{:34} {:>9} {:>12} {:>7} {:>9}", "photo", "ours ms", "vipsthumb ms", "ratio", "peak MB");
    for (name, file) in photos(folder.path()) {
        let (mut ours, mut theirs, mut peak) = (Vec::new(), Vec::new(), 0);
        for round in 0..ROUNDS {
            let vault = folder.path().join(format!("vault {round}"));
            let begun = Instant::now();
            let output =
                Command::new(std::env::current_exe().unwrap()).arg("job").arg(&file).arg(&vault).output().unwrap();
            ours.push(begun.elapsed());
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            peak = peak.max(String::from_utf8_lossy(&output.stdout).trim().parse::<u64>().unwrap());
            std::fs::remove_dir_all(&vault).unwrap();
            if peer {
                let out = folder.path().join("peer.jpg");
                let begun = Instant::now();
                let mut vips = Command::new("vipsthumbnail");
                vips.arg(&file).args(["-s", "2048x2048", "-o"]).arg(format!("{}[Q=80,strip]", out.display()));
                assert!(vips.status().unwrap().success());
                theirs.push(begun.elapsed());
            }
        }
        // The least of nine: what a machine shared with others can do, not what the others did.
        let (ours, theirs) = (millis(&ours), millis(&theirs));
        println!("{name:34} {ours:>9.1} {theirs:>12.1} {:>7.2} {:>9.1}", ours / theirs, peak as f64 / 1024.0);
    }
}

/// Real photos where they are, and drawn ones of the sizes that phones take.
pub fn photos(folder: &Path) -> Vec<(String, PathBuf)> {
    let mut photos = Vec::new();
    for (below, file) in [("mobile", "HMD_Nokia_8.3_5G.jpg"), ("mobile", "jolla.jpg"), ("hdr", "iphone_hdr_NO.jpg")] {
        if let Some(real) = real_photos(below) {
            let path = real.join(file);
            if below == "hdr" {
                let picture = image::open(&path).unwrap();
                for (pixels, width, height) in [("12 MP", 4_032, 3_024), ("48 MP", 8_064, 6_048)] {
                    let large = picture.resize_exact(width, height, image::imageops::FilterType::CatmullRom);
                    photos.push(written(folder, &format!("{file} as {pixels}"), &large.into_rgb8()));
                }
            }
            photos.push((file.to_owned(), path));
        }
    }
    let drawn = RgbImage::from_fn(4_000, 3_000, |x, y| {
        let shade = |n: u32| u8::try_from(n % 256).unwrap();
        image::Rgb([shade(x / 9), shade(y / 7), shade((x * y) >> 12)])
    });
    photos.push(written(folder, "drawn, 12 MP", &drawn));
    let png = folder.join("drawn.png");
    DynamicImage::from(drawn).save(&png).unwrap();
    photos.push(("drawn, 12 MP, PNG".to_owned(), png));
    photos
}

fn written(folder: &Path, name: &str, picture: &RgbImage) -> (String, PathBuf) {
    let path = folder.join(format!("{}.jpg", name.replace(' ', "-")));
    let file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
    JpegEncoder::new_with_quality(file, 92)
        .encode(picture, picture.width(), picture.height(), ExtendedColorType::Rgb8)
        .unwrap();
    (name.to_owned(), path)
}

pub fn millis(times: &[Duration]) -> f64 {
    times.iter().min().map_or(f64::NAN, |least| least.as_secs_f64() * 1e3)
}
