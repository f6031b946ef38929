//! The catalogue as one page that a person reads or prints: every item in both languages with its sources.
//!
//! One file without anything from elsewhere; whatever a set says is escaped by the template.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use mingcha_model::{Bilingual, CriteriaSet, Definition, Derivation, Item, Kinds, PhotoNeed, ScoringModel, Source};

use crate::wording::criteria_word;

const STYLE: &str = include_str!("page.css");

pub(super) fn page(sets: &[CriteriaSet], kinds: &Kinds) -> String {
    let whole = html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                meta name="viewport" content="width=device-width";
                title { "检查标准 / Criteria" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { "检查标准" span lang="en" { "Criteria" } }
                nav {
                    @for set in sets {
                        a href=(format!("#{}", set.code)) { (set.code) " " (set.name.zh) span lang="en" { (set.name.en) } }
                    }
                }
                @for set in sets { (section(set, kinds)) }
            }
        }
    };
    whole.into_string()
}

fn section(set: &CriteriaSet, kinds: &Kinds) -> Markup {
    html! {
        section id=(set.code) {
            h2 { (set.code) " " (set.name.zh) span lang="en" { (set.name.en) } }
            p.facts {
                "第 " (set.version) " 版 · " (definition(set.definition).0) " · " (model(set.scoring).0)
                @if !set.source.is_empty() { " · 出处 " (sources(&set.source)) }
                span lang="en" { "version " (set.version) ", " (definition(set.definition).1) ", " (model(set.scoring).1) }
            }
            @if set.placeholder.is_some() {
                p.empty { "文件只有名称，没有内容，未启用。" span lang="en" { "A name without content: not in use." } }
            }
            @if let Some(reason) = &set.reason { p.reason { (reason.zh) span lang="en" { (reason.en) } } }
            @for note in &set.notes { p.note { (note.zh) span lang="en" { (note.en) } } }
            @if !set.items.is_empty() {
                table {
                    thead { tr {
                        th { "编码" span lang="en" { "code" } }
                        th { "检查内容，怎样算不合格" span lang="en" { "what is asked, what counts as failed" } }
                        th { "填答、方法、照片" span lang="en" { "answer, how, photo" } }
                        th { "窗口" span lang="en" { "windows" } }
                        th { "分值" span lang="en" { "points" } }
                        th { "出处" span lang="en" { "source" } }
                    } }
                    tbody { @for item in &set.items { (row(item, set, kinds)) } }
                }
            }
            @if !set.titles.is_empty() {
                table {
                    thead { tr {
                        th { "编码" span lang="en" { "code" } }
                        th { "称号" span lang="en" { "title" } }
                        th { "名额" span lang="en" { "quota" } }
                        th { "出处" span lang="en" { "source" } }
                    } }
                    tbody { @for title in &set.titles { tr {
                        td.code { (title.code) }
                        td { (title.name.zh) span lang="en" { (title.name.en) } }
                        td { @if let Some(quota) = title.quota { (quota) } @else { "未写明" span lang="en" { "not stated" } } }
                        td.source { (sources(&title.source)) }
                    } } }
                }
            }
            @if !set.comparisons.is_empty() {
                table {
                    thead { tr {
                        th { "编码" span lang="en" { "code" } }
                        th { "比什么" span lang="en" { "what is compared" } }
                        th { "由哪些检查项得出" span lang="en" { "by which items" } }
                        th { "出处" span lang="en" { "source" } }
                    } }
                    tbody { @for one in &set.comparisons { tr {
                        td.code { (one.code) @if one.definition == Definition::Inferred { (inferred_mark()) } }
                        td { (one.name.zh) span lang="en" { (one.name.en) } }
                        td { @for item in &one.items { (item) " " } }
                        td.source { (sources(&one.source)) }
                    } } }
                }
            }
        }
    }
}

fn row(item: &Item, set: &CriteriaSet, kinds: &Kinds) -> Markup {
    let inferred = [item.definition, item.assignment].contains(&Definition::Inferred);
    html! {
        tr {
            td.code { (item.code) @if inferred { (inferred_mark()) } }
            td {
                strong { (item.text.zh) } span lang="en" { (item.text.en) }
                p.help { (item.help.zh) span lang="en" { (item.help.en) } }
                @if !item.parts.is_empty() {
                    p.help { (listed(&item.parts).0) span lang="en" { (listed(&item.parts).1) } }
                }
                @for rule in rules(item, kinds) { p.rule { (rule) } }
                @if let Some(reason) = item.reason.as_ref().filter(|reason| set.reason.as_ref() != Some(reason)) {
                    p.reason { (reason.zh) span lang="en" { (reason.en) } }
                }
            }
            td { (answer(item).0) span lang="en" { (answer(item).1) } }
            td { @for kind in &item.kinds {
                @if let Some(kind) = kinds.get(kind.as_str()) { (kind.name.zh) span lang="en" { (kind.name.en) } }
            } }
            td.points { (points(item)) }
            td.source { (sources(&item.source)) }
        }
    }
}

