//! What is refused, one by one, with file, table, line and advice; and that the sample is what it says it is.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use mingcha_model::Policy;
use mingcha_model::body::Datum;

use super::*;

/// A small file in which everything is right, to be spoilt.
const RIGHT: &str = r#"
[[areas]]
code = "DH"
zh = "东湖区"
en = "Donghu"

[[kinds]]
code = "NOTARY"
zh = "公证"
en = "notary"
parent = "ADM"

[[units]]
code = "U1"
name = "某单位"
area = "DH"

[[sites]]
code = "S1"
name = "某窗口"
kind = "NOTARY"
unit = "U1"
address = "某路1号"
latitude = 39.5
longitude = 102.0
datum = "GCJ-02"

[[calendar]]
year = 2027
off = ["2027-01-01", 2027-01-02]
work = ["2027-01-03"]
published = true

[policy]
ranking = true
recheck_roll = "within_week"
weight_routine = 40
weight_survey = 40
weight_inspections = 20

[[campaigns]]
code = "C1"
name = "某行动"
from = "2026-03-02"
to = 2026-11-30
sets = ["W5", { code = "SYSB", version = 1 }]
[campaigns.policy]
deadline_ordinary = 1
"#;

fn parse(text: &str) -> Result<Load, BadLoad> {
    Load::parse("city.toml", text, None, &Known::default())
}

/// The one mistake of a file.
fn mistake(text: &str) -> Mistake {
    let bad = parse(text).unwrap_err();
    let [only] = bad.mistakes() else { panic!("{bad}") };
    only.clone()
}

/// The one mistake after this was written instead of that: where it stands and what it advises.
fn spoilt(right: &str, wrong: &str) -> (String, usize, String) {
    assert!(RIGHT.contains(right), "{right}");
    let found = mistake(&RIGHT.replacen(right, wrong, 1));
    assert_eq!(found.file, "city.toml");
    assert!(!found.reason.zh.is_empty());
    (found.table, found.line, found.reason.en)
}

/// The line of the right file on which this stands.
fn line_of(text: &str) -> usize {
    RIGHT.lines().position(|line| line.contains(text)).unwrap() + 1
}

#[test]
fn a_right_file_is_read_whole_with_every_reference_resolved() {
    let load = parse(RIGHT).unwrap();
    let site = &load.sites[0];
    assert_eq!((site.id, site.unit, site.area), (site_id("S1"), unit_id("U1"), area_id("DH")));
    assert_eq!(site.kind.as_str(), "NOTARY");
    let position = site.position.unwrap();
    assert_eq!(
        (position.latitude_e7, position.longitude_e7, position.datum),
        (395_000_000, 1_020_000_000, Datum::Gcj02)
    );
    let campaign = &load.campaigns[0];
    let sets: Vec<_> = campaign.sets.iter().map(|set| (set.code.as_str(), set.version)).collect();
    assert_eq!(sets, [("W5", 1), ("SYSB", 1)]);
    assert_eq!(load.calendar[0].off.len(), 2);
    let policy = Policy::from_values(load.policy.as_ref().unwrap()).with(&campaign.policy);
    assert!(policy.ranking && policy.weights.survey == 40);
    assert_eq!(policy.recheck_roll, mingcha_model::Roll::WithinWeek);
    assert_eq!(policy.deadlines.ordinary, 1);
    assert_eq!(parse(RIGHT), Ok(load), "reading twice is reading once");
}

