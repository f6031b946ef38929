//! Signs on photos, as a supervisor sees them: the same picture again, another time, another place, an editor, a screen.
//!
//! Real photos where they are beside the checkout, read back through the two programs. A unit sees none of it.

use std::fs;
use std::path::{Path, PathBuf};

use mingcha_tests::altered::jpeg;
use mingcha_tests::{Chance, City, Claims, Desk, altered, draw, real_photos, with_claims};
use serde_json::Value;

const MORNING: &str = "2026-03-02T08:30:00+08:00";

struct Town {
    anna: Desk,
    ben: Desk,
    chief: Desk,
    contact: Desk,
    photos: PathBuf,
    folder: tempfile::TempDir,
    _city: City,
}

impl Town {
    fn found() -> Option<Self> {
        let photos = real_photos("gps")?;
        let folder = tempfile::tempdir().unwrap();
        let city = City::found(folder.path(), MORNING);
        let phone = |name: &str, role: &str| city.phone(name, role, MORNING);
        Some(Self {
            anna: phone("安娜", "inspector"),
            ben: phone("本", "inspector"),
            chief: phone("主管", "supervisor"),
            contact: phone("contact", "contact"),
            photos,
            folder,
            _city: city,
        })
    }

    /// Everybody meets the city until all have heard of all, and staff have every photo that they may have.
    fn meet(&self) {
        for _ in 0..3 {
            for desk in [&self.anna, &self.ben, &self.chief, &self.contact] {
                desk.run(&["sync"]);
            }
        }
        for desk in [&self.anna, &self.ben, &self.chief] {
            desk.run(&["photo", "fetch"]);
        }
    }

    fn real(&self, name: &str) -> String {
        self.photos.join(name).to_str().unwrap().to_owned()
    }

    /// A file of this story.
    fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// A real photo as somebody hands it in who would rather not go there again: cut, lightened, sent through a messenger,
    /// without a word of its camera.
    fn disguised(&self, name: &str, number: usize) -> String {
        let picture = image::open(self.photos.join(name)).unwrap().into_rgb8();
        let again = altered::same(&picture).into_iter().filter(|one| one.kind.contains("cropped")).nth(number).unwrap();
        self.file(&format!("again-{number}-{name}"), &again.file)
    }
}

/// The signs of one photo, or of all photos of a row.
fn signs(rows: &Value, photo: Option<&str>) -> Vec<String> {
    let signs = rows.as_array().unwrap().iter();
    let of = signs.filter(|sign| photo.is_none_or(|photo| sign["photo"] == photo));
    of.map(|sign| sign["sign"].as_str().unwrap().to_owned()).collect()
}

fn photos_of_visit(desk: &Desk, visit: &str) -> Vec<Value> {
    desk.run(&["visit", "show", visit])["photos"].as_array().unwrap().clone()
}

#[track_caller]
fn sees_nothing(desk: &Desk, finding: &str) {
    let row = desk.run(&["finding", "show", finding]);
    assert_eq!(row["signs"].as_array().map(Vec::len), Some(0), "{row}");
    for photo in desk.run(&["photo", "list"]).as_array().unwrap() {
        assert_eq!(photo["signs"].as_array().map(Vec::len), Some(0), "{photo}");
    }
}

