//! Before and after: whoever is sent to look again has both on the phone before leaving, side by side.

use mingcha_model::{PhotoCopy, Role};
use mingcha_tests::{Hand, Town, draw, real_photos};

fn pair_of(hand: &Hand, finding: &str) -> mingcha::PhotoPair {
    let mut pairs = hand.phone.photo_pairs(finding, None).unwrap();
    assert_eq!(pairs.len(), 1, "{pairs:?}");
    pairs.remove(0)
}

#[test]
fn whoever_is_assigned_the_recheck_has_before_and_after_without_asking_for_them() {
    let town = Town::found("2026-03-02T09:00:00+08:00");
    let [mut anna, mut bert] = ["anna", "bert"].map(|name| town.hand(name, Role::Inspector));
    let mut chief = town.hand("chief", Role::Supervisor);
    let mut contact = town.hand("contact", Role::Contact);
    let before = real_photos("mobile").map_or_else(|| draw(town.folder(), 1), |real| real.join("jolla.jpg"));
    let after = draw(town.folder(), 2);

    let visit = anna.phone.visit_start("GOV-01", "open", &["W5".to_owned()], &[]).unwrap().visit.to_string();
    let shown = anna.phone.visit_photo(&visit, &before, Some("W5-3")).unwrap().photo;
    let raised = anna.phone.finding_raise(&visit, "W5-3", "坡道被占", None, &[shown.to_string()]).unwrap();
    let finding = raised.finding.to_string();
    anna.phone.finding_feedback(&finding, Some("清理坡道"), true).unwrap();
    anna.sync();
    contact.sync();
    let submission = contact.phone.finding_rectify(&finding, "已清理", &[after]).unwrap().submission.to_string();
    contact.sync();
    chief.sync();
    chief.phone.finding_review(&submission, "approve", None, None).unwrap();
    chief.sync();

    // Before the assignment the colleague has thumbnails, as everybody of the area has.
    bert.sync();
    let here = |hand: &Hand, copy: PhotoCopy| {
        let rows = hand.phone.photo_list().unwrap();
        rows.iter().filter(|row| row.here.contains(&copy.name())).count()
    };
    assert_eq!((here(&bert, PhotoCopy::Thumbnail), here(&bert, PhotoCopy::Standard)), (2, 0));
    chief.phone.assign("GOV-01", &bert.person.to_string(), "2026-03-16", "2026-03-20").unwrap();
    chief.sync();
    let report = bert.sync();
    assert_eq!(report.received_photos, 2, "what was found before comes with the assignment");
    assert_eq!(here(&bert, PhotoCopy::Standard), 2);

    let pair = pair_of(&bert, &finding);
    assert_eq!((pair.before, pair.what, pair.here), (shown, "rectified", true));
    let out = town.folder().join("pairs");
    let written = bert.phone.photo_pairs(&finding, Some(&out)).unwrap().remove(0);
    let sizes: Vec<(u32, u32)> = written.files.iter().map(|file| image::image_dimensions(file).unwrap()).collect();
    assert_eq!(sizes[0], sizes[1], "two of one size, for a slider");
    assert_eq!((written.width, written.height), (Some(sizes[0].0), Some(sizes[0].1)));
    assert!(sizes[2].0 >= 2 * sizes[0].0, "and both side by side");
    // The unit's before is the published copy; it never holds the inspector's.
    contact.sync();
    let of_unit = pair_of(&contact, &finding);
    assert!(of_unit.here && of_unit.before != shown && of_unit.after == pair.after);
}
