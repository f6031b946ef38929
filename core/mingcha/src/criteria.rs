//! Criteria as this phone knows them: what is built in, and what the city published since.
//!
//! A visit is shown under the versions it was opened with. A published set that cannot be read is passed over:
//! the city refuses such a set when it is loaded.

use std::sync::{Arc, PoisonError};

use mingcha_model::body::{Card, SetRef};
use mingcha_model::{
    Bilingual, Case, Catalogue, CriteriaSet, Item, ItemCode, Kind, Kinds, Lineage, Mode, PhotoNeed, VisitCase,
    WindowKind, form,
};

use crate::form::month;
use crate::scores::VisitForm;
use crate::{ItemRow, MingchaError, Mistake, Phone, SetRow};

impl Phone {
    /// The kinds of windows: built in, and those that the city added.
    pub(crate) fn kinds(&self) -> Result<Kinds, MingchaError> {
        let added = self.store.window_kinds()?.into_iter().filter_map(|kind| {
            let (code, parent) = (kind.set.code.parse().ok()?, kind.set.parent.as_deref().map(str::parse));
            let name = Bilingual::new(&kind.name, &kind.english);
            Some(WindowKind { code, name, parent: parent.and_then(Result::ok) })
        });
        // The city refuses what cannot be added; a kind whose parent has not arrived waits for the next sync.
        Ok(Kinds::embedded().with_all(added).0)
    }

    /// Every set and version known here, and what is out of use.
    ///
    /// Sets are texts, and every page asks for them: they are read again only when something was said of one.
    pub(crate) fn catalogue(&self) -> Result<Arc<Catalogue>, MingchaError> {
        let marks = self.store.marks([Kind::CRITERIA_PUBLISH, Kind::WINDOW_KIND_SET])?;
        let mut known = self.criteria.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((then, catalogue)) = &*known
            && *then == marks
        {
            return Ok(Arc::clone(catalogue));
        }
        let catalogue = Arc::new(Catalogue::with(self.store.criteria()?, &self.kinds()?));
        *known = Some((marks, Arc::clone(&catalogue)));
        Ok(catalogue)
    }

    /// Every set and version known here.
    pub(crate) fn criteria(&self) -> Result<Vec<CriteriaSet>, MingchaError> {
        Ok(self.catalogue()?.sets().to_vec())
    }

    /// The newest version of each set, unless that version was taken out of use.
    pub(crate) fn offered(&self) -> Result<Vec<CriteriaSet>, MingchaError> {
        Ok(self.catalogue()?.offered().into_iter().cloned().collect())
    }

    /// The newest version of each set; what no visit can ask, a placeholder or a set out of use, says so.
    pub fn sets(&self) -> Result<Vec<SetRow>, MingchaError> {
        let catalogue = self.catalogue()?;
        let row = |set: &CriteriaSet| SetRow { retired: catalogue.is_retired(set), ..set_row(set) };
        Ok(catalogue.newest().into_iter().map(row).collect())
    }

    /// The items of one set, by its code.
    pub fn items(&self, set: &str) -> Result<Vec<ItemRow>, MingchaError> {
        let sets = self.offered()?;
        let set = sets
            .iter()
            .find(|known| known.code.as_str().eq_ignore_ascii_case(set))
            .map_or_else(|| Err(self.not_offered(set)), Ok)?;
        Ok(set.items.iter().map(item_row).collect())
    }

    /// The sets that a visit was opened with, in its versions.
    pub(crate) fn sets_of(&self, refs: &[SetRef]) -> Result<Vec<CriteriaSet>, MingchaError> {
        let catalogue = self.catalogue()?;
        Ok(refs.iter().filter_map(|wanted| catalogue.find(wanted)).cloned().collect())
    }

    /// The items of a visit's form, in order, in the words of the versions that it was opened with.
    ///
    /// They are those that the opening recorded, then what was answered besides, with the limits of the kind of window
    /// that the form was cut for; a visit opened without a record asks whatever its sets ask of such a site. A visit that
    /// was moved to a site of another kind asks no more what does not hold there.
    pub(crate) fn items_of_visit(&self, visit: &VisitCase) -> Result<Vec<Item>, MingchaError> {
        Ok(self.form_of(visit)?.items)
    }

    /// The kind of window that a visit's form was cut for; where nobody wrote it down, the kind that its site has now.
    pub(crate) fn lineage_of_visit(&self, visit: &VisitCase) -> Result<Lineage, MingchaError> {
        if let Some(kind) = &visit.kind {
            return Ok(kind.clone());
        }
        let kind = self.site_or_left(visit.site)?.map(|site| site.kind).unwrap_or_default();
        Ok(self.kinds()?.lineage(&kind))
    }

    /// One item of a visit's sets that a visit of its mode can answer at such a site, whether its form was cut before
    /// it or not.
    pub(crate) fn item_of_visit(&self, visit: &VisitCase, item: &str) -> Result<Item, MingchaError> {
        let wanted: ItemCode = item.parse().map_err(|_| Mistake::Unknown("检查项", "item"))?;
        if let Some(item) = self.items_of_visit(visit)?.into_iter().find(|item| item.code == wanted) {
            return Ok(item);
        }
        if let Some(item) = self.sets_of(&visit.sets)?.iter().find_map(|set| set.item(&wanted)) {
            let lineage = self.lineage_of_visit(visit)?;
            let in_season = item.in_season(month(visit.day));
            if item.answerable(visit.mode) && item.applies(&lineage) && in_season {
                return Ok(item.for_kind(&lineage));
            }
            // What is worked out from other answers is nobody's to answer.
            let shows = in_season && item.answerable(Mode::Open) && !item.answerable(Mode::Undercover);
            let shows = visit.mode == Mode::Undercover && shows;
            return Err(if shows { Mistake::ShowsWhoAsks } else { Mistake::NotForThisVisit }.into());
        }
        let exists = self.criteria()?.iter().any(|set| set.item(&wanted).is_some());
        Err(if exists { Mistake::ItemOfAnotherSet } else { Mistake::Unknown("检查项", "item") }.into())
    }