#[test]
fn a_supervisor_sees_which_photos_deserve_a_second_look_and_a_unit_sees_none_of_it() {
    let Some(town) = Town::found() else { return };
    // The real photo was taken in Arezzo in 2008, says its camera.
    let visit = town.anna.text(&["visit", "start", "GOV-01", "--mode", "open", "--set", "W5"], "visit");
    let before = town.anna.text(&["visit", "photo", &visit, &town.real("DSCN0029.jpg"), "--item", "W5-3"], "photo");
    let raise = ["finding", "raise", &visit, "W5-3", "--text", "坡道堵死", "--photo", &before];
    let finding = town.anna.text(&raise, "finding");
    town.anna.run(&["finding", "feedback", &finding, "--demand", "请清理", "--photos-checked"]);
    town.meet();
    town.chief.run(&["finding", "notice", &finding]);
    town.meet();

    // One after-photo is the before-photo again; the other was taken by somebody who went there.
    let [same, honest] = [town.disguised("DSCN0029.jpg", 3), draw(town.folder.path(), 9).to_str().unwrap().to_owned()];
    let rectify = ["finding", "rectify", &finding, "--text", "已清理", "--photo", &same, "--photo", &honest];
    town.contact.run(&rectify);
    town.meet();
    let row = town.chief.run(&["finding", "show", &finding]);
    let after = &row["submissions"][0]["photos"];
    let [same, honest] = [0, 1].map(|place| after[place].as_str().unwrap().to_owned());
    assert_eq!(signs(&row["signs"], Some(&same)), ["same_as_before_photo"], "{}", row["signs"]);
    assert_eq!(signs(&row["signs"], Some(&honest)), [] as [&str; 0]);
    let sign = row["signs"].as_array().unwrap().iter().find(|sign| sign["photo"] == same.as_str()).unwrap();
    assert_eq!((sign["other"].as_str(), sign["visit"].as_str()), (Some(&*before), Some(&*visit)));
    assert!(sign["text"].as_str().unwrap().starts_with("与整改前照片为同一张 / "));
    // The before-photo's own camera contradicts it twice.
    assert_eq!(signs(&row["signs"], Some(&before)), ["taken_before", "far_from_site"]);
    let far = row["signs"].as_array().unwrap().iter().find(|sign| sign["sign"] == "far_from_site").unwrap();
    assert!(far["metres"].as_u64().unwrap() > 5_000_000, "Arezzo is far from China: {far}");
    assert_eq!(signs(&town.anna.run(&["finding", "show", &finding])["signs"], Some(&same)), ["same_as_before_photo"]);

    // The same picture at another site, by somebody else, in another file.
    let other = town.ben.text(&["visit", "start", "BANK-01", "--mode", "open", "--set", "W5"], "visit");
    let reused = town.disguised("DSCN0029.jpg", 12);
    let used = town.ben.text(&["visit", "photo", &other, &reused, "--item", "W5-3"], "photo");
    town.ben.run(&["visit", "photo", &other, &town.real("DSCN0042.jpg"), "--item", "W5-2"]);
    town.meet();
    for desk in [&town.chief, &town.ben] {
        let photos = photos_of_visit(desk, &other);
        let reused = photos.iter().find(|photo| photo["photo"] == used.as_str()).unwrap();
        assert_eq!(signs(&reused["signs"], None), ["used_before"], "{reused}");
        assert_eq!(reused["signs"][0]["other"], before.as_str());
        let fresh = photos.iter().find(|photo| photo["photo"] != used.as_str()).unwrap();
        assert_eq!(signs(&fresh["signs"], None), ["taken_before", "far_from_site"], "{fresh}");
        let listed = desk.run(&["photo", "list"]);
        let listed = listed.as_array().unwrap().iter().find(|photo| photo["photo"] == used.as_str()).unwrap().clone();
        assert_eq!(listed["signs"], reused["signs"]);
    }
    // The first of both is under no suspicion for what came later.
    let first = photos_of_visit(&town.chief, &visit);
    assert_eq!(signs(&first[0]["signs"], None), ["taken_before", "far_from_site"]);
    sees_nothing(&town.contact, &finding);

    // What was erased speaks against nobody, neither itself nor what is like it.
    town.chief.run(&["erase", "photo", &before]);
    town.meet();
    for desk in [&town.chief, &town.ben] {
        let photos = photos_of_visit(desk, &other);
        let reused = photos.iter().find(|photo| photo["photo"] == used.as_str()).unwrap();
        assert_ne!(reused["signs"][0]["other"], before.as_str(), "{reused}");
        assert_eq!(signs(&photos_of_visit(desk, &visit)[0]["signs"], None), [] as [&str; 0]);
    }
}

