//! Sets that are read, and sets that are refused with file, item and reason.

use proptest::prelude::*;

use super::*;
use crate::{AnswerType, Kinds, Level, Mode, Value};

fn embedded(code: &str) -> CriteriaSet {
    CriteriaSet::embedded().unwrap().into_iter().find(|set| set.code.as_str() == code).unwrap()
}

fn item(set: &CriteriaSet, code: &str) -> Item {
    set.item(&code.parse().unwrap()).unwrap().clone()
}

#[test]
fn five_haves_is_inferred_and_says_so_with_every_item() {
    let set = embedded("W5");
    assert_eq!((set.definition, set.version), (Definition::Inferred, 1));
    assert!(set.reason.as_ref().unwrap().en.contains("never spells it out"));
    assert!(set.items.iter().all(|item| item.definition == Definition::Inferred && item.reason == set.reason));
    let scored: Vec<_> = set.items.iter().filter(|item| item.points > 0).map(|item| item.code.to_string()).collect();
    assert_eq!(scored, (1..=11).map(|n| format!("W5-{n}")).collect::<Vec<_>>());
    assert!(set.items.iter().all(|item| item.source.iter().any(|source| source.document == "000")));
}

#[test]
fn four_excellences_keep_the_four_headings_and_tell_what_is_our_reading() {
    let set = embedded("SYSB");
    assert_eq!(set.definition, Definition::Seed);
    let mut headings: Vec<_> = set.items.iter().filter_map(|item| item.group.as_ref()).map(|name| &name.zh).collect();
    headings.dedup();
    assert_eq!(headings, ["道德建设", "服务质量", "服务环境", "服务监督", "四比（记录）"]);
    for item in &set.items {
        let assigned = item.code.as_str().starts_with("SYSB-Y");
        assert!(assigned == (item.assignment == Definition::Inferred), "{}", item.code);
        assert!(item.definition != Definition::Inferred || item.reason.is_some());
        assert!(item.source.iter().any(|source| source.document == "002"));
    }
    // Comparing with peers is not answered on site, and the set says so.
    assert!(set.notes.iter().any(|note| note.zh.contains("四比")));
    assert!(set.items.iter().all(|item| !item.code.as_str().starts_with("SYSB-B") || item.points == 0));
}

#[test]
fn a_second_quantity_is_its_own_item_and_scores_nothing() {
    let seats = item(&embedded("W5"), "W5-4N");
    assert_eq!((seats.answer, seats.points), (AnswerType::Count, 0));
    assert!(!seats.failed(&Value::Count(0)));
}

#[test]
fn a_fault_is_a_no_a_poor_an_occurrence_or_too_few() {
    let (w5, sysb) = (embedded("W5"), embedded("SYSB"));
    for (item, typed, failed) in [
        (item(&w5, "W5-1"), "no", true),
        (item(&w5, "W5-1"), "yes", false),
        (item(&w5, "W5-1"), "na", false),
        (item(&w5, "W5-7"), "poor", true),
        (item(&w5, "W5-7"), "fair", false),
        (item(&sysb, "SYSB-Y2e"), "0", false),
        (item(&sysb, "SYSB-Y2e"), "1", true),
        (item(&sysb, "SYSB-Y2g"), "yes", true),
        (item(&sysb, "SYSB-Y2g"), "no", false),
        (item(&sysb, "SYSB-D1"), "4", true),
        (item(&sysb, "SYSB-D1"), "5", false),
        (item(&sysb, "SYSB-J5"), "4/5", true),
        (item(&sysb, "SYSB-J5"), "5/5", false),
        (item(&sysb, "SYSB-B4N"), "240", false),
    ] {
        let value = item.answer.parse(typed).unwrap();
        assert_eq!(item.failed(&value), failed, "{} {typed}", item.code);
    }
    let level = Item { answer: AnswerType::Level, ..item(&w5, "W5-1") };
    assert!(level.failed(&Value::Level(Level::Unqualified)) && !level.failed(&Value::Level(Level::Basic)));
    // A value of another type is not judged at all.
    assert!(!item(&w5, "W5-1").failed(&Value::Poor));
    let queue = Item { answer: AnswerType::Minutes, fails_over: Some(15), ..item(&w5, "W5-1") };
    assert!(!queue.failed(&Value::Minutes(15)) && queue.failed(&Value::Minutes(16)));
}