#[test]
fn what_the_city_holds_already_may_be_referred_to_and_lies_where_it_lay() {
    let known = Known {
        areas: [("DH".to_owned(), area_id("DH"))].into(),
        units: [("U1".to_owned(), (unit_id("U1"), area_id("DH")))].into(),
        ..Known::default()
    };
    let more = "[[sites]]\ncode = \"S2\"\nname = \"又一窗口\"\nkind = \"BANK\"\nunit = \"U1\"\n";
    let load = Load::parse("more.toml", more, None, &known).unwrap();
    assert_eq!((load.sites[0].area, load.sites[0].position), (area_id("DH"), None));
    let small = more.replace("U1", "u1");
    let bad = Load::parse("more.toml", &small, None, &known).unwrap_err();
    assert_eq!(bad.mistakes()[0].reason.en, "the code u1 is not known: write U1");
    let again = "[[areas]]\ncode = \"dh\"\nzh = \"东湖\"\nen = \"Donghu\"\n";
    let bad = Load::parse("more.toml", again, None, &known).unwrap_err();
    assert!(bad.mistakes()[0].reason.en.ends_with("write DH"), "{bad}");
}

#[test]
fn a_site_may_lie_in_another_area_than_its_unit() {
    let text = RIGHT.replace("address =", "area = \"XL\"\naddress =")
        + "[[areas]]\ncode = \"XL\"\nzh = \"西岭区\"\nen = \"Xiling\"\n";
    assert_eq!(parse(&text).unwrap().sites[0].area, area_id("XL"));
}

#[test]
fn an_unknown_area_unit_kind_or_set_is_told_with_where_to_add_it() {
    let (table, line, advice) = spoilt("area = \"DH\"", "area = \"XX\"");
    assert_eq!((table.as_str(), line), ("[[units]] U1", line_of("area = \"DH\"")));
    assert_eq!(advice, "the code XX is not known: add it under [[areas]], or write one that is there");
    let (table, line, advice) = spoilt("unit = \"U1\"", "unit = \"U9\"");
    assert_eq!((table.as_str(), line), ("[[sites]] S1", line_of("unit = \"U1\"")));
    assert!(advice.contains("add it under [[units]]"), "{advice}");
    let (table, _, advice) = spoilt("kind = \"NOTARY\"", "kind = \"ZOO\"");
    assert_eq!(table, "[[sites]] S1");
    assert!(advice.starts_with("the kind ZOO is not known") && advice.contains("[[kinds]]"), "{advice}");
    let (table, line, advice) = spoilt("[\"W5\", {", "[\"W6\", {");
    assert_eq!((table.as_str(), line), ("[[campaigns]] C1", line_of("sets = [")));
    assert!(advice.starts_with("the set W6 is not known: publish it under [[sets]]"), "{advice}");
    let (_, _, advice) = spoilt("version = 1 }", "version = 2 }");
    assert!(advice.starts_with("the set SYSB v2 is not known"), "{advice}");
}

#[test]
fn two_things_of_one_code_are_refused_even_if_the_letters_differ_in_size() {
    let rows = [
        ("[[areas]] dh", "[[areas]]\ncode = \"dh\"\nzh = \"又\"\nen = \"b\"\n"),
        ("[[units]] u1", "[[units]]\ncode = \"u1\"\nname = \"又\"\narea = \"DH\"\n"),
        ("[[sites]] s1", "[[sites]]\ncode = \"s1\"\nname = \"又\"\nkind = \"BANK\"\nunit = \"U1\"\n"),
        ("[[kinds]] notary", "[[kinds]]\ncode = \"notary\"\nzh = \"又\"\nen = \"b\"\n"),
        (
            "[[campaigns]] c1",
            "[[campaigns]]\ncode = \"c1\"\nname = \"又\"\nfrom = 2026-01-01\nto = 2026-01-02\nsets = [\"W5\"]\n",
        ),
    ];
    for (table, row) in rows {
        let found = mistake(&format!("{RIGHT}{row}"));
        assert_eq!(found.table, table);
        assert!(found.reason.en.contains("is already used in line"), "{}", found.reason.en);
    }
    let found = mistake(&format!("{RIGHT}[[calendar]]\nyear = 2027\n"));
    assert_eq!(found.reason.en, "there are two tables of 2027: put them into one");
}

