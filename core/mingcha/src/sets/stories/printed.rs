//! Stories of the printed catalogue: whatever an item says stands in its row, in both languages, and no source is a riddle.

use mingcha_model::{AnswerType, Ask, Bilingual, Definition, Document, Item, Mode, PhotoNeed, ScoringModel};

use super::*;
use crate::criteria_word;

/// A text as the template writes it.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The row of this item, title or comparison.
fn row_of<'p>(page: &'p str, code: &str) -> &'p str {
    let begins = format!("<tr><td class=\"code\">{code}<");
    let at = page.find(&begins).unwrap_or_else(|| panic!("{code} has no row"));
    page[at..].split("</tr>").next().unwrap()
}

/// Both halves of a text, the English one where English stands.
fn holds(row: &str, text: &Bilingual) -> bool {
    row.contains(&escaped(&text.zh)) && row.contains(&format!("{}</span>", escaped(&text.en)))
}

fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('一'..='龥').contains(&c))
}

/// What else the row must say of an item, in Chinese and in English.
fn words_of(item: &Item) -> Vec<(&'static str, &'static str)> {
    let mut codes = vec![item.answer.code()];
    codes.extend(item.ask.iter().map(|way| way.name()));
    codes.extend(item.modes.iter().map(|mode| mode.name()));
    if item.derivation.is_none() && item.photo != PhotoNeed::None {
        codes.push(item.photo.name());
    }
    let mut words: Vec<_> = codes.into_iter().map(|code| criteria_word(code).unwrap()).collect();
    if item.derivation.is_none() && item.photo == PhotoNeed::None {
        words.push(("照片：不需", "photo: none"));
    }
    words.extend((item.priority == 1).then_some(("优先", "comes first")));
    words.extend((item.priority == 3).then_some(("靠后", "comes last")));
    words
}

#[test]
fn every_item_stands_on_the_page_whole_in_both_languages_with_every_source() {
    let office = Office::new();
    let page = office.phone.sets_page(&[]).unwrap();
    let kinds = office.phone.kinds().unwrap();
    for set in CriteriaSet::embedded().unwrap() {
        assert!(page.contains(&format!("id=\"{}\"", set.code)), "{}", set.code);
        assert!(holds(&page, &set.name), "{}", set.code);
        for item in &set.items {
            let row = row_of(&page, item.code.as_str());
            let texts = [&item.text, &item.help].into_iter().chain(&item.parts).chain(&item.quick);
            let names = item.kinds.iter().map(|kind| &kinds.get(kind.as_str()).unwrap().name);
            let part = |text: &Bilingual| row.contains(&escaped(&text.zh)) && row.contains(&escaped(&text.en));
            for text in texts.chain(names) {
                assert!(part(text), "{}: {text:?} in {row}", item.code);
            }
            for (zh, en) in words_of(item) {
                assert!(row.contains(zh) && row.contains(en), "{}: {zh} {en} in {row}", item.code);
            }
            if !item.months.is_empty() {
                assert!(row.contains(" 月<span lang=\"en\">months "), "{}", item.code);
            }
            for source in &item.source {
                let cited = format!("{}</a> {}</span>", source.document, escaped(&source.clause));
                assert!(row.contains(&cited), "{}: {source:?} in {row}", item.code);
            }
            let inferred = item.definition == Definition::Inferred;
            assert_eq!(row.contains("要求推定<span lang=\"en\">demand inferred"), inferred, "{}", item.code);
            assert_eq!(row.contains(">归类"), item.assignment != set.assignment, "{}", item.code);
            let own = item.reason.as_ref().filter(|reason| set.reason.as_ref() != Some(reason));
            assert!(own.is_none_or(|reason| holds(row, reason)), "{}: its reason", item.code);
        }
        for (code, name) in set
            .titles
            .iter()
            .map(|one| (&one.code, &one.name))
            .chain(set.comparisons.iter().map(|one| (&one.code, &one.name)))
        {
            assert!(holds(row_of(&page, code.as_str()), name), "{code}");
        }
    }
    assert!(!page.contains("<script") && !page.contains("http://") && !page.contains("https://"));
    // Nothing Chinese where English is read.
    for english in page.split("<span lang=\"en\">").skip(1).map(|rest| rest.split("</span>").next().unwrap()) {
        assert!(!is_chinese(english) && !english.is_empty(), "{english}");
    }
}

