//! The catalogue as one page that a person reads or prints: every item in both languages, what its short sources mean,
//! and what in it is inferred.
//!
//! One file without anything from elsewhere; whatever a set says is escaped by the template.

mod item;
mod legend;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use mingcha_model::{Bilingual, CriteriaSet, Definition, Kinds, ScoringModel, Source};

use crate::words::criteria_word;

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
                    a href="#documents" { "来源文件" span lang="en" { "Documents" } }
                }
                (legend::how_to_read())
                @for set in sets { (section(set, kinds)) }
                (legend::documents(sets))
            }
        }
    };
    whole.into_string()
}

fn section(set: &CriteriaSet, kinds: &Kinds) -> Markup {
    let facts = facts(set);
    html! {
        section id=(set.code) {
            h2 { (set.code) " " (set.name.zh) span lang="en" { (set.name.en) } }
            p.facts { (facts.zh) span lang="en" { (facts.en) } }
            @if !set.source.is_empty() { p.facts { "出处 / source: " (sources(&set.source)) } }
            @if set.placeholder.is_some() {
                p.empty { "文件只有名称，没有内容，未启用。" span lang="en" { "A name without content: not in use." } }
            }
            @if let Some(reason) = &set.reason { p.reason { (reason.zh) span lang="en" { (reason.en) } } }
            @for note in &set.notes { p.note { (note.zh) span lang="en" { (note.en) } } }
            @if !set.items.is_empty() {
                table.items {
                    thead { tr {
                        th { "编码" span lang="en" { "code" } }
                        th { "检查内容，怎样算不合格" span lang="en" { "what is asked, what counts as failed" } }
                        th { "填答、方法、照片" span lang="en" { "answer, how, photo" } }
                        th { "窗口" span lang="en" { "windows" } }
                        th { "分值" span lang="en" { "points" } }
                        th { "出处" span lang="en" { "source" } }
                    } }
                    tbody { @for item in &set.items { (item::row(item, set, kinds)) } }
                }
            }
            @if !set.titles.is_empty() {
                table.others {
                    thead { tr {
                        th { "编码" span lang="en" { "code" } }
                        th { "称号" span lang="en" { "title" } }
                        th { "授予对象" span lang="en" { "holder" } }
                        th { "名额" span lang="en" { "quota" } }
                        th { "出处" span lang="en" { "source" } }
                    } }
                    tbody { @for title in &set.titles { tr {
                        td.code { (title.code) (demand_mark(title.definition)) }
                        td { (both(&title.name)) (own_reason(title.reason.as_ref(), set)) }
                        td { (both(&word(title.holder.name()))) }
                        td { @if let Some(quota) = title.quota { (quota) } @else { "未写明" span lang="en" { "not stated" } } }
                        td.source { (sources(&title.source)) }
                    } } }
                }
            }
            @if !set.comparisons.is_empty() {
                table.others {
                    thead { tr {
                        th { "编码" span lang="en" { "code" } }
                        th { "比什么" span lang="en" { "what is compared" } }
                        th { "由哪些检查项得出" span lang="en" { "by which items" } }
                        th { "出处" span lang="en" { "source" } }
                    } }
                    tbody { @for one in &set.comparisons { tr {
                        td.code { (one.code) (place_mark(one.definition, set.assignment)) }
                        td { (both(&one.name)) (own_reason(one.reason.as_ref(), set)) }
                        td { @for item in &one.items { (item) " " } }
                        td.source { (sources(&one.source)) }
                    } } }
                }
            }
        }
    }
}

/// What holds for the whole set.
fn facts(set: &CriteriaSet) -> Bilingual {
    let (definition, assignment) = (word(set.definition.name()), word(set.assignment.name()));
    let (model, offered) = (word(set.scoring.name()), word(set.offered.name()));
    let mut facts = Bilingual {
        zh: format!("第 {} 版 · 要求：{} · 归入本套：{} · {}", set.version, definition.zh, assignment.zh, model.zh),
        en: format!(
            "version {} · demands: {} · that they make up this set: {} · {}",
            set.version, definition.en, assignment.en, model.en
        ),
    };
    if set.scoring == ScoringModel::Base100 {
        add(&mut facts, &format!(" · 封顶 {} 分", set.cap), &format!(" · at most {} points", set.cap));
    }
    if set.is_askable() {
        add(&mut facts, &format!(" · {}", offered.zh), &format!(" · {}", offered.en));
    }
    facts
}

/// Adds a half to each half.
fn add(text: &mut Bilingual, zh: &str, en: &str) {
    text.zh.push_str(zh);
    text.en.push_str(en);
}

/// Chinese, and English below it; a figure is neither and stands alone.
fn both(text: &Bilingual) -> Markup {
    html! { (text.zh) @if !text.en.is_empty() { span lang="en" { (text.en) } } }
}

/// A code in words; one that has none is shown as it is.
fn word(code: &'static str) -> Bilingual {
    let (zh, en) = criteria_word(code).unwrap_or((code, code));
    Bilingual::new(zh, en)
}

/// Where the demand itself is this application's reading.
fn demand_mark(definition: Definition) -> Markup {
    html! {
        @if definition == Definition::Inferred {
            span.mark { "要求推定" span lang="en" { "demand inferred" } }
        }
    }
}

/// Where a place in the set is less sure, or surer, than the set says of all of them.
fn place_mark(assignment: Definition, of_the_set: Definition) -> Markup {
    let told = word(assignment.name());
    html! {
        @if assignment != of_the_set {
            span.mark { "归类" (told.zh) span lang="en" { "place " (told.en) } }
        }
    }
}

/// A reason that the set does not give already.
fn own_reason(reason: Option<&Bilingual>, set: &CriteriaSet) -> Markup {
    html! {
        @if let Some(reason) = reason.filter(|reason| set.reason.as_ref() != Some(reason)) {
            p.reason { (both(reason)) }
        }
    }
}

/// Document and clause, one below the other; the document leads to its name.
fn sources(sources: &[Source]) -> Markup {
    html! {
        @for source in sources {
            span.cited { a href=(format!("#{}", legend::anchor(&source.document))) { (source.document) } " " (source.clause) }
        }
    }
}