#[test]
fn a_campaign_that_ends_before_it_begins_is_refused() {
    let (table, line, advice) = spoilt("to = 2026-11-30", "to = 2026-03-01");
    assert_eq!((table.as_str(), line), ("[[campaigns]] C1", line_of("to = 2026-11-30")));
    assert_eq!(advice, "the campaign ends before it begins on 2026-03-02: write a later day");
    let one_day = RIGHT.replace("to = 2026-11-30", "to = 2026-03-02");
    assert!(parse(&one_day).is_ok());
}

#[test]
fn a_position_says_its_datum_and_both_its_numbers() {
    let (table, line, advice) = spoilt("datum = \"GCJ-02\"\n", "");
    assert_eq!((table.as_str(), line), ("[[sites]] S1", line_of("latitude")));
    assert_eq!(
        advice,
        "a position without `datum`: write \"GCJ-02\" (Chinese maps), \"WGS-84\" (GPS) or \"BD-09\" (Baidu)"
    );
    let (_, _, advice) = spoilt("longitude = 102.0\n", "");
    assert_eq!(advice, "`longitude` is missing: write both latitude and longitude, or neither");
    let (_, _, advice) = spoilt("GCJ-02", "CGCS2000");
    assert!(advice.contains("write \"GCJ-02\""), "{advice}");
    let (_, _, advice) = spoilt("39.5", "\"39.5\"");
    assert!(advice.contains("write degrees, as in 39.1234567"), "{advice}");
    let (_, _, advice) = spoilt("latitude = 39.5", "latitude = 102.0");
    assert!(advice.contains("from 0 to 56: check that latitude and longitude are not swapped"), "{advice}");
    let swapped = RIGHT.replace("latitude = 39.5\nlongitude = 102.0", "latitude = 102.0\nlongitude = 39.5");
    assert_eq!(parse(&swapped).unwrap_err().mistakes().len(), 2);
    let abroad = RIGHT.replace("GCJ-02", "WGS-84").replace("longitude = 102.0", "longitude = -71.0");
    assert!(parse(&abroad).is_ok());
}

#[test]
fn names_and_codes_have_limits_and_keep_to_one_line() {
    let (table, line, advice) = spoilt("某单位", &"某".repeat(LONGEST_NAME + 1));
    assert_eq!((table.as_str(), line), ("[[units]] U1", line_of("某单位")));
    assert!(advice.ends_with("write one line of 1 to 100 characters"), "{advice}");
    assert!(parse(&RIGHT.replace("某单位", &"某".repeat(LONGEST_NAME))).is_ok());
    assert!(spoilt("某窗口", "").2.contains("`name`"));
    assert!(spoilt("某窗口", "  ").2.contains("`name`"));
    assert!(spoilt("某窗口", "某\\n窗口").2.contains("one line"));
    assert!(spoilt("某路1号", &"路".repeat(LONGEST_ADDRESS + 1)).2.contains("1 to 200 characters"));
    let (table, _, advice) = spoilt("code = \"S1\"", "code = \"S 1\"");
    assert_eq!(table, "[[sites]]");
    assert!(advice.contains("a code of 1 to 32 letters, digits and dashes"), "{advice}");
    assert!(spoilt("code = \"C1\"", &format!("code = \"{}\"", "C".repeat(33))).2.contains("1 to 32"));
    assert_eq!(spoilt("en = \"Donghu\"\n", "").2, "`en` is missing: write one line of 1 to 100 characters");
}

#[test]
fn a_misspelt_key_or_table_is_told_with_those_that_exist() {
    let (table, line, advice) = spoilt("address", "adress");
    assert_eq!((table.as_str(), line), ("[[sites]] S1", line_of("address")));
    assert!(advice.starts_with("`adress` is not known here: write any of address, area, code"), "{advice}");
    let (table, line, advice) = spoilt("[[calendar]]", "[[calender]]");
    assert_eq!((table.as_str(), line), ("calender", line_of("[[calendar]]")));
    assert!(advice.contains("[[areas]], [[kinds]]"), "{advice}");
    let people = mistake(&format!("{RIGHT}[[people]]\nname = \"某人\"\n"));
    assert!(people.reason.en.contains("enrol"), "{}", people.reason.en);
    assert!(!people.in_chinese().contains("某人"));
    let (_, _, advice) = spoilt("[[calendar]]", "[calendar]");
    assert_eq!(advice, "write it as [[calendar]], one table for each row");
}

