//! What a capture costs its caller, beside a plain durable copy of the same file in the same folder, and ten of them in a row.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mingcha_model::Role;
use mingcha_tests::{Hand, Town};

use crate::speed::{millis, photos};

const ROUNDS: usize = 9;

/// The same picture as other bytes: what stands behind the end of a JPEG or PNG is no part of it.
fn varied(file: &Path, folder: &Path, round: usize) -> PathBuf {
    let mut bytes = fs::read(file).unwrap();
    bytes.extend(round.to_le_bytes());
    let path = folder.join(format!("varied-{round}"));
    fs::write(&path, bytes).unwrap();
    path
}

/// What any program does that may lose nothing: write, sync, rename, sync the folder.
fn copied(file: &Path, folder: &Path) {
    let (temporary, whole) = (folder.join("copy.new"), folder.join("copy"));
    fs::copy(file, &temporary).unwrap();
    File::open(&temporary).unwrap().sync_all().unwrap();
    fs::rename(&temporary, &whole).unwrap();
    File::open(folder).unwrap().sync_all().unwrap();
}

fn timed(work: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    work();
    begun.elapsed()
}

fn made(hand: &mut Hand, count: u64) {
    assert_eq!(hand.phone.photo_finish(&mut |_| {}).unwrap().made, count);
}

pub fn run() {
    let town = Town::found("2026-03-02T09:00:00+08:00");
    let mut anna = town.hand("anna", Role::Inspector);
    let visit = anna.phone.visit_start("GOV-01", "open", &["W5".to_owned()], &[]).unwrap().visit.to_string();
    let folder = tempfile::tempdir_in(&anna.home).unwrap();
    println!();
    println!(
        "{:34} {:>9} {:>10} {:>7} {:>9} {:>11} {:>10}",
        "capture", "copy ms", "caller ms", "ratio", "later ms", "ten caller", "ten later"
    );
    let mut round = 0;
    for (name, file) in photos(folder.path()) {
        let (mut copies, mut calls, mut later) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            round += 1;
            let file = varied(&file, folder.path(), round);
            copies.push(timed(|| copied(&file, folder.path())));
            calls.push(timed(|| drop(anna.phone.visit_photo(&visit, &file, None).unwrap())));
            later.push(timed(|| made(&mut anna, 1)));
            fs::remove_file(file).unwrap();
        }
        let ten: Vec<PathBuf> = (0..10).map(|nth| varied(&file, folder.path(), round + 1 + nth)).collect();
        round += 10;
        let ten_calls = timed(|| {
            for file in &ten {
                anna.phone.visit_photo(&visit, file, None).unwrap();
            }
        });
        let ten_later = timed(|| made(&mut anna, 10));
        for file in ten {
            fs::remove_file(file).unwrap();
        }
        let (copy, call, later) = (millis(&copies), millis(&calls), millis(&later));
        let [ten_calls, ten_later] = [ten_calls, ten_later].map(|time| time.as_secs_f64() * 1e3);
        println!(
            "{name:34} {copy:>9.1} {call:>10.1} {:>7.2} {later:>9.1} {ten_calls:>11.1} {ten_later:>10.1}",
            call / copy
        );
    }
}