#[test]
fn every_source_leads_to_the_name_of_its_document_and_of_its_paper_at_the_end_of_the_page() {
    let office = Office::new();
    let page = office.phone.sets_page(&[]).unwrap();
    for target in page.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(page.contains(&format!("id=\"{target}\"")), "{target} leads nowhere");
    }
    let (_, legend) = page.split_once("<section id=\"documents\">").unwrap();
    let sets = CriteriaSet::embedded().unwrap();
    let cited: BTreeSet<&str> =
        sets.iter().flat_map(|set| &set.items).flat_map(|item| &item.source).map(|one| one.document.as_str()).collect();
    assert!(cited.len() >= 10, "{cited:?}");
    for code in cited {
        let document = Document::embedded().iter().find(|document| document.code == code).unwrap();
        for name in std::iter::once(&document.name).chain(document.papers.iter().map(|paper| &paper.name)) {
            assert!(holds(legend, name), "{code}: {name:?}");
        }
        for paper in &document.papers {
            assert!(legend.contains(&format!("<dt>{}</dt>", paper.code)), "{code}: {}", paper.code);
        }
    }
    // A page of one set names what that set cites, and what an office named itself.
    let mut own = sets.into_iter().find(|set| set.code.as_str() == "NAT").unwrap();
    own.items[0].source[0].document = "本市 规定".to_owned();
    let page = crate::sets::page::page(&[own], &office.phone.kinds().unwrap());
    assert!(!page.contains("id=\"document-003\"") && page.contains("id=\"document-本市-规定\""));
    assert!(page.contains("由编写单位自行注明"));
}

#[test]
fn a_reader_meets_words_and_no_code_of_a_file() {
    let codes = AnswerType::ALL.map(AnswerType::code).into_iter().chain(Ask::ALL.map(Ask::name));
    let codes = codes.chain(PhotoNeed::ALL.map(PhotoNeed::name)).chain(Mode::ALL.map(Mode::name));
    let codes = codes.chain(Definition::ALL.map(Definition::name)).chain(ScoringModel::ALL.map(ScoringModel::name));
    let codes = codes.chain(mingcha_model::Offered::ALL.map(mingcha_model::Offered::name));
    for code in codes.chain(mingcha_model::Holder::ALL.map(mingcha_model::Holder::name)) {
        let (zh, en) = criteria_word(code).unwrap_or_else(|| panic!("{code} has no words"));
        let is_code = |word: &str| ["yn", "neg", "wd", "hrs", "lvl3", "base_100"].contains(&word) || word.contains('_');
        assert!(is_chinese(zh) && !en.split_whitespace().any(is_code), "{code}");
    }
    let office = Office::new();
    let page = office.phone.sets_page(&["W5".to_owned(), "SYS".to_owned(), "CITY".to_owned()]).unwrap();
    let yes_or_no = "<p>是或否<span lang=\"en\">yes or no</span></p><p>观察<span lang=\"en\">observe</span></p>\
                     <p>照片：不符时拍<span lang=\"en\">photo: when failed</span></p>";
    assert!(page.contains(yes_or_no));
    assert!(
        page.contains("出入境窗口：超过 3 趟为不合格<span lang=\"en\">exit and entry window: over 3 trips is a fault")
    );
    assert!(page.contains("第 1 版 · 要求：推定 · 归入本套：推定 · 逐项计分 · 日常检查采用"));
    let derived = row_of(&page, "CITY-13");
    assert!(derived.contains("是，当 CITY-13a &gt;= 1 或 CITY-13b = 是"), "{derived}");
    assert!(derived.contains("yes where CITY-13a &gt;= 1 or CITY-13b = yes"), "{derived}");
}
