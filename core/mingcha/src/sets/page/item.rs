//! One item as a row: what is asked and when it failed, how it is answered, where, for how much, and on which clause.

use maud::{Markup, html};
use mingcha_model::{AnswerType, Bilingual, Condition, CriteriaSet, Derivation, Item, Kinds, PhotoNeed};

use super::{add, both, demand_mark, own_reason, place_mark, sources, word};

pub(super) fn row(item: &Item, set: &CriteriaSet, kinds: &Kinds) -> Markup {
    html! {
        tr {
            td.code {
                (item.code)
                (demand_mark(item.definition))
                (place_mark(item.assignment, set.assignment))
                @match item.priority {
                    1 => span.rank { "优先" span lang="en" { "comes first" } },
                    3 => span.rank { "靠后" span lang="en" { "comes last" } },
                    _ => {},
                }
            }
            td {
                strong { (item.text.zh) } span lang="en" { (item.text.en) }
                p.help { (both(&item.help)) }
                @if !item.parts.is_empty() { p.help { (both(&labelled("计数：", "counts: ", &listed(&item.parts)))) } }
                @for rule in rules(item, kinds) { p.rule { (both(&rule)) } }
                @if let Some(quick) = &item.quick { p.quick { (both(&labelled("常用语：", "quick pick: ", quick))) } }
                (own_reason(item.reason.as_ref(), set))
            }
            td { @for part in answered(item) { p { (both(&part)) } } }
            td { @for kind in &item.kinds { p {
                @if let Some(kind) = kinds.get(kind.as_str()) { (both(&kind.name)) } @else { (kind) }
            } } }
            td.points { @for part in points(item) { p { (both(&part)) } } }
            td.source { (sources(&item.source)) }
        }
    }
}

fn labelled(zh: &str, en: &str, text: &Bilingual) -> Bilingual {
    Bilingual { zh: format!("{zh}{}", text.zh), en: format!("{en}{}", text.en) }
}

/// Texts in a row.
fn listed(texts: &[Bilingual]) -> Bilingual {
    let (zh, en): (Vec<&str>, Vec<&str>) = texts.iter().map(|text| (text.zh.as_str(), text.en.as_str())).unzip();
    Bilingual { zh: zh.join("；"), en: en.join("; ") }
}

/// How it is answered and found out, when a photo is taken, in which visits and months.
fn answered(item: &Item) -> Vec<Bilingual> {
    let mut parts = vec![word(item.answer.code())];
    if !item.ask.is_empty() {
        parts.push(words(item.ask.iter().map(|way| way.name())));
    }
    if item.derivation.is_none() {
        let photo =
            if item.photo == PhotoNeed::None { Bilingual::new("不需", "none") } else { word(item.photo.name()) };
        parts.push(labelled("照片：", "photo: ", &photo));
    }
    if !item.modes.is_empty() {
        parts.push(labelled("限于", "only ", &words(item.modes.iter().map(|mode| mode.name()))));
    }
    if !item.months.is_empty() {
        let months = item.months.iter().map(ToString::to_string).collect::<Vec<_>>();
        parts
            .push(Bilingual { zh: format!("{} 月", months.join("、")), en: format!("months {}", months.join(", ")) });
    }
    parts
}

fn words(codes: impl Iterator<Item = &'static str>) -> Bilingual {
    let (zh, en): (Vec<String>, Vec<String>) = codes.map(word).map(|told| (told.zh, told.en)).unzip();
    Bilingual { zh: zh.join("、"), en: en.join(", ") }
}

/// From where on it fails, its classes and levels, and what it is worked out from.
fn rules(item: &Item, kinds: &Kinds) -> Vec<Bilingual> {
    let (unit_zh, unit_en) = unit(item.answer);
    let over = |most: u32| Bilingual {
        zh: format!("超过 {most}{unit_zh}为不合格"),
        en: format!("over {most}{unit_en} is a fault"),
    };
    let under = |least: u32| Bilingual {
        zh: format!("不足 {least}{unit_zh}为不合格"),
        en: format!("under {least}{unit_en} is a fault"),
    };
    let mut rules: Vec<Bilingual> = item.fails_over.map(over).into_iter().chain(item.fails_under.map(under)).collect();
    for limit in &item.limits {
        let names = limit.kinds.iter().filter_map(|kind| kinds.get(kind.as_str())).map(|kind| kind.name.clone());
        let names = listed(&names.collect::<Vec<_>>());
        let told = limit.fails_over.map(over).into_iter().chain(limit.fails_under.map(under));
        rules.extend(told.map(|rule| labelled(&format!("{}：", names.zh), &format!("{}: ", names.en), &rule)));
    }
    let class =
        |zh: &str, en: &str, limit: &str| Bilingual { zh: format!("{zh} {limit}"), en: format!("{en} {limit}") };
    let bands = [
        ("优秀", "excellent", item.bands.excellent),
        ("良好", "well", item.bands.well),
        ("达标", "standard", item.bands.standard),
    ];
    rules.extend(bands.into_iter().filter_map(|(zh, en, band)| Some(class(zh, en, &band?.to_string()))));
    if let Some(levels) = &item.levels {
        rules.push(class("合格", "qualified", &format!("{} %", levels.qualified)));
        rules.extend(levels.basic.map(|basic| class("基本合格", "basic", &format!("{basic} %"))));
    }
    match &item.derivation {
        None => {}
        Some(Derivation::Condition(one)) => rules.push(labelled("是，当 ", "yes where ", &one.words())),
        Some(Derivation::Classes { excellent, well, standard }) => {
            let classes = [
                ("优秀，当 ", "excellent where ", excellent),
                ("良好，当 ", "well where ", well),
                ("达标，当 ", "standard where ", standard),
            ];
            let told = |(zh, en, one): (&str, &str, &Option<Condition>)| Some(labelled(zh, en, &one.as_ref()?.words()));
            rules.extend(classes.into_iter().filter_map(told));
        }
    }
    rules
}

/// What a limit of this answer type counts.
fn unit(answer: AnswerType) -> (&'static str, &'static str) {
    match answer {
        AnswerType::Minutes => (" 分钟", " minutes"),
        AnswerType::Hours => (" 小时", " hours"),
        AnswerType::WorkingDays => (" 个工作日", " working days"),
        AnswerType::Trips => (" 趟", " trips"),
        AnswerType::Occurrences => (" 次", " times"),
        AnswerType::Ratio => ("%", "%"),
        _ => (" ", ""),
    }
}

/// Full marks; or what a fault takes off and what is added.
fn points(item: &Item) -> Vec<Bilingual> {
    let decimal = |hundredths: u32| format!("{}.{:02}", hundredths / 100, hundredths % 100);
    let plain = |figure: String| Bilingual { zh: figure.clone(), en: String::new() };
    if item.points > 0 {
        return vec![plain(decimal(item.points))];
    }
    let mut parts = Vec::new();
    if item.deduct > 0 {
        let mut part = plain(format!("−{}", decimal(item.deduct)));
        if item.answer == AnswerType::Occurrences {
            add(&mut part, " 每次", "each time");
        }
        parts.push(part);
    }
    parts.extend(
        item.deduct_most.map(|most| Bilingual { zh: format!("最多 −{}", decimal(most)), en: "at most".to_owned() }),
    );
    if item.bonus > 0 {
        parts.push(plain(format!("+{}", decimal(item.bonus))));
    }
    if parts.is_empty() { vec![plain("—".to_owned())] } else { parts }
}