#[test]
fn a_camera_ahead_of_its_time_an_editor_and_a_screen_are_named_and_an_honest_phone_is_not() {
    let Some(town) = Town::found() else { return };
    let picture = |name: &str| image::open(town.photos.join(name)).unwrap().into_rgb8();
    let claims = |taken, software| Claims { taken, software };
    let visit = town.anna.text(&["visit", "start", "GOV-01", "--mode", "open", "--set", "W5"], "visit");
    let mut screen = std::io::Cursor::new(Vec::new());
    let shown = image::imageops::resize(&picture("DSCN0025.jpg"), 1_080, 2_400, image::imageops::FilterType::Triangle);
    shown.write_to(&mut screen, image::ImageFormat::Png).unwrap();
    // What a messenger makes of a photo: the size of a screen, and no camera.
    let messenger = image::imageops::thumbnail(&picture("DSCN0027.jpg"), 1_080, 1_920);
    let files = [
        (
            "honest",
            with_claims(&jpeg(&picture("DSCN0010.jpg"), 90), claims("2026:03:02 08:29:00", "10.1.0.288")),
            vec![],
        ),
        (
            "future",
            with_claims(&jpeg(&picture("DSCN0012.jpg"), 90), claims("2026:03:03 08:30:00", "10.1.0.288")),
            vec!["taken_in_future"],
        ),
        (
            "edited",
            with_claims(&jpeg(&picture("DSCN0021.jpg"), 90), claims("2026:03:02 08:29:00", "Adobe Photoshop 25.0")),
            vec!["edited_by_software"],
        ),
        ("screen", screen.into_inner(), vec!["screenshot"]),
        ("messenger", jpeg(&messenger, 90), vec![]),
    ];
    for (name, bytes, expected) in files {
        let file = town.file(&format!("{name}.jpg"), &bytes);
        let photo = town.anna.text(&["visit", "photo", &visit, &file, "--item", "W5-3"], "photo");
        let photos = photos_of_visit(&town.anna, &visit);
        let shown = photos.iter().find(|row| row["photo"] == photo.as_str()).unwrap();
        assert_eq!(signs(&shown["signs"], None), expected, "{name}: {shown}");
    }
    // Said to a person, not only to a script.
    let output = std::process::Command::new(&mingcha_tests::programs().0)
        .arg("--home")
        .arg(&town.anna.home)
        .args(["--now", MORNING, "--lang", "zh", "visit", "show", &visit])
        .output()
        .unwrap();
    let page = String::from_utf8_lossy(&output.stdout).into_owned();
    for words in ["只是提示，不是结论", "照片经软件处理", "相机时间晚于提交时间", "疑似截屏"]
    {
        assert!(page.contains(words), "{words} in {page}");
    }
}

#[test]
fn a_photo_of_an_undercover_visit_speaks_only_to_those_who_may_know_of_the_visit() {
    let Some(town) = Town::found() else { return };
    let covert = town.anna.text(&["visit", "start", "GOV-01", "--mode", "undercover", "--set", "W5"], "visit");
    let seen = town.anna.text(&["visit", "photo", &covert, &town.real("DSCN0038.jpg"), "--item", "W5-3"], "photo");
    let raise = ["finding", "raise", &covert, "W5-3", "--text", "坡道堵死", "--photo", &seen];
    let finding = town.anna.text(&raise, "finding");
    town.anna.run(&["visit", "submit", &covert]);
    town.meet();

    // Ben hands in the same picture at another site.
    let open = town.ben.text(&["visit", "start", "BANK-01", "--mode", "open", "--set", "W5"], "visit");
    let again = town.disguised("DSCN0038.jpg", 1);
    town.ben.run(&["visit", "photo", &open, &again, "--item", "W5-3"]);
    town.meet();
    assert_eq!(signs(&photos_of_visit(&town.ben, &open)[0]["signs"], None), [] as [&str; 0]);
    let told = photos_of_visit(&town.chief, &open)[0]["signs"].clone();
    assert_eq!((told[0]["sign"].as_str(), told[0]["visit"].as_str()), (Some("used_before"), Some(&*covert)));

    // The unit sends back what was published to it: a colleague sees that, and hears of no visit.
    let copy = town.chief.text(&["finding", "feedback", &finding, "--demand", "请清理", "--photos-checked"], "finding");
    town.meet();
    town.chief.run(&["finding", "notice", &copy]);
    town.meet();
    let listed = town.contact.run(&["photo", "list"]);
    let published = listed.as_array().unwrap().iter().find(|row| row["here"][0] == "published").unwrap();
    let out = town.folder.path().join("published.jpg");
    let save = ["photo", "save", published["photo"].as_str().unwrap(), "--copy", "standard", "--out"];
    town.contact.run(&[&save[..], &[out.to_str().unwrap()]].concat());
    let rectify = ["finding", "rectify", &copy, "--text", "已清理", "--photo", out.to_str().unwrap()];
    town.contact.run(&rectify);
    town.meet();
    let row = town.ben.run(&["finding", "show", &copy]);
    assert_eq!(signs(&row["signs"], None), ["same_as_before_photo"], "{row}");
    for secret in [&covert, &seen, &finding] {
        assert!(!row.to_string().contains(secret.as_str()), "{secret} in {row}");
    }
    sees_nothing(&town.contact, &copy);
}

