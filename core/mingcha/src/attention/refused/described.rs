//! A refused op written out for somebody who may say it: in words that a person can type again, and byte for byte.

use std::fmt::Write as _;

use mingcha_model::body::{Body, SetRef};
use mingcha_model::print_seconds;
use mingcha_store::Attention;
use serde_json::{Value, json};

use crate::attention::told::Told;
use crate::{AttentionRow, MingchaError, Phone};

impl Phone {
    /// The description of an op and of what was said of the thing that it made, as one JSON text.
    pub(super) fn described(
        &self,
        old: &Attention,
        all: &[Attention],
        photos: &[Value],
    ) -> Result<String, MingchaError> {
        let beside: Vec<Told> = self.store.attention()?.iter().map(Told::from).collect();
        let mut description = self.described_op(old, &beside)?;
        let others = all.iter().filter(|one| one.id != old.id);
        let said = others.map(|one| self.described_op(one, &beside)).collect::<Result<Vec<_>, _>>()?;
        if let Value::Object(keys) = &mut description {
            keys.insert("said".to_owned(), said.into());
            keys.insert("photos".to_owned(), photos.into());
        }
        Ok(format!("{description:#}\n"))
    }

    /// One op: what lists show of it, the item in words, each of its texts, and what it is made of.
    fn described_op(&self, one: &Attention, beside: &[Told]) -> Result<Value, MingchaError> {
        let told = Told::from(one);
        let row = self.told_row(&told, beside)?;
        let item = row.item.as_ref().and_then(|item| item.parse().ok());
        let item_text = match item {
            Some(item) => {
                self.item_under(&self.sets_behind(&row)?, &item)?.map(|item| crate::criteria::both(&item.text))
            }
            None => None,
        };
        let named = match &told.body {
            Some(Body::Answer(answer)) => answer.photos.clone(),
            Some(Body::FindingRaise(raise)) => raise.photos.clone(),
            Some(Body::SubmissionAdd(add)) => add.photos.clone(),
            Some(Body::Result(result)) => result.photos.clone(),
            Some(Body::FindingFixed(fixed)) => fixed.photos.clone(),
            _ => Vec::new(),
        };
        let severity = match &told.body {
            Some(Body::FindingRaise(raise)) => Some(raise.severity.code()),
            _ => None,
        };
        let code = match row.site {
            Some(site) => self.site_or_left(site)?.map(|site| site.code),
            None => None,
        };
        let mut description = serde_json::to_value(&row).unwrap_or_default();
        if let Value::Object(keys) = &mut description {
            let more = json!({
                "kind": one.op.kind.0,
                "kind_version": one.op.kind_version,
                "site_code": code,
                "item_text": item_text,
                "severity": severity,
                "names_photos": named,
                "at": print_seconds(one.op.at),
                "texts": one.op.texts,
                "body": hexadecimal(&one.op.body),
            });
            keys.extend(more.as_object().cloned().unwrap_or_default());
        }
        Ok(description)
    }

    /// The sets under which what a row speaks of was asked: an item is told in the words that its visit asked.
    fn sets_behind(&self, row: &AttentionRow) -> Result<Vec<SetRef>, MingchaError> {
        if let Some(visit) = row.visit
            && let Some(visit) = self.store.visit(visit)?
        {
            return Ok(visit.sets);
        }
        let Some(finding) = row.finding else { return Ok(Vec::new()) };
        match (self.store.case(finding)?, self.store.card(finding)?) {
            (Some(case), _) => self.sets_of_case(&case),
            (None, Some(card)) => Ok(card.card.set.into_iter().collect()),
            (None, None) => Ok(Vec::new()),
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut digits, byte| {
        // Writing into a string cannot fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}