#[test]
fn switches_are_known_by_name_and_take_what_they_mean() {
    let (table, line, advice) = spoilt("ranking = true", "rankings = true");
    assert_eq!((table.as_str(), line), ("[policy]", line_of("ranking = true")));
    assert!(advice.starts_with("`rankings` is not known here") && advice.contains("ranking,"), "{advice}");
    assert!(spoilt("ranking = true", "ranking = 1").2.ends_with("write true or false"));
    let (_, _, advice) = spoilt("\"within_week\"", "\"sideways\"");
    assert!(advice.ends_with("write one of \"following\", \"preceding\", \"within_week\", \"none\""), "{advice}");
    let (table, _, advice) = spoilt("deadline_ordinary = 1", "deadline_ordinary = -1");
    assert_eq!(table, "[[campaigns]] C1 policy");
    assert!(advice.ends_with("write a whole number of days from 0 to 3660"), "{advice}");
    let (_, _, advice) = spoilt("weight_survey = 40\n", "");
    assert!(advice.ends_with("let them add up to 100"), "{advice}");
    assert!(spoilt("weight_survey = 40", "weight_survey = 41").2.ends_with("let them add up to 100"));
}

#[test]
fn a_calendar_keeps_days_in_one_list_and_in_their_year() {
    let (table, line, advice) = spoilt("work = [\"2027-01-03\"]", "work = [\"2027-01-01\"]");
    assert_eq!((table.as_str(), line), ("[[calendar]]", line_of("year = 2027")));
    assert!(advice.starts_with("2027-01-01 is listed as a day off and as a working day"), "{advice}");
    assert!(spoilt("2027-01-02", "2026-01-02").2.contains("put it in the table of its own year"));
    assert!(spoilt("year = 2027", "year = 27").2.contains("1900 to 2999"));
    assert!(spoilt("\"2027-01-03\"", "\"2027-02-30\"").2.contains("a list of days"));
}

#[test]
fn kinds_may_stand_in_any_order_and_not_in_a_circle() {
    let child_first = "[[kinds]]\ncode = \"B\"\nzh = \"乙\"\nen = \"b\"\nparent = \"A\"\n\
                       [[kinds]]\ncode = \"A\"\nzh = \"甲\"\nen = \"a\"\n";
    let load = parse(child_first).unwrap();
    let order: Vec<_> = load.kinds.iter().map(|kind| kind.code.as_str()).collect();
    assert_eq!(order, ["A", "B"]);
    let bad = parse(&format!("{child_first}parent = \"B\"\n")).unwrap_err();
    assert_eq!(bad.mistakes().len(), 2);
    assert!(bad.mistakes()[0].reason.en.contains("is not a known kind: add the parent first"), "{bad}");
    let itself = RIGHT.replace("code = \"NOTARY\"", "code = \"ADM\"").replace("kind = \"NOTARY\"", "kind = \"BANK\"");
    assert!(mistake(&itself.replace("parent = \"ADM\"", "parent = \"GOV\"")).reason.en.contains("ADM is built in"));
}

#[test]
fn all_mistakes_are_told_at_once_and_only_twenty_are_listed() {
    let mut text = String::new();
    for number in 0..25 {
        write!(text, "[[units]]\ncode = \"U{number}\"\nname = \"某\"\narea = \"NONE\"\n").unwrap();
    }
    let BadLoad::Mistakes { listed, count } = parse(&text).unwrap_err() else { panic!() };
    assert_eq!((listed.len(), count), (MOST_MISTAKES, 25));
    let told = BadLoad::Mistakes { listed, count }.told();
    assert!(told.en.starts_with("25 mistakes, nothing was loaded: city.toml line 4, [[units]] U0: "), "{}", told.en);
    assert!(told.en.ends_with("and 5 more") && told.zh.ends_with("另有 5 处"));
    assert!(!told.en.contains('\n') && !told.zh.contains('\n'));
}

