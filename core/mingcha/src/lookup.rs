//! Finding what a person typed: ids as text, codes of sites and units, the beginnings of provisional numbers.

use std::str::FromStr;

use mingcha_model::{EntityId, FindingId, LogId, PersonId, PhotoId, SiteId, SubmissionId, TaskId, VisitId};
use mingcha_store::{CardFilter, FindingFilter, SiteRow};

use crate::{MingchaError, Mistake, Phone};

/// How many digits a shortened id needs at least: a provisional number has six.
const FEWEST_DIGITS: usize = 6;

impl Phone {
    /// A site by id or by the office's own code.
    pub(crate) fn site_named(&self, typed: &str) -> Result<SiteRow, MingchaError> {
        let found = match typed.trim().parse::<SiteId>() {
            Ok(site) => self.store.site(site)?,
            Err(_) => self.store.sites_by_code(typed.trim())?.into_iter().next(),
        };
        found.ok_or_else(|| Mistake::Unknown("点位", "site").into())
    }

    /// A whole id, or the beginning of exactly one that is known here.
    fn id<T: FromStr + From<EntityId>>(
        &self,
        typed: &str,
        zh: &'static str,
        en: &'static str,
    ) -> Result<T, MingchaError> {
        let typed = typed.trim();
        if let Ok(id) = typed.parse() {
            return Ok(id);
        }
        let digits = typed.chars().filter(char::is_ascii_hexdigit).count();
        let is_beginning = typed.chars().all(|letter| letter.is_ascii_hexdigit() || letter == '-');
        if is_beginning
            && digits >= FEWEST_DIGITS
            && let [only] = self.store.entities_like(typed, 2)?.as_slice()
        {
            return Ok(T::from(*only));
        }
        Err(Mistake::Unknown(zh, en).into())
    }

    pub(crate) fn visit_id(&self, typed: &str) -> Result<VisitId, MingchaError> {
        self.id(typed, "检查", "visit")
    }

    /// A finding by id, by its provisional number, or by the official one.
    pub(crate) fn finding_id(&self, typed: &str) -> Result<FindingId, MingchaError> {
        let number = Some(typed.trim());
        let findings = self.store.findings(&FindingFilter::default())?;
        if let Some(row) = findings.iter().find(|row| row.number.as_deref() == number) {
            return Ok(row.finding);
        }
        let cards = self.store.cards(&CardFilter::default())?;
        if let Some(row) = cards.iter().find(|row| row.card.number.as_deref() == number) {
            return Ok(row.finding);
        }
        self.id(typed, "问题", "finding")
    }

    pub(crate) fn submission_id(&self, typed: &str) -> Result<SubmissionId, MingchaError> {
        self.id(typed, "整改反馈", "submission")
    }

    pub(crate) fn task_id(&self, typed: &str) -> Result<TaskId, MingchaError> {
        self.id(typed, "任务", "task")
    }

    /// A person by id, or by a name that exactly one has.
    pub(crate) fn person_id(&self, typed: &str) -> Result<PersonId, MingchaError> {
        let named: Vec<PersonId> = self
            .store
            .people()?
            .into_iter()
            .filter(|person| person.name == typed.trim())
            .map(|person| person.person)
            .collect();
        match named.as_slice() {
            [only] => Ok(*only),
            _ => self.id(typed, "人员", "person"),
        }
    }

    /// Photos by id, each of which must be known here.
    pub(crate) fn photo_ids(&self, typed: &[String]) -> Result<Vec<PhotoId>, MingchaError> {
        typed
            .iter()
            .map(|typed| {
                let photo: PhotoId = self.id(typed, "照片", "photo")?;
                self.store.photo(photo)?.ok_or(Mistake::Unknown("照片", "photo"))?;
                Ok(photo)
            })
            .collect()
    }

    /// Photos by id that were taken on this visit, or of one of its findings.
    pub(crate) fn photos_of_visit(&self, typed: &[String], visit: VisitId) -> Result<Vec<PhotoId>, MingchaError> {
        let photos = self.photo_ids(typed)?;
        for photo in &photos {
            if self.visit_above((*photo).into())? != Some(visit) {
                return Err(Mistake::NotNow(
                    "照片属于另一次检查，请在本次检查中拍摄或添加",
                    "the photo is of another visit; take or add it in this one",
                )
                .into());
            }
        }
        Ok(photos)
    }

    /// Who wrote a log, as this phone may say it: a name for staff, nothing for contacts.
    pub(crate) fn by(&self, log: LogId) -> Result<Option<String>, MingchaError> {
        let me = self.me()?;
        if self.grants()?.role == mingcha_model::Role::Contact {
            return Ok(None);
        }
        let own = self.store.logs()?.iter().any(|own| own.log == log);
        if own {
            let name = self.store.person_name(me.person)?;
            return Ok(Some(name.unwrap_or_else(|| "本人".to_owned())));
        }
        let Some(author) = self.store.author(log)? else { return Ok(None) };
        let name = match author.person {
            Some(person) => self.store.person_name(person)?,
            None => None,
        };
        Ok(name.or(Some(author.label).filter(|label| !label.is_empty())))
    }
}