#[test]
fn what_is_photographed_again_with_one_thing_more_is_another_picture() {
    let Some(town) = Town::found() else { return };
    let below: &Path = town.folder.path();
    let sources = altered::sources(Some(town.photos.parent().unwrap()), 2);
    let counter = sources.last().unwrap();
    let visit = town.anna.text(&["visit", "start", "GOV-01", "--mode", "open", "--set", "W5"], "visit");
    let first = below.join("counter.jpg");
    fs::write(&first, jpeg(&counter.picture, 92)).unwrap();
    town.anna.run(&["visit", "photo", &visit, first.to_str().unwrap(), "--item", "W5-3"]);
    let again = altered::others(counter, &sources, 8, &mut Chance::from_seed(11));
    for (number, other) in again.iter().filter(|other| other.first.is_none()).enumerate() {
        let file = town.file(&format!("other-{number}.jpg"), &other.second);
        let photo = town.anna.text(&["visit", "photo", &visit, &file, "--item", "W5-3"], "photo");
        let photos = photos_of_visit(&town.anna, &visit);
        let shown = photos.iter().find(|row| row["photo"] == photo.as_str()).unwrap();
        assert_eq!(signs(&shown["signs"], None), [] as [&str; 0], "{}: {shown}", other.kind);
    }
}

#[test]
fn a_picture_is_recognised_among_a_dozen_others_of_the_same_counter() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let anna = city.phone("anna", "inspector", MORNING);
    // One counter, each time with another thing on it.
    let counter = |thing: u32| {
        let mut picture = image::open(draw(folder.path(), 5)).unwrap().into_rgb8();
        let (width, height) = picture.dimensions();
        let (left, top) = (width / 16 * (thing % 12), height / 3 + height / 30 * thing);
        for (x, y) in (0..width / 12).flat_map(|x| (0..height / 10).map(move |y| (x, y))) {
            if let Some(pixel) = picture.get_pixel_mut_checked(left + x, top + y) {
                *pixel = image::Rgb([200, u8::try_from(x * 7 % 256).unwrap(), u8::try_from(y * 11 % 256).unwrap()]);
            }
        }
        picture
    };
    let file = |name: String, bytes: Vec<u8>| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let start = ["visit", "start", "GOV-01", "--mode", "open", "--set", "W5"];
    let first = anna.text(&start, "visit");
    let mut taken = Vec::new();
    for thing in 0..12 {
        let path = file(format!("{thing}.jpg"), jpeg(&counter(thing), 92));
        taken.push(anna.text(&["visit", "photo", &first, &path], "photo"));
    }
    anna.run(&["visit", "submit", &first]);
    let second = anna.text(&start, "visit");
    let signs_of = |path: &str| {
        let photo = anna.text(&["visit", "photo", &second, path], "photo");
        let photos = photos_of_visit(&anna, &second);
        photos.iter().find(|row| row["photo"] == photo.as_str()).unwrap()["signs"].clone()
    };
    for thing in [1, 7, 10] {
        let again = signs_of(&file(format!("{thing}-sent.jpg"), jpeg(&counter(thing), 60)));
        assert_eq!(signs(&again, None), ["used_before"], "{thing} sent again");
        assert_eq!(again[0]["other"], taken[usize::try_from(thing).unwrap()].as_str());
    }
    let same = signs_of(folder.path().join("11.jpg").to_str().unwrap());
    assert_eq!((signs(&same, None), same[0]["other"].as_str()), (vec!["used_before".to_owned()], Some(&*taken[11])));
}