#[test]
fn a_wrong_unit_is_told_once_and_not_again_at_each_of_its_sites() {
    let (table, _, _) = spoilt("area = \"DH\"", "area = \"XX\"");
    assert_eq!(table, "[[units]] U1");
    let (table, _, _) = spoilt("en = \"notary\"", "en = \"\"");
    assert_eq!(table, "[[kinds]] NOTARY");
}

#[test]
fn what_is_no_toml_is_told_with_its_line() {
    let (table, line, advice) = spoilt("name = \"某单位\"", "name = 某单位");
    assert_eq!((table.as_str(), line), ("TOML", line_of("某单位")));
    assert!(advice.starts_with("not well-formed TOML"), "{advice}");
    let nothing = mistake("# 空\n");
    assert!(nothing.reason.en.starts_with("there is nothing to load"), "{}", nothing.reason.en);
}

#[test]
fn a_file_over_16_mib_is_refused_before_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.toml");
    std::fs::File::create(&path).unwrap().set_len(LARGEST_LOAD as u64 + 1).unwrap();
    let bad = Load::read(&path, &Known::default()).unwrap_err();
    assert!(bad.told().en.contains("large.toml: the file is over 16 MiB: split it"), "{bad}");
    let bad = parse(&" ".repeat(LARGEST_LOAD + 1)).unwrap_err();
    assert!(matches!(bad, BadLoad::Unreadable { .. }));
    let absent = Load::read(&folder.path().join("absent.toml"), &Known::default()).unwrap_err();
    assert!(absent.told().en.contains("check its path"), "{absent}");
    std::fs::write(&path, b"code = \"\xff\"").unwrap();
    assert!(Load::read(&path, &Known::default()).unwrap_err().told().en.contains("save it as UTF-8"));
    assert!(Load::read(folder.path(), &Known::default()).unwrap_err().told().en.contains("this is a folder"));
}

const SET: &str = r#"code = "N1"
version = 1
name = { zh = "新标准", en = "a new set" }
definition = "sourced"
scoring = "item_points"
item = [{ code = "N1-1", text = { zh = "问", en = "ask" }, help = { zh = "帮", en = "help" }, answer = "yn", ask = ["observe"], photo = "none", kinds = ["NOTARY"], points = 100, source = [{ document = "本市规定", clause = "一" }] }]
"#;

#[test]
fn a_set_is_read_from_a_file_beside_or_from_the_file_itself_and_may_name_new_kinds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("city.toml");
    std::fs::create_dir(folder.path().join("sets")).unwrap();
    std::fs::write(folder.path().join("sets/N1.toml"), SET).unwrap();
    let asking = RIGHT.replace("[\"W5\", {", "[\"N1\", {");
    std::fs::write(&path, format!("{asking}[[sets]]\nfile = \"sets/N1.toml\"\nretired = true\n")).unwrap();
    let load = Load::read(&path, &Known::default()).unwrap();
    assert_eq!((load.sets[0].toml.as_str(), load.sets[0].retired), (SET, true));
    assert_eq!(load.campaigns[0].sets[0].code, "N1");

    let inline = parse(&format!("{asking}[[sets]]\n{SET}")).unwrap();
    assert_eq!((&inline.sets[0].set, inline.sets[0].retired), (&load.sets[0].set, false));
    let again = CriteriaSet::parse("again", &inline.sets[0].toml, &known_with_notary()).unwrap();
    assert_eq!(again, load.sets[0].set, "what is published reads as what was written");
}

fn known_with_notary() -> Kinds {
    Kinds::embedded().with_all(parse(RIGHT).unwrap().kinds).0
}