#[test]
fn a_photo_is_asked_for_only_where_the_item_needs_one() {
    let (w5, sysb) = (embedded("W5"), embedded("SYSB"));
    let ramp = item(&w5, "W5-3");
    assert!(ramp.photo_wanted(None) && ramp.photo_wanted(Some(&Value::Yes)));
    assert!(!ramp.photo_wanted(Some(&Value::NotApplicable)));
    let toilet = item(&w5, "W5-1");
    assert!(!toilet.photo_wanted(None) && !toilet.photo_wanted(Some(&Value::Yes)));
    assert!(toilet.photo_wanted(Some(&Value::No)));
    // Dress: a picture would show faces.
    assert!(!item(&sysb, "SYSB-Y2a").photo_wanted(Some(&Value::Poor)));
}

#[test]
fn an_undercover_form_holds_only_what_can_be_seen_or_asked() {
    let sets = [embedded("W5"), embedded("SYSB")];
    let hall = Kinds::embedded().lineage("GOV");
    let codes =
        |mode| -> Vec<String> { form(&sets, &hall, mode, 3).iter().map(|item| item.code.to_string()).collect() };
    let (open, covert) = (codes(Mode::Open), codes(Mode::Undercover));
    assert_eq!(open.len(), 47); // both sets ask for barrier-free access; it is asked once
    for records_only in ["SYSB-Y3f", "SYSB-J5", "SYSB-J7", "SYSB-B3", "SYSB-B4"] {
        assert!(open.iter().any(|code| code == records_only) && covert.iter().all(|code| code != records_only));
    }
    assert_eq!(covert.len(), 42);
    assert_eq!(covert.first().map(String::as_str), Some("W5-1"));
    let bank = form(&sets, &Kinds::embedded().lineage("BANK"), Mode::Open, 3);
    assert!(bank.iter().all(|item| item.code.as_str() != "SYSB-Y3a")); // single-window acceptance: administrative only
}

#[test]
fn a_set_given_twice_is_asked_once() {
    let set = embedded("W5");
    let all = Kinds::embedded().lineage("OTHER");
    assert_eq!(form([&set, &set], &all, Mode::Open, 3).len(), 12);
}

const SMALL: &str = r#"
code = "T"
version = 1
name = { zh = "试", en = "Trial" }
definition = "seed"
scoring = "item_points"

[[item]]
code = "T-1"
text = { zh = "干净", en = "Clean" }
help = { zh = "脏为否", en = "No if dirty" }
answer = "yn"
ask = ["observe"]
photo = "none"
kinds = ["ALL"]
points = 100
source = [{ document = "000", clause = "二.1" }]
"#;

fn refused(from: &str, to: &str) -> BadSet {
    let text = SMALL.replacen(from, to, 1);
    assert_ne!(text, SMALL);
    CriteriaSet::parse("t.toml", &text, &Kinds::embedded()).unwrap_err()
}

#[test]
fn a_small_set_is_read() {
    let set = CriteriaSet::parse("t.toml", SMALL, &Kinds::embedded()).unwrap();
    assert_eq!((set.items.len(), set.items[0].points), (1, 100));
}

#[test]
fn a_part_and_the_whole_do_not_both_bring_points() {
    let derived = |points: &str| {
        let item = SMALL.split_once("[[item]]").unwrap().1;
        let (before, rest) = item.split_once("answer = \"yn\"\nask = [\"observe\"]").unwrap();
        let code = item.split('"').nth(1).unwrap();
        let before = before.replacen(code, &format!("{code}-whole"), 1);
        let rest = rest.replacen("points = 100", points, 1);
        let how = format!("answer = \"derived\"\ncondition = \"{code} = yes\"");
        CriteriaSet::parse("t.toml", &format!("{SMALL}\n[[item]]{before}{how}{rest}"), &Kinds::embedded())
    };
    assert_eq!(derived("").unwrap().items.len(), 2);
    let refused = derived("points = 100").unwrap_err().to_string();
    assert!(refused.contains("points") && refused.contains("counts twice"), "{refused}");
}

