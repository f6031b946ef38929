//! What a reader needs beside the rows: how marks are read, and what the documents are called.

use maud::{Markup, html};
use mingcha_model::{Bilingual, CriteriaSet, Document, Source};

use super::both;

/// The marks of the page, in both languages.
pub(super) fn how_to_read() -> Markup {
    let told = [
        (
            "“要求推定”：文件没有这样写，是本应用的读法，理由写在该项下。“归类推定”：要求出自文件，归入这一套是本应用的读法。",
            "Demand inferred: no document says it so, it is this application's reading, and the item says why. Place \
             inferred: the demand is a document's, that it belongs to this set is our reading.",
        ),
        (
            "分值均由本应用拟定。“—”为不计分。出处写文件编码和条款，文件名称见页末。",
            "All points are this application's own; — scores nothing. A source is a document's code and its clause; the \
             documents are named at the end.",
        ),
        (
            "未写检查方式的，各种检查都问；未写月份的，全年都问。表格过长时，“优先”的保留，“靠后”的先略去。",
            "Where no kind of visit is named, every kind asks it; where no month is named, every month. When a form is cut, \
             what comes first stays and what comes last goes first.",
        ),
    ];
    html! {
        section.legend {
            @for (zh, en) in told { p { (both(&Bilingual::new(zh, en))) } }
        }
    }
}

/// The documents that these sets cite, with their papers; one that an office named itself is named so.
pub(super) fn documents(sets: &[CriteriaSet]) -> Markup {
    let cited: Vec<&Source> = sets.iter().flat_map(sources_of).collect();
    let known = Document::embedded();
    let own = || cited.iter().filter(|source| !known.iter().any(|document| document.code == source.document));
    let mut own: Vec<&str> = own().map(|source| source.document.as_str()).collect();
    own.sort_unstable();
    own.dedup();
    let is_cited = |document: &&Document| cited.iter().any(|source| source.document == document.code);
    html! {
        section id="documents" {
            h2 { "来源文件" span lang="en" { "Documents" } }
            table.others {
                thead { tr {
                    th { "编码" span lang="en" { "code" } }
                    th { "文件，及其中各篇" span lang="en" { "the document, and the papers in it" } }
                } }
                tbody {
                    @for document in known.iter().filter(is_cited) { tr id=(anchor(&document.code)) {
                        td.code { (document.code) }
                        td {
                            (both(&document.name))
                            @if !document.papers.is_empty() {
                                dl { @for paper in &document.papers { dt { (paper.code) } dd { (both(&paper.name)) } } }
                            }
                        }
                    } }
                    @for code in own { tr id=(anchor(code)) {
                        td.code { (code) }
                        td { "由编写单位自行注明" span lang="en" { "named by the office that wrote the set" } }
                    } }
                }
            }
        }
    }
}

fn sources_of(set: &CriteriaSet) -> impl Iterator<Item = &Source> {
    let items = set.items.iter().flat_map(|item| &item.source);
    let titles = set.titles.iter().flat_map(|title| &title.source);
    set.source.iter().chain(items).chain(titles).chain(set.comparisons.iter().flat_map(|one| &one.source))
}

/// The place of a document on the page; white space stands in no anchor.
pub(super) fn anchor(document: &str) -> String {
    format!("document-{}", document.split_whitespace().collect::<Vec<_>>().join("-"))
}
