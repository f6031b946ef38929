//! Whether a picture was used before: recall by what was done to it, precision against 2,000 other pictures of the same
//! places, and how long the search among 100,000 takes.
//!
//! `cargo xtask bench likeness`. Fails when a promise does not hold on the half of the sources that the limits were not
//! chosen on: recall 0.98 for recompressed, resized and lightened, 0.90 for cropped and mirrored, precision 0.99.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a bench measures time, and one that cannot go on should stop"
)]

use std::time::{Duration, Instant};

use mingcha_evidence::{Fingerprint, Thumbnail, prepare};
use mingcha_tests::altered::{same, sources};
use mingcha_tests::likeness::{many, measured};
use mingcha_tests::real_photos;

/// The time that this thread was on a processor: what a search costs on a machine that others use too. Zero where the
/// system does not tell.
fn processor() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split(' ').next().and_then(|first| first.parse().ok()).map_or(Duration::ZERO, Duration::from_nanos)
}

fn main() {
    let photos = real_photos("gps").and_then(|gps| gps.parent().map(std::path::Path::to_owned));
    let photos = photos.as_deref();
    let begun = Instant::now();
    let known = many(photos, 100_000);
    println!("100,000 fingerprints are made in {:.1} s", begun.elapsed().as_secs_f64());
    let (mut took, mut worked) = (Vec::new(), Vec::new());
    let mut first = None;
    for source in sources(photos, 14) {
        for again in same(&source.picture).into_iter().step_by(6) {
            let photo = prepare(again.file).unwrap();
            let like: Fingerprint = photo.fingerprint;
            let (begun, busy) = (Instant::now(), processor());
            std::hint::black_box(known.search(&like));
            took.push(begun.elapsed());
            worked.push(processor().saturating_sub(busy));
            first = first.or(Some(photo.thumbnail));
        }
    }
    for (clock, mut took) in [("by the clock", took), ("of the processor", worked)] {
        took.sort();
        let millis = |place: usize| took.get(place).unwrap().as_secs_f64() * 1e3;
        let (median, last) = (millis(took.len() / 2), millis(took.len().saturating_mul(99) / 100));
        println!("search among 100,000, {clock}: median {median:.2} ms, p99 {last:.2} ms");
    }
    let bytes = first.unwrap();
    let begun = Instant::now();
    for _ in 0..20 {
        let thumbnail = Thumbnail::read(&bytes).unwrap();
        assert!(thumbnail.is_same_picture(&Thumbnail::read(&bytes).unwrap()));
    }
    println!("a closer look at two thumbnails, read and compared: {:.2} ms", begun.elapsed().as_secs_f64() * 50.0);

    let [chosen, told] = measured(photos, 72, 1);
    println!("sources that the limits were chosen on:");
    chosen.print();
    println!("the other sources:");
    told.print();
    for (kind, least) in
        [("recompressed", 0.98), ("resized", 0.98), ("brightness", 0.98), ("cropped", 0.9), ("mirrored", 0.9)]
    {
        assert!(told.recall(kind) >= least, "{kind}: {}", told.recall(kind));
    }
    assert!(told.precision() >= 0.99, "precision {}", told.precision());
}