#[test]
fn a_wrong_set_is_told_with_its_own_file_and_item() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("city.toml");
    let read = |set: &str, name: &str| {
        std::fs::write(folder.path().join("N1.toml"), set).unwrap();
        std::fs::write(&path, format!("{RIGHT}[[sets]]\nfile = \"{name}\"\n")).unwrap();
        let bad = Load::read(&path, &Known::default()).unwrap_err();
        let [only] = bad.mistakes() else { panic!("{bad}") };
        only.clone()
    };
    let found = read(&SET.replace("NOTARY", "ZOO"), "N1.toml");
    assert_eq!((found.file.as_str(), found.table.as_str()), ("N1.toml", "[[item]] N1-1"));
    assert!(found.reason.en.contains("add the kind first"), "{}", found.reason.en);
    assert_eq!(found.reason.zh, "`kinds`：没有这种窗口类型“ZOO”，请核对或先添加类型");
    for outside in ["../N1.toml", "/etc/hostname", "./../x.toml"] {
        let found = read(SET, outside);
        assert_eq!(found.table, "[[sets]]");
        assert!(found.reason.en.contains("lies beside this one or below"), "{}", found.reason.en);
    }
    assert!(read(SET, "N2.toml").reason.en.contains("check its path"));
    assert!(read(&format!("#{}\n{SET}", "x".repeat(200_000)), "N1.toml").reason.en.contains("160 KiB"));

    let inline = mistake(&format!("{RIGHT}[[sets]]\n{}", SET.replace("\"yn\"", "\"maybe\"")));
    assert_eq!((inline.file.as_str(), inline.table.as_str()), ("city.toml", "[[sets]] [[item]] N1-1"));
    assert!(inline.line > RIGHT.lines().count());
    assert!(inline.reason.zh.starts_with("`answer`：应为 yn、grade"), "{}", inline.reason.zh);
    assert!(inline.reason.en.starts_with("`answer`: write one of yn, grade"), "{}", inline.reason.en);
}

#[test]
fn a_published_version_is_followed_and_never_altered() {
    let published = CriteriaSet::parse("N1", SET, &known_with_notary()).unwrap();
    let known = Known { sets: vec![published], ..Known::default() };
    let text = |set: &str| {
        format!("{}[[sets]]\n{set}", RIGHT.replace("[\"W5\", { code = \"SYSB\", version = 1 }]", "[\"N1\"]"))
    };
    let load = |set: &str| Load::parse("city.toml", &text(set), None, &known);
    assert!(load(SET).is_ok(), "the same again");
    let bad = load(&SET.replace("points = 100", "points = 200")).unwrap_err();
    let told = "`version`: the set N1 v1 is published and never altered: raise `version`";
    assert_eq!(bad.mistakes()[0].reason.en, told);
    let raised = load(&SET.replace("points = 100", "points = 200").replace("version = 1", "version = 2")).unwrap();
    assert_eq!(raised.campaigns[0].sets[0].version, 2, "a campaign asks the newest unless it says otherwise");
    let bad = Load::parse("city.toml", &format!("{RIGHT}[[sets]]\n{SET}[[sets]]\n{SET}"), None, &Known::default());
    assert!(bad.unwrap_err().mistakes()[0].reason.en.contains("stands here twice"));
}

#[test]
fn what_is_published_keeps_the_text_it_was_published_with_however_the_same_set_is_written() {
    let published = CriteriaSet::parse("N1", SET, &known_with_notary()).unwrap();
    let known = Known {
        sets: [Known::default().sets, vec![published.clone()]].concat(),
        published: [(("N1".to_owned(), 1), SET.to_owned())].into(),
        ..Known::default()
    };
    let again = format!("{RIGHT}[[sets]]\n{}", published.to_toml().replace("[[item]]", "[[sets.item]]"));
    let load = Load::parse("city.toml", &again, None, &known).unwrap();
    assert_eq!(load.sets[0].toml, SET);
}