fn inferred_mark() -> Markup {
    html! { span.mark { "推定" span lang="en" { "inferred" } } }
}

/// How it is answered, how one finds out and when a photo is taken, in Chinese and in English.
fn answer(item: &Item) -> (String, String) {
    let (answer, answer_en) = word(item.answer.code());
    let (mut zh, mut en) = (vec![answer.to_owned()], vec![answer_en.to_owned()]);
    if !item.ask.is_empty() {
        let (ways, ways_en): (Vec<&str>, Vec<&str>) = item.ask.iter().map(|way| word(way.name())).unzip();
        zh.push(ways.join("、"));
        en.push(ways_en.join(", "));
    }
    if item.photo != PhotoNeed::None {
        let (photo, photo_en) = word(item.photo.name());
        zh.push(format!("照片：{photo}"));
        en.push(format!("photo: {photo_en}"));
    }
    (zh.join("；"), en.join("; "))
}

/// A code in words; one that has none is shown as it is.
fn word(code: &'static str) -> (&'static str, &'static str) {
    criteria_word(code).unwrap_or((code, code))
}

/// Texts in a row, in Chinese and in English.
fn listed(texts: &[Bilingual]) -> (String, String) {
    let (zh, en): (Vec<&str>, Vec<&str>) = texts.iter().map(|text| (text.zh.as_str(), text.en.as_str())).unzip();
    (zh.join("；"), en.join("; "))
}

/// Limits and conditions as the file writes them.
fn rules(item: &Item, kinds: &Kinds) -> Vec<String> {
    let mut rules = Vec::new();
    rules.extend(item.fails_over.map(|most| format!("> {most} ✗")));
    rules.extend(item.fails_under.map(|least| format!("< {least} ✗")));
    for limit in &item.limits {
        let named = limit.kinds.iter().filter_map(|kind| kinds.get(kind.as_str()));
        let named: Vec<String> = named.map(|kind| format!("{} {}", kind.name.zh, kind.name.en)).collect();
        rules.extend(limit.fails_over.map(|most| format!("{}: > {most} ✗", named.join("；"))));
        rules.extend(limit.fails_under.map(|least| format!("{}: < {least} ✗", named.join("；"))));
    }
    let bands = [
        ("优秀 excellent", item.bands.excellent),
        ("良好 well", item.bands.well),
        ("达标 standard", item.bands.standard),
    ];
    rules.extend(bands.into_iter().filter_map(|(name, band)| Some(format!("{name} {}", band?))));
    if let Some(levels) = &item.levels {
        rules.push(format!("合格 qualified {} %", levels.qualified));
        rules.extend(levels.basic.map(|basic| format!("基本合格 basic {basic} %")));
    }
    match &item.derivation {
        None => {}
        Some(Derivation::Condition(condition)) => rules.push(format!("= {condition}")),
        Some(Derivation::Classes { excellent, well, standard }) => {
            let classes = [("优秀 excellent", excellent), ("良好 well", well), ("达标 standard", standard)];
            rules.extend(classes.into_iter().filter_map(|(name, one)| Some(format!("{name}: {}", one.as_ref()?))));
        }
    }
    rules
}

fn points(item: &Item) -> String {
    let decimal = |hundredths: u32| format!("{}.{:02}", hundredths / 100, hundredths % 100);
    match (item.points, item.deduct, item.bonus) {
        (0, 0, 0) => "—".to_owned(),
        (0, deduct, bonus) => {
            let parts = [(deduct, "−"), (bonus, "+")].into_iter().filter(|(amount, _)| *amount > 0);
            parts.map(|(amount, sign)| format!("{sign}{}", decimal(amount))).collect::<Vec<_>>().join(" ")
        }
        (points, _, _) => decimal(points),
    }
}

fn sources(sources: &[Source]) -> String {
    sources.iter().map(|source| format!("{} {}", source.document, source.clause)).collect::<Vec<_>>().join("；")
}

fn definition(definition: Definition) -> (&'static str, &'static str) {
    match definition {
        Definition::Seed => ("文件载明", "stated in the documents"),
        Definition::Sourced => ("有出处", "from other published practice"),
        Definition::Inferred => ("推定", "inferred"),
    }
}

fn model(model: ScoringModel) -> (&'static str, &'static str) {
    match model {
        ScoringModel::ItemPoints => ("逐项计分", "item points"),
        ScoringModel::Base100 => ("百分制扣分加分", "base 100 with deductions and bonuses"),
        ScoringModel::InstanceRate => ("按观察实例计得分率", "rate over observed instances"),
        ScoringModel::AllConform => ("须全部符合", "all must conform"),
        ScoringModel::Levels => ("按等次", "levels"),
        ScoringModel::Information => ("仅作记录", "information only"),
    }
}