#[test]
fn a_doubtful_set_is_refused_with_file_item_key_and_a_reason_in_both_languages() {
    for (from, to, item, key, reason) in [
        ("version = 1", "version = 0", None, "version", "begin at 1"),
        ("version = 1", "version = 4294967295", None, "version", "end at 1000000"),
        ("version = 1", "version = 1\nauthor = \"x\"", None, "author", "not known here"),
        ("code = \"T\"", "code = \"T T\"", None, "code", "not a code"),
        ("definition = \"seed\"", "definition = \"inferred\"", None, "reason", "must say why"),
        ("definition = \"seed\"", "definition = \"rumour\"", None, "definition", "not \"rumour\""),
        ("item_points", "stars", None, "scoring", "one of item_points, base_100"),
        ("zh = \"试\"", "zh = \"\"", None, "name.zh", "an empty text"),
        ("[[item]]", "[[items]]", None, "items", "not known here"),
        ("code = \"T-1\"", "code = \"T 1\"", Some("T 1"), "code", "not a code"),
        ("code = \"T-1\"\n", "", Some("#1"), "code", "missing"),
        ("answer = \"yn\"", "answer = \"yesno\"", Some("T-1"), "answer", "one of yn, grade"),
        ("answer = \"yn\"", "answer = \"yn\"\nweight = 2", Some("T-1"), "weight", "not known here"),
        ("answer = \"yn\"", "answer = \"yn\"\nfails_over = 2", Some("T-1"), "fails_over", "takes no limit"),
        ("answer = \"yn\"", "answer = \"min\"", Some("T-1"), "fails_over", "needs `fails_over`"),
        ("answer = \"yn\"", "answer = \"wd\"\nfails_over = 100001", Some("T-1"), "fails_over", "at most 100000"),
        ("answer = \"yn\"", "answer = \"ratio\"\nfails_under = 101", Some("T-1"), "fails_under", "percentage"),
        (
            "answer = \"yn\"",
            "answer = \"count\"\nfails_under = 5\nfails_over = 4",
            Some("T-1"),
            "fails_over",
            "nothing could pass",
        ),
        ("answer = \"yn\"", "answer = \"veto\"", Some("T-1"), "points", "write 0"),
        ("answer = \"yn\"", "answer = \"yn\"\ndefinition = \"inferred\"", Some("T-1"), "reason", "says why"),
        ("answer = \"yn\"", "answer = \"yn\"\nassignment = \"maybe\"", Some("T-1"), "assignment", "not \"maybe\""),
        (
            "answer = \"yn\"",
            "answer = \"yn\"\nbands = { well = \"> x\" }",
            Some("T-1"),
            "bands.well",
            "not a comparison",
        ),
        (
            "answer = \"yn\"",
            "answer = \"yn\"\nlimits = [{ kinds = [\"ALL\"] }]",
            Some("T-1"),
            "limits.1",
            "needs `fails_over`",
        ),
        (
            "answer = \"yn\"",
            "answer = \"yn\"\nmodes = [\"open\", \"secret\"]",
            Some("T-1"),
            "modes.2",
            "one of open, undercover",
        ),
        ("ask = [\"observe\"]", "ask = []", Some("T-1"), "ask", "how it can be found out"),
        ("ask = [\"observe\"]", "ask = [\"guess\"]", Some("T-1"), "ask.1", "not \"guess\""),
        ("photo = \"none\"", "photo = \"maybe\"", Some("T-1"), "photo", "not \"maybe\""),
        ("kinds = [\"ALL\"]", "kinds = [\"MOON\"]", Some("T-1"), "kinds", "not known"),
        ("kinds = [\"ALL\"]", "kinds = []", Some("T-1"), "kinds", "name the kinds"),
        ("points = 100", "points = 10001", Some("T-1"), "points", "0 to 10000"),
        ("points = 100", "points = -1", Some("T-1"), "points", "whole number"),
        ("points = 100", "points = 1.5", Some("T-1"), "points", "whole number"),
        ("en = \"Clean\"", "en = \"  \"", Some("T-1"), "text.en", "an empty text"),
        ("en = \"Clean\"", "en = \"Cle\\nan\"", Some("T-1"), "text.en", "one short line"),
        ("en = \"Clean\"", "fr = \"Propre\"", Some("T-1"), "text.en", "Chinese and in English"),
        (
            "source = [{ document = \"000\", clause = \"二.1\" }]",
            "source = []",
            Some("T-1"),
            "source",
            "document and clause",
        ),
        ("source = [{ document = \"000\", clause = \"二.1\" }]", "", Some("T-1"), "source", "missing"),
        ("clause = \"二.1\"", "clause = \"\"", Some("T-1"), "source.1.clause", "an empty text"),
        ("clause = \"二.1\"", "page = 1", Some("T-1"), "source.1.clause", "missing"),
    ] {
        let bad = refused(from, to);
        assert_eq!((bad.file.as_str(), bad.item.as_deref()), ("t.toml", item), "{to}: {bad}");
        assert_eq!(bad.key.as_deref(), Some(key), "{to}: {bad}");
        assert!(bad.reason.en.contains(reason), "{to}: {bad}");
        assert!(bad.reason.zh.chars().any(|c| ('一'..='龥').contains(&c)), "{to}: {bad}");
        assert!(!bad.reason.en.chars().any(|c| ('一'..='龥').contains(&c)), "{to}: {bad}");
        assert!(!bad.to_string().contains('\n') && bad.to_string().matches(" / ").count() == 1, "{bad}");
    }
}

