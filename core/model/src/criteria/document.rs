//! What the documents and papers are called that the built-in sets cite: data, `criteria/documents.toml`.
//!
//! A citation is short, `003 医院 二.2`; whoever reads it on paper needs the name behind it. It refuses nothing: an office
//! cites papers of its own, which are not listed here.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::Bilingual;

/// A document that criteria come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The code in a citation, `003`.
    pub code: String,
    /// What it is.
    pub name: Bilingual,
    /// The papers in it, by the word with which a clause begins; empty where it is one paper.
    pub papers: Vec<Paper>,
}

/// One of the papers of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// The word with which its clauses begin, `医院`.
    pub code: String,
    /// What it is.
    pub name: Bilingual,
}

impl Document {
    /// The documents that the built-in sets cite, in the order of their codes; read once.
    ///
    /// ```
    /// use mingcha_model::Document;
    ///
    /// let compendium = Document::embedded().iter().find(|document| document.code == "003").unwrap();
    /// assert!(compendium.papers.iter().any(|paper| paper.code == "医院"));
    /// ```
    #[must_use]
    pub fn embedded() -> &'static [Self] {
        &BUILT_IN
    }
}

/// A test reads the same file without forgiving it anything.
static BUILT_IN: LazyLock<Vec<Document>> = LazyLock::new(|| parse(FILE).unwrap_or_default());

const FILE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/criteria/documents.toml"));

fn parse(text: &str) -> Result<Vec<Document>, toml::de::Error> {
    let file: DocumentsFile = toml::from_str(text)?;
    let paper = |paper: PaperEntry| Paper { code: paper.code, name: Bilingual { zh: paper.zh, en: paper.en } };
    let document = |entry: DocumentEntry| Document {
        code: entry.code,
        name: Bilingual { zh: entry.zh, en: entry.en },
        papers: entry.papers.into_iter().map(paper).collect(),
    };
    Ok(file.document.into_iter().map(document).collect())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DocumentsFile {
    document: Vec<DocumentEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DocumentEntry {
    code: String,
    zh: String,
    en: String,
    #[serde(default)]
    papers: Vec<PaperEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PaperEntry {
    code: String,
    zh: String,
    en: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_document_is_read_and_named_once() {
        let documents = parse(FILE).expect("the file is well-formed");
        assert_eq!(documents.len(), FILE.matches("[[document]]").count());
        assert_eq!(documents, Document::embedded());
        let codes: std::collections::BTreeSet<_> = documents.iter().map(|document| &document.code).collect();
        assert_eq!(codes.len(), documents.len());
    }
}
