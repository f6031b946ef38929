//! Stories of a set beside what is known: versions that are compared, codes that are taken, and how large a set may be.

use super::*;

#[test]
fn a_published_version_is_never_altered_and_two_versions_are_compared() {
    let office = Office::new();
    let sets = CriteriaSet::embedded().unwrap();
    let mut changed = sets.iter().find(|set| set.code.as_str() == "W5").unwrap().clone();
    let before = changed.clone();
    changed.items[0].points = 300;
    changed.items.remove(1);
    let file = office.file("W5.toml");
    std::fs::write(&file, changed.to_toml()).unwrap();
    let checked = office.check(&file);
    assert!(!checked.ok && checked.mistakes[0].reason.en.contains("never altered"), "{checked:?}");
    changed.version = 2;
    std::fs::write(&file, changed.to_toml()).unwrap();
    assert!(office.check(&file).ok);
    let told: Vec<_> = crate::sets::differences(&before, &changed)
        .into_iter()
        .map(|one| (one.item, one.what, one.key, one.before, one.after))
        .collect();
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        told,
        [
            (None, "changed", text("version"), text("1"), text("2")),
            (text("W5-1"), "changed", text("points"), text("200"), text("300")),
            (text("W5-2"), "removed", None, None, None),
        ]
    );
}

#[test]
fn a_changed_order_is_told_by_the_fewest_items_that_moved() {
    let set = CriteriaSet::embedded().unwrap().remove(0);
    let told = |after: &CriteriaSet| -> Vec<String> {
        crate::sets::differences(&set, after)
            .into_iter()
            .map(|one| [one.item, one.key, one.before, one.after].map(Option::unwrap_or_default).join(" "))
            .collect()
    };
    assert_eq!(told(&set), Vec::<String>::new());
    let mut later = set.clone();
    let first = later.items.remove(0);
    later.items.insert(4, first);
    assert_eq!(told(&later), ["W5-1 order 1 5"]);
    let mut backwards = set.clone();
    backwards.items.reverse();
    assert_eq!(told(&backwards).len(), set.items.len() - 1, "one of them may stand still");
    // What is taken out moves nobody.
    let mut fewer = set.clone();
    fewer.items.remove(0);
    assert_eq!(told(&fewer), ["W5-1   "]);
}

#[test]
fn a_set_is_as_large_as_the_city_takes_and_no_larger_whatever_file_it_comes_in() {
    let office = Office::new();
    let mut set = CriteriaSet::embedded().unwrap().into_iter().find(|set| set.code.as_str() == "ORD").unwrap();
    set.version = 2;
    for item in &mut set.items {
        (item.text.zh, item.help.zh) = ("长".repeat(1_000), "长".repeat(1_000));
        item.group = Some(item.help.clone());
    }
    let toml = office.file("large.toml");
    std::fs::write(&toml, set.to_toml()).unwrap();
    let csv = office.csv("large.csv", &columns::to_rows(&set));
    for file in [toml, csv] {
        let checked = office.check(&file);
        assert!(!checked.ok && checked.mistakes[0].reason.en.contains("over 160 KiB"), "{checked:?}");
        assert!(checked.mistakes[0].reason.zh.contains("请分成两套标准"), "{checked:?}");
        let out = office.file("never.toml");
        assert_eq!(office.phone.set_import(&file, None, &out, true).unwrap_err().code(), "bad_set");
        assert!(!out.exists());
    }
}

#[test]
fn what_stands_against_a_set_that_reads_well_is_told_of_its_cell() {
    let office = Office::new();
    let right = Office::rows();
    let row_of = |sort: &str| right.iter().position(|row| row[0] == sort).unwrap();
    let told = |rows: &[Vec<String>]| {
        let checked = office.check(&office.csv("beside.csv", rows));
        assert!(!checked.ok && checked.set.is_some(), "it reads well: {checked:?}");
        let one = checked.mistakes.into_iter().next().unwrap();
        (one.row, one.column.unwrap_or_default(), one.item, one.reason.zh)
    };
    let number = |row: usize| Some(u32::try_from(row).unwrap() + 1);
    let mut small = right.clone();
    small[row_of("set")][place("code")] = "w5-alt".to_owned();
    let (row, column, _, reason) = told(&small);
    assert_eq!((row, column.as_str()), (number(row_of("set")), "code"));
    assert!(reason.contains("已有标准 W5-ALT，只差大小写"), "{reason}");
    let mut taken = right.clone();
    taken[row_of("item") + 1][place("code")] = "SYSB-Y1a".to_owned();
    let (row, column, item, reason) = told(&taken);
    assert_eq!((row, column.as_str(), item.as_deref()), (number(row_of("item") + 1), "code", Some("SYSB-Y1a")));
    assert!(reason.contains("已属于标准 SYSB"), "{reason}");
    let mut altered = right.clone();
    altered[row_of("set")][place("code")] = "W5".to_owned();
    let (row, column, _, reason) = told(&altered);
    assert_eq!((row, column.as_str()), (number(row_of("set")), "version"));
    assert!(reason.contains("已发布，内容不可更改"), "{reason}");
}