#[test]
fn the_same_code_twice_is_refused_even_in_other_letters() {
    let (_, entry) = SMALL.split_once("[[item]]").unwrap();
    let text = format!("{SMALL}[[item]]{}", entry.replace("T-1", "t-1"));
    let bad = CriteriaSet::parse("t.toml", &text, &Kinds::embedded()).unwrap_err();
    let told = "t.toml t-1 code: 编码重复，请各用各的编码 / the code is used twice: give each its own";
    assert_eq!(bad.to_string(), told);
}

#[test]
fn too_many_items_and_too_large_a_file_are_refused() {
    let (head, entry) = SMALL.split_once("[[item]]").unwrap();
    let many = |count: usize| {
        let item = |n: usize| ["[[item]]", &entry.replace("T-1", &format!("T-{n}"))].concat();
        let items: String = (1..=count).map(item).collect();
        CriteriaSet::parse("t.toml", &format!("{head}{items}"), &Kinds::embedded())
    };
    assert_eq!(many(MOST_ITEMS).unwrap().items.len(), MOST_ITEMS);
    let bad = many(MOST_ITEMS + 1).unwrap_err();
    assert!(bad.reason.en.contains("1 to 200 items, this one has 201: make two sets"), "{bad}");
    let large = format!("{SMALL}#{}", "x".repeat(LARGEST_SET));
    let bad = CriteriaSet::parse("t.toml", &large, &Kinds::embedded()).unwrap_err();
    assert!(bad.reason.en.contains("over 160 KiB") && bad.reason.en.contains("make two sets"), "{bad}");
}

#[test]
fn as_many_items_of_ordinary_length_as_a_set_may_have_fit_into_one_op() {
    let mut ordinary: Vec<Item> = CriteriaSet::embedded().unwrap().into_iter().flat_map(|set| set.items).collect();
    ordinary.retain(|item| item.derivation.is_none() && item.answer == AnswerType::YesNo);
    ordinary.truncate(MOST_ITEMS);
    let mut set = embedded("ORD");
    set.items = ordinary;
    for (n, item) in set.items.iter_mut().enumerate() {
        item.code = format!("T-{n}").parse().unwrap();
        (item.points, item.deduct, item.bonus) = (100, 0, 0);
    }
    assert_eq!(set.items.len(), MOST_ITEMS);
    let text = set.to_toml();
    assert_eq!(CriteriaSet::parse("t.toml", &text, &Kinds::embedded()).unwrap().items.len(), MOST_ITEMS);
    let published = crate::body::CriteriaPublish { code: "ORD".to_owned(), version: 1, toml: text, retired: false };
    assert!(crate::Body::CriteriaPublish(published).to_bytes().len() <= crate::LARGEST_BODY);
}

#[test]
fn white_space_at_the_ends_of_a_text_is_nobodys() {
    let spaced = SMALL.replace("zh = \"", "zh = \"　 ").replace("en = \"", "en = \" \\t");
    assert_ne!(spaced, SMALL);
    let read = |text: &str| CriteriaSet::parse("t.toml", text, &Kinds::embedded()).unwrap();
    assert_eq!(read(&spaced), read(SMALL));
}

#[test]
fn a_broken_file_names_the_line() {
    let bad = refused("version = 1", "version = = 1");
    assert!(bad.reason.en.starts_with("line 3 ") && bad.reason.zh.starts_with("第 3 行"), "{bad}");
}

proptest! {
    #[test]
    fn no_text_breaks_the_reader(text in "\\PC{0,80}", at in 0..400_usize) {
        let kinds = Kinds::embedded();
        let _ = CriteriaSet::parse("t.toml", &text, &kinds);
        // A good file with something written into it anywhere.
        let cut = (0..=at.min(SMALL.len())).rev().find(|place| SMALL.is_char_boundary(*place)).unwrap_or(0);
        let (before, after) = SMALL.split_at(cut);
        let _ = CriteriaSet::parse("t.toml", &format!("{before}{text}{after}"), &kinds);
    }
}

#[test]
fn deep_nesting_is_refused_and_does_not_exhaust_the_stack() {
    for text in ["a=".to_owned() + &"[".repeat(500_000), "[".repeat(500_000), "a.".repeat(400_000) + "b=1"] {
        assert!(CriteriaSet::parse("t.toml", &text, &Kinds::embedded()).is_err());
    }
}