#[test]
fn a_built_in_kind_is_not_taken_over_and_a_family_takes_along_what_lies_below_it() {
    let kind = |code: &str, parent: &str| {
        format!("[[kinds]]\ncode = \"{code}\"\nzh = \"改名\"\nen = \"renamed\"\nparent = \"{parent}\"\n")
    };
    for (code, told_zh, told_en) in [
        ("GOV", "GOV 是内置类型“政务服务大厅”", "the kind GOV is built in"),
        ("gov", "已有类型 GOV，只差大小写", "the kind GOV is there already"),
    ] {
        let found = mistake(&kind(code, "BANK"));
        assert_eq!((found.table, found.line), (format!("[[kinds]] {code}"), 2));
        assert!(found.reason.zh.starts_with(told_zh) && found.reason.en.starts_with(told_en), "{:?}", found.reason);
    }
    // K1 to K5 lie below each other; K1 moved below K9 takes K5 deeper than any kind may lie.
    let chain: String = (1..=5)
        .map(|n| kind(&format!("K{n}"), &if n == 1 { "ADM".to_owned() } else { format!("K{}", n - 1) }))
        .collect();
    let known = Known { kinds: Kinds::embedded().with_all(parse(&chain).unwrap().kinds).0, ..Known::default() };
    let deeper = kind("K8", "POLICE") + &kind("K9", "K8") + &kind("K1", "K9");
    let bad = Load::parse("city.toml", &deeper, None, &known).unwrap_err();
    let told: Vec<&str> = bad.mistakes().iter().map(|one| one.table.as_str()).collect();
    assert_eq!(told, ["[[kinds]] K4", "[[kinds]] K5"], "{bad}");
    assert!(Load::parse("city.toml", &kind("K1", "SUB"), None, &known).is_ok());
}

#[test]
fn the_sample_has_3_areas_12_units_and_40_sites_of_many_kinds_and_is_the_same_each_time() {
    let load = Load::sample().unwrap();
    assert_eq!((load.areas.len(), load.units.len(), load.sites.len()), (3, 12, 40));
    let kinds: BTreeSet<_> = load.sites.iter().map(|site| &site.kind).collect();
    assert!(kinds.len() >= 15, "{}", kinds.len());
    let areas: BTreeSet<_> = load.sites.iter().map(|site| site.area).collect();
    assert_eq!(areas.len(), 3);
    let units: BTreeSet<_> = load.sites.iter().map(|site| site.unit).collect();
    assert_eq!(units.len(), 12);
    assert!(load.sites.iter().all(|site| !site.address.is_empty()));
    let datums: BTreeSet<_> =
        load.sites.iter().filter_map(|site| site.position).map(|at| format!("{:?}", at.datum)).collect();
    assert_eq!(datums.len(), 3);
    let campaign = &load.campaigns[0];
    assert_eq!(campaign.name, "窗口服务形象提升 2026");
    let sets: Vec<_> = campaign.sets.iter().map(|set| set.code.as_str()).collect();
    assert_eq!(sets, ["W5", "SYSB"]);
    assert_eq!(Policy::from_values(load.policy.as_ref().unwrap()), Policy::default());
    assert_eq!(load.areas[0].id, area_id("DH"));
    assert_eq!(Load::sample().unwrap(), load);
}

#[test]
fn no_damaged_file_breaks_the_reader() {
    // Every cut and every dropped byte of a right file is read or refused, never a panic.
    for at in 0..RIGHT.len() {
        let cut = String::from_utf8_lossy(&RIGHT.as_bytes()[..at]).into_owned();
        let _ = parse(&cut);
        let mut dropped = RIGHT.as_bytes().to_vec();
        dropped.remove(at);
        let _ = parse(&String::from_utf8_lossy(&dropped));
    }
    let _ = parse(&"[".repeat(100_000));
    let _ = parse(&format!("areas = {}", "[".repeat(100_000)));
}