    /// An item in the words of the set and version under which it was asked.
    pub(crate) fn item_under(&self, sets: &[SetRef], code: &ItemCode) -> Result<Option<Item>, MingchaError> {
        Ok(item_in(self.catalogue()?.as_ref(), sets, code))
    }

    /// The item that a finding fails, as its visit asked it.
    pub(crate) fn item_of_case(&self, case: &Case) -> Result<Option<Item>, MingchaError> {
        self.item_under(&self.sets_of_case(case)?, &case.raise.item)
    }

    /// The sets of the visit that saw a finding; of a published copy the one that the city names.
    pub(crate) fn sets_of_case(&self, case: &Case) -> Result<Vec<SetRef>, MingchaError> {
        if let Some(set) = &case.set {
            return Ok(vec![set.clone()]);
        }
        Ok(self.store.visit(case.raise.visit)?.map(|visit| visit.sets).unwrap_or_default())
    }

    /// The item that a card is about, as it was asked.
    pub(crate) fn item_of_card(&self, card: &Card) -> Result<Option<Item>, MingchaError> {
        self.item_under(card.set.as_slice(), &card.item)
    }

    /// A visit's form with what was answered to it.
    pub(crate) fn form_of(&self, visit: &VisitCase) -> Result<VisitForm, MingchaError> {
        let (mut sets, kind) = (self.sets_of(&visit.sets)?, self.lineage_of_visit(visit)?);
        let answers = self.store.answers(visit.visit)?;
        let items = items_of(visit, &sets, &kind, answers.iter().map(|(item, _)| item));
        // What is worked out of answers for other kinds of windows is not waited for here.
        for set in &mut sets {
            set.items.retain(|item| item.applies(&kind));
        }
        Ok(VisitForm { sets, items, answers: answers.into_iter().collect() })
    }
}

/// An item in the words of the first of these sets and versions that has it; in those of a set that is offered, else of the
/// newest version of any, where none has.
pub(crate) fn item_in(catalogue: &Catalogue, sets: &[SetRef], code: &ItemCode) -> Option<Item> {
    let asked = sets.iter().filter_map(|wanted| catalogue.find(wanted)).find_map(|set| set.item(code));
    let offered = || catalogue.offered().into_iter().find_map(|set| set.item(code));
    let newest = || {
        let known = catalogue.sets().iter().filter(|set| set.item(code).is_some());
        known.max_by_key(|set| set.version).and_then(|set| set.item(code))
    };
    asked.or_else(offered).or_else(newest).cloned()
}

/// The items of a visit's form as [`Phone::items_of_visit`] says, where these were answered, in this order.
fn items_of<'a>(
    visit: &VisitCase,
    sets: &[CriteriaSet],
    kind: &Lineage,
    answered: impl Iterator<Item = &'a ItemCode>,
) -> Vec<Item> {
    let mut items: Vec<Item> = match &visit.asked {
        Some(asked) => {
            let items = asked.iter().filter_map(|code| sets.iter().find_map(|set| set.item(code)));
            items.filter(|item| item.applies(kind)).map(|item| item.for_kind(kind)).collect()
        }
        None => form(sets, kind, visit.mode, month(visit.day)),
    };
    for code in answered {
        let answerable = |item: &&Item| item.derivation.is_none() && item.applies(kind);
        let besides = sets.iter().find_map(|set| set.item(code)).filter(answerable);
        if let Some(item) = besides.filter(|_| !items.iter().any(|item| item.code == *code)) {
            items.push(item.for_kind(kind));
        }
    }
    items
}

fn set_row(set: &CriteriaSet) -> SetRow {
    SetRow {
        set: set.code.to_string(),
        version: set.version,
        name: both(&set.name),
        definition: set.definition.name(),
        reason: set.reason.as_ref().map(both),
        items: u64::try_from(set.items.len()).unwrap_or(u64::MAX),
        offered: set.offered.name(),
        placeholder: set.placeholder.is_some(),
        retired: false,
    }
}

fn item_row(item: &Item) -> ItemRow {
    let sources: Vec<String> =
        item.source.iter().map(|source| format!("{} {}", source.document, source.clause)).collect();
    ItemRow {
        item: item.code.to_string(),
        text: item.text.zh.clone(),
        text_en: item.text.en.clone(),
        help: both(&item.help),
        answer: item.answer.code().to_owned(),
        ask: item.ask.iter().map(|ask| ask.name().to_owned()).collect(),
        photo: item.photo.name().to_owned(),
        points: item.points,
        source: sources.join("；"),
        definition: item.definition.name(),
    }
}

/// What to say when a photo is put to an item where none should be taken.
pub(crate) fn photo_warning(item: &Item) -> Option<String> {
    (item.photo == PhotoNeed::Avoid).then(|| "photo_avoided".to_owned())
}

/// Chinese, then English.
pub(crate) fn both(text: &Bilingual) -> String {
    format!("{} / {}", text.zh, text.en)
}