#[test]
fn a_column_that_lost_its_name_is_told_and_nothing_of_it_is_dropped() {
    let office = Office::new();
    let right = Office::rows();
    let told = |rows: &[Vec<String>]| {
        let told = office.refused(&office.csv("nameless.csv", rows));
        told.into_iter().map(|(row, column, _)| (row.unwrap(), column.unwrap())).collect::<Vec<_>>()
    };
    // The name emptied, and the column taken out with everything in it.
    for code in columns::codes().filter(|code| !code.starts_with("remark_")) {
        let (mut emptied, mut without) = (right.clone(), right.clone());
        emptied[0][place(code)] = " ".to_owned();
        for row in &mut without {
            row.remove(place(code));
        }
        for rows in [emptied, without] {
            assert_eq!(told(&rows), [(1, code.to_owned())]);
        }
    }
    let item = right.iter().position(|row| row[0] == "item").unwrap();
    let number = u32::try_from(item).unwrap() + 1;
    for (column, letters) in [(right[0].len(), "AS"), (59, "BH"), (100, "CW"), (130, "CW")] {
        let mut beyond = right.clone();
        beyond[item].resize(column, String::new());
        beyond[item].push("200".to_owned());
        assert_eq!(told(&beyond), [(number, letters.to_owned())]);
    }
    // An empty column between the others says nothing; one with words and no name does.
    let mut apart = right.clone();
    for row in &mut apart {
        row.insert(5, String::new());
    }
    assert!(office.check(&office.csv("apart.csv", &apart)).ok);
    apart[item][5] = "见附件".to_owned();
    assert_eq!(told(&apart), [(number, "F".to_owned())]);
}

#[test]
fn a_row_is_named_by_its_number_in_the_spreadsheet_whatever_stands_before_it() {
    let office = Office::new();
    let mut rows = Office::rows();
    let item = rows.iter().position(|row| row[0] == "item").unwrap();
    rows[item][place("points")] = "abc".to_owned();
    rows[item - 1][place("remark_zh")] = "两行\n说明，\"引号\"".to_owned();
    let text = std::fs::read_to_string(office.csv("rows.csv", &rows)).unwrap();
    let third = text.match_indices('\n').nth(1).unwrap().0 + 1;
    let number = u32::try_from(item).unwrap() + 1;
    for (ending, more) in [("\n", 0), ("\n", 2), ("\r\n", 3)] {
        let (before, after) = text.split_at(third);
        let text = format!("{before}{}{after}", "\n".repeat(more)).replace('\n', ending);
        let file = office.file("blank.csv");
        std::fs::write(&file, text).unwrap();
        let told = office.refused(&file);
        let more = u32::try_from(more).unwrap();
        assert_eq!((told[0].0, told[0].1.as_deref()), (Some(number + more), Some("points")), "{ending:?} {more}");
    }
}

#[test]
fn too_many_rows_and_a_stray_nought_are_named_by_their_place() {
    let office = Office::new();
    let rows = Office::rows();
    let item = rows.iter().position(|row| row[0] == "item").unwrap();
    let mut many = rows.clone();
    let long = rows[item].iter().cloned().map(|cell| if cell.is_empty() { "x".repeat(8) } else { cell });
    many.extend(std::iter::repeat_n(long.collect::<Vec<_>>(), 30_000));
    let file = office.csv("many.csv", &many);
    assert!(file.metadata().unwrap().len() > 8 << 20, "as large as no set is");
    let told = office.refused(&file);
    assert_eq!((told[0].0, told[0].1.as_deref()), (Some(2_001), Some("A")), "{told:?}");
    let mut stray = rows;
    stray[item][place("help_zh")].push('\0');
    let told = office.refused(&office.csv("stray.csv", &stray));
    assert_eq!(told[0].0, Some(u32::try_from(item).unwrap() + 1));
    assert!(told[0].1.as_deref() == Some("E") && told[0].2.contains("NUL"), "{told:?}");
}

#[test]
fn a_set_with_the_longest_code_goes_through_a_workbook() {
    let office = Office::new();
    let mut set = CriteriaSet::embedded().unwrap().into_iter().find(|set| set.code.as_str() == "W5").unwrap();
    set.code = "A".repeat(32).parse().unwrap();
    for item in &mut set.items {
        item.code = format!("A-{}", item.code).parse().unwrap();
        item.set = set.code.clone();
    }
    let file = office.file("long.xlsx");
    std::fs::write(&file, crate::sets::workbook_of(&set).unwrap()).unwrap();
    assert!(office.check(&file).ok, "{:?}", office.check(&file));
}

#[test]
fn white_space_at_the_ends_of_texts_goes_the_same_way_in_a_file_and_in_a_sheet() {
    let office = Office::new();
    let kinds = office.phone.kinds().unwrap();
    let set = CriteriaSet::embedded().unwrap().remove(0);
    let spaced = set.to_toml().replace("zh = \"", "zh = \"\u{3000} ").replace("en = \"", "en = \" ");
    let spaced = spaced.replacen("version = 1", "version = 2", 1);
    let (toml, back) = (office.file("spaced.toml"), office.file("back.toml"));
    std::fs::write(&toml, &spaced).unwrap();
    let read = CriteriaSet::parse("spaced", &spaced, &kinds).unwrap();
    for ending in ["xlsx", "csv", "toml"] {
        let there = office.file(&format!("there.{ending}"));
        let bytes = match ending {
            "xlsx" => crate::sets::workbook_of(&read).unwrap(),
            "csv" => crate::sets::csv_of(&read),
            _ => spaced.clone().into_bytes(),
        };
        std::fs::write(&there, bytes).unwrap();
        office.phone.set_import(&there, None, &back, true).unwrap();
        let text = std::fs::read_to_string(&back).unwrap();
        assert_eq!(CriteriaSet::parse("back", &text, &kinds).unwrap(), read, "{ending}");
        assert!(!text.contains("= \"\u{3000}") && !text.contains("= \" "), "{ending}: {text}");
    }
}
