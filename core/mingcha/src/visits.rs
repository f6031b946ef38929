//! Visits: started, answered, submitted, moved, voided, shown. Every change is saved at once.
//!
//! What was submitted can be added to, never altered; what stands in somebody else's value is never overwritten unseen.

use mingcha_model::body::{Answer, Body, Nothing, SetRef, VisitMove, VisitOpen, VisitPerson, VisitSubmit, VisitVoid};
use mingcha_model::{
    Basis, Field, FindingId, ItemCode, Mode, Place, Refusal, Register, Role, Said, Shown, VisitCase, VisitId,
    VisitStatus, print_seconds,
};

use mingcha_store::FindingFilter;

use crate::criteria::{both, photo_warning};
use crate::form::Chosen;
use crate::ports::sixteen;
use crate::say::Saying;
use crate::scores::{VisitForm, answer_in_force};
use crate::seen::basis_of_form;
use crate::{
    AnswerRow, Answered, FormRow, MingchaError, Mistake, Phone, Version, VisitStarted, VisitSubmitted, VisitView,
};

impl Phone {
    /// Starts a visit at a site; without sets it asks those of the campaign that runs, else the everyday ones. Its form
    /// is cut here, once, and recorded.
    pub fn visit_start(
        &mut self,
        site: &str,
        mode: &str,
        sets: &[String],
        with: &[String],
    ) -> Result<VisitStarted, MingchaError> {
        self.me()?;
        let site = self.site_named(site)?;
        let unknown =
            || Mistake::Malformed("检查方式", "the mode is open, undercover, recheck, special, joint or self");
        let mode = Mode::named(mode).ok_or_else(unknown)?;
        let covert = mode == Mode::Undercover;
        if covert && !with.is_empty() {
            // A visit that several people make is an open one.
            return Err(Mistake::NotPermitted(Refusal::Covert).into());
        }
        let people = with.iter().map(|typed| self.person_id(typed)).collect::<Result<Vec<_>, _>>()?;
        let Chosen { sets, campaign } = self.chosen_sets(sets, &site, mode)?;
        let form = self.asked(&site, mode, &sets)?;
        if form.parts.is_empty() {
            return Err(Mistake::NothingToAsk.into());
        }
        // A set without an item for this site is not asked: a bank is not told of the hospitals' set. What was cut away
        // can be answered all the same.
        let mut sets = sets;
        sets.retain(|set| form.has_any_of(set));
        let asked = form.codes();
        let waiting = self.waiting_here(&site, mode, &asked)?;
        let visit = VisitId::from_random(sixteen(&*self.chance));
        let open = VisitOpen {
            site: site.site,
            mode,
            sets: sets.iter().map(|set| SetRef { code: set.code.to_string(), version: set.version }).collect(),
            campaign,
            task: None,
            asked: Some(asked),
            kind: Some(self.kinds()?.lineage(&site.kind)),
        };
        let place = Place { area: site.area, unit: site.unit, covert, self_check: mode == Mode::SelfCheck };
        for person in &people {
            self.is_colleague(*person, true, &place)?;
        }
        let mut sayings = vec![Saying::new(visit, Body::VisitOpen(open))];
        sayings.extend(
            people
                .into_iter()
                .map(|person| Saying::new(visit, Body::VisitPerson(VisitPerson { person, present: true }))),
        );
        self.say(&place, sayings)?;
        let items = self.items_of_visit(&self.visit_case(visit)?)?.len();
        let notes = sets.iter().filter_map(|set| {
            let reason = set.reason.as_ref()?;
            Some(format!("{code}：{} / {code}: {}", reason.zh, reason.en, code = set.code))
        });
        let findings = if mode == Mode::Recheck { self.rechecks_due_at(site.site)? } else { Vec::new() };
        Ok(VisitStarted {
            visit,
            items: u64::try_from(items).unwrap_or(u64::MAX),
            parts: u64::try_from(form.parts.len()).unwrap_or(u64::MAX),
            left_out: u64::try_from(form.left_out.len()).unwrap_or(u64::MAX),
            left_out_items: form.left_out.iter().map(|item| item.code.to_string()).collect(),
            waiting,
            findings,
            notes: notes.collect(),
        })
    }

    pub(crate) fn visit_case(&self, visit: VisitId) -> Result<VisitCase, MingchaError> {
        if let Some(case) = self.store.visit(visit)? {
            return Ok(case);
        }
        Err(if self.is_held(visit)? { Mistake::VisitHeld } else { Mistake::Unknown("检查", "visit") }.into())
    }

    /// True of an own visit that the city holds: it was begun here, and counts nowhere yet.
    pub(crate) fn is_held(&self, visit: VisitId) -> Result<bool, MingchaError> {
        let is_begun = || self.store.own_beginnings().map(|all| all.iter().any(|(entity, _)| *entity == visit.into()));
        Ok(self.store.visit(visit)?.is_none() && is_begun()?)
    }

    /// A visit that may still be answered, and where it belongs.
    pub(crate) fn visit_open_for_writing(&self, typed: &str) -> Result<(VisitCase, Place), MingchaError> {
        let visit = self.visit_case(self.visit_id(typed)?)?;
        match visit.status() {
            VisitStatus::Void => return Err(Mistake::Void.into()),
            VisitStatus::Submitted => return Err(Mistake::Submitted.into()),
            VisitStatus::Draft => {}
        }
        let place = self.place_of_visit(&visit)?;
        Ok((visit, place))
    }

    pub(crate) fn place_of_visit(&self, visit: &VisitCase) -> Result<Place, MingchaError> {
        let site = match (self.site_or_left(visit.site)?, self.refusal_of_visit(visit.visit)?) {
            (Some(site), _) => site,
            (None, Some(reason)) => return Err(Mistake::NotPermitted(reason).into()),
            (None, None) => return Err(Mistake::Unknown("点位", "site").into()),
        };
        Ok(Place {
            area: site.area,
            unit: site.unit,
            covert: visit.mode == Mode::Undercover,
            self_check: visit.mode == Mode::SelfCheck,
        })
    }

    /// The form of a visit: its items with what was answered, each row with its basis.
    pub fn visit_form(&self, visit: &str) -> Result<Vec<FormRow>, MingchaError> {
        let visit = self.visit_case(self.visit_id(visit)?)?;
        let form = self.form_of(&visit)?;
        let put = self.items_photographed(visit.visit)?;
        let empty = Register::default();
        let parts = form.in_parts(&visit);
        let of_parts = u64::try_from(parts.len()).unwrap_or(u64::MAX);
        let items = (1_u64..).zip(&parts).flat_map(|(part, items)| items.iter().map(move |item| (part, item)));
        Ok(items
            .map(|(part, item)| {
                let register = form.answers.get(&item.code).unwrap_or(&empty);
                let in_force = answer_in_force(register);
                let photographed =
                    put.contains(&item.code) || in_force.as_ref().is_some_and(|(_, said)| !photos_of(said).is_empty());
                FormRow {
                    item: item.code.to_string(),
                    text: both(&item.text),
                    help: both(&item.help),
                    set: item.set.to_string(),
                    ask: item.ask.iter().map(|ask| ask.name().to_owned()).collect(),
                    answer: item.answer.code().to_owned(),
                    definition: item.definition.name(),
                    parts: item.parts.iter().map(both).collect(),
                    quick: item.quick.as_ref().map(both),
                    choices: item.choices().iter().map(ToString::to_string).collect(),
                    photo: item.photo.name(),
                    part,
                    of_parts,
                    photo_wanted: !photographed && item.photo_wanted(in_force.as_ref().map(|(value, _)| value)),
                    note: in_force.as_ref().map(|(_, said)| said.text(0).to_owned()).filter(|note| !note.is_empty()),
                    value: in_force.map(|(value, _)| value.to_string()),
                    contested: is_contested(register),
                    basis: basis_of_answer(visit.visit, &item.code, register),
                }
            })
            .collect())
    }

    /// Records the answer to one item, with its note and photos as one value.
    pub fn visit_answer(
        &mut self,
        visit: &str,
        item: &str,
        value: &str,
        note: Option<&str>,
        photos: &[String],
        basis: Option<&str>,
    ) -> Result<Answered, MingchaError> {
        self.finish_named(photos)?;
        let (visit, place) = self.visit_open_for_writing(visit)?;
        let item = self.item_of_visit(&visit, item)?;
        let typed = item.read(value)?;
        let value = typed.value;
        // The number by which a level was told stays in front of the words beside it.
        let both = match (note, typed.note.as_deref(), typed.value) {
            (Some(words), Some(number), mingcha_model::Value::Level(_)) => Some(format!("{number}；{words}")),
            _ => None,
        };
        let note = both.as_deref().or(note).or(typed.note.as_deref());
        let register = self.store.answer(visit.visit, &item.code)?;
        let in_force = answer_in_force(&register);
        // Nobody signs words that they did not write, nor what was written of another value: what is not said anew stays
        // only where this person says their own answer again.
        let own_again = match register.latest() {
            Some((op, _)) if in_force.as_ref().is_some_and(|(before, _)| *before == value) => {
                self.person_of(op.log)? == Some(self.me()?.person)
            }
            _ => false,
        };
        let kept = in_force.as_ref().filter(|_| own_again).map(|(_, said)| *said);
        let note = note.unwrap_or_else(|| kept.map_or("", |said| said.text(0))).to_owned();
        let photos = match (photos, kept) {
            ([], Some(said)) => photos_of(said),
            (typed, _) => self.photos_of_visit(typed, visit.visit)?,
        };
        let shown = basis_of_answer(visit.visit, &item.code, &register);
        let over = self.over(visit.visit, &Field::Answer(item.code.clone()), basis, &shown)?;
        let with_photos = !photos.is_empty();
        let body = Body::Answer(Answer { item: item.code.clone(), value, photos });
        let saying = Saying::new(visit.visit, body).with_text(&note).with_over(over);
        let ops = self.say(&place, vec![saying])?;
        let op = *ops.first().ok_or(MingchaError::KeyLost)?;
        let warnings = if with_photos { photo_warning(&item) } else { None };
        Ok(Answered { op, value: value.to_string(), warnings: warnings.into_iter().collect() })
    }

    /// Submits a visit: its score is figured, and what is missing is told. The copies of its photos are made first.
    pub fn visit_submit(&mut self, visit: &str) -> Result<VisitSubmitted, MingchaError> {
        self.visit_submit_seen(visit, None)
    }

    /// The same as it was seen: an answer of somebody else's that came since is looked at first.
    ///
    /// Errors with `wrong_basis` then, and nothing is frozen.
    pub fn visit_submit_seen(&mut self, visit: &str, basis: Option<&str>) -> Result<VisitSubmitted, MingchaError> {
        let (visit, place) = self.visit_open_for_writing(visit)?;
        if let Some(basis) = basis {
            self.still_shown(visit.visit, basis)?;
        }
        // A photo belongs to the visit from the moment it was taken: none is said after it.
        let waiting = self.store.captured_of(visit.visit)?;
        self.finish(&waiting, &mut |_| {})?;
        let form = self.form_of(&visit)?;
        let score = form.score();
        let submit = VisitSubmit {
            obtained: score.obtained,
            obtainable: score.obtainable,
            missing: u32::try_from(score.missing.len()).unwrap_or(u32::MAX),
            counted: Some(form.counted(self.me()?.log)),
        };
        self.say(&place, vec![Saying::new(visit.visit, Body::VisitSubmit(submit))])?;
        self.submitted_row(visit.visit)
    }

    /// Moves a visit that was not submitted to another site of the same area.
    pub fn visit_move(&mut self, visit: &str, site: &str, basis: Option<&str>) -> Result<VisitSubmitted, MingchaError> {
        let (visit, place) = self.visit_open_for_writing(visit)?;
        let site = self.site_named(site)?;
        if site.area != place.area {
            return Err(Mistake::NotNow("请在该片区新建检查", "another area needs a visit of its own").into());
        }
        // The other unit would get the deadline of this one, and its answers.
        for record in self.store.findings(&FindingFilter {
            originals: true,
            visit: Some(visit.visit),
            ..FindingFilter::default()
        })? {
            let case = self.store.case(record.finding)?;
            if case.is_some_and(|case| !case.notices.is_empty() || !case.submissions.is_empty()) {
                return Err(Mistake::NotNow(
                    "已向单位交办或单位已报整改，请作废后在正确点位新建检查",
                    "a notice was served or the unit answered: void the visit and make one where you are",
                )
                .into());
            }
        }
        // The inspector stands at the other window: its limits hold, and what is not asked there is asked no more.
        let kind = Some(self.kinds()?.lineage(&site.kind));
        let moved = VisitCase { site: site.site, kind: kind.clone(), ..visit.clone() };
        if self.items_of_visit(&moved)?.is_empty() {
            return Err(Mistake::NothingToAsk.into());
        }
        let over = self.over(visit.visit, &Field::VisitSite, basis, &basis_of_visit(&visit))?;
        let saying = Saying::new(visit.visit, Body::VisitMove(VisitMove { site: site.site, kind })).with_over(over);
        self.say(&place, vec![saying])?;
        self.submitted_row(visit.visit)
    }

    /// Voids a visit, with a reason. Its findings go with it, but for those that their unit was told of.
    pub fn visit_void(&mut self, visit: &str, text: &str, basis: Option<&str>) -> Result<VisitSubmitted, MingchaError> {
        self.set_void(visit, true, text, basis)
    }

    /// Takes the voiding of a visit back, with a reason.
    pub fn visit_restore(
        &mut self,
        visit: &str,
        text: &str,
        basis: Option<&str>,
    ) -> Result<VisitSubmitted, MingchaError> {
        self.set_void(visit, false, text, basis)
    }

    fn set_void(
        &mut self,
        visit: &str,
        void: bool,
        text: &str,
        basis: Option<&str>,
    ) -> Result<VisitSubmitted, MingchaError> {
        let visit = self.visit_case(self.visit_id(visit)?)?;
        if text.trim().is_empty() {
            return Err(Mistake::NoText.into());
        }
        let place = self.place_of_visit(&visit)?;
        let own = self.store.logs()?.iter().any(|log| log.log == visit.author);
        // An inspector takes back a visit of their own that nobody has been given yet; the rest is a supervisor's.
        if self.grants()?.role == Role::Inspector && (!own || visit.status() == VisitStatus::Submitted) {
            return Err(Mistake::NotPermitted(Refusal::Role).into());
        }
        let over = self.over(visit.visit, &Field::VisitVoid, basis, &basis_of_visit(&visit))?;
        let saying = Saying::new(visit.visit, Body::VisitVoid(VisitVoid { void })).with_text(text).with_over(over);
        self.say(&place, vec![saying])?;
        self.submitted_row(visit.visit)
    }

    /// Adds a remark to a visit, submitted or not: what was wrong stays, and the correction stands beside it.
    pub fn visit_remark(&mut self, visit: &str, text: &str) -> Result<VisitSubmitted, MingchaError> {
        let visit = self.visit_case(self.visit_id(visit)?)?;
        if text.trim().is_empty() {
            return Err(Mistake::NoText.into());
        }
        let place = self.place_of_visit(&visit)?;
        self.say(&place, vec![Saying::new(visit.visit, Body::VisitRemark(Nothing {})).with_text(text)])?;
        self.submitted_row(visit.visit)
    }

    fn submitted_row(&self, visit: VisitId) -> Result<VisitSubmitted, MingchaError> {
        let visit = self.visit_case(visit)?;
        let form = self.form_of(&visit)?;
        let score = form.score_of(&visit);
        Ok(VisitSubmitted {
            visit: visit.visit,
            missing: score.missing.iter().map(ToString::to_string).collect(),
            photos_missing: self.photos_missing(&visit, &form)?,
            score: form.shown(&score, true),
            reasons_missing: form.reasons_missing(),
            waiting: self.waits_for_an_open_visit(&visit)?,
            photos_unusable: self.store.captured_of(visit.visit)?.into_iter().map(|taken| taken.photo).collect(),
        })
    }

    /// Items whose value wants a photo and that have none, neither in the answer nor put to the item.
    fn photos_missing(&self, visit: &VisitCase, form: &VisitForm) -> Result<Vec<String>, MingchaError> {
        let put = self.items_photographed(visit.visit)?;
        let wanting = form.items.iter().filter(|item| {
            let in_force = form.answers.get(&item.code).and_then(answer_in_force);
            let has =
                in_force.as_ref().is_some_and(|(_, said)| !photos_of(said).is_empty()) || put.contains(&item.code);
            in_force.is_some() && !has && item.photo_wanted(in_force.as_ref().map(|(value, _)| value))
        });
        Ok(wanting.map(|item| item.code.to_string()).collect())
    }

    /// The items that photos of a visit are put to.
    fn items_photographed(&self, visit: VisitId) -> Result<Vec<ItemCode>, MingchaError> {
        let taken = self.store.captured_of(visit)?.into_iter().filter(|taken| taken.problem.is_none());
        let said = self.store.photos_of(visit.into())?.into_iter().filter_map(|photo| photo.item);
        Ok(said.chain(taken.filter_map(|photo| photo.item)).collect())
    }

    /// One visit with everything in it.
    pub fn visit_show(&self, visit: &str) -> Result<VisitView, MingchaError> {
        let visit = self.visit_case(self.visit_id(visit)?)?;
        self.visit_view(&visit, true)
    }

    /// The visits known here, newest first, each as `visit_show` shows it; own ones that the city refused among them.
    pub fn visit_list(&self) -> Result<Vec<VisitView>, MingchaError> {
        let filter = mingcha_store::VisitFilter { refused: true, ..Default::default() };
        self.store
            .visits(&filter)?
            .into_iter()
            .map(|row| self.visit_view(&self.visit_case(row.visit)?, false))
            .collect()
    }

    fn visit_view(&self, visit: &VisitCase, explained: bool) -> Result<VisitView, MingchaError> {
        let form = self.form_of(visit)?;
        let score = form.score_of(visit);
        let mut answers = Vec::new();
        for (item, register) in &form.answers {
            let definition = form.definition_of(item.as_str());
            answers.push(AnswerRow { definition, ..self.answer_row(visit, item, register)? });
        }
        let order: Vec<&ItemCode> = form.items.iter().map(|item| &item.code).collect();
        answers.sort_by_key(|row| order.iter().position(|item| item.as_str() == row.item));
        let refusal = self.refusal_of_visit(visit.visit)?;
        Ok(VisitView {
            visit: visit.visit,
            site: visit.site,
            site_name: self.site_name(visit.site)?,
            mode: visit.mode,
            status: if refusal.is_some() { "refused" } else { visit.status().name() },
            reason: refusal.map(crate::attention::code),
            advice: refusal.map(Refusal::sentence),
            basis: basis_of_form(visit, &form),
            day: visit.day,
            log: visit.author,
            by: self.by(visit.author)?,
            people: self.names_of(visit)?,
            sets: visit.sets.iter().map(|set| format!("{}@{}", set.code, set.version)).collect(),
            missing: score.missing.iter().map(ToString::to_string).collect(),
            definition: form.definition(),
            score: form.shown(&score, explained),
            answers,
            photos: self.photo_rows(visit.visit, explained)?,
            remarks: visit.remarks.clone(),
            findings: self.findings_of(visit.visit)?,
        })
    }

    /// The findings of a visit; of an undercover one that was published its copy, which is what people act on.
    fn findings_of(&self, visit: VisitId) -> Result<Vec<FindingId>, MingchaError> {
        let filter = FindingFilter { visit: Some(visit), originals: true, refused: true, ..Default::default() };
        let known = |row: mingcha_store::FindingRow| if row.published { row.finding.published() } else { row.finding };
        Ok(self.store.findings(&filter)?.into_iter().map(known).collect())
    }

    fn answer_row(
        &self,
        visit: &VisitCase,
        item: &ItemCode,
        register: &Register<Said>,
    ) -> Result<AnswerRow, MingchaError> {
        let in_force = answer_in_force(register);
        let mut versions = Vec::new();
        for (op, head) in register.heads() {
            let Body::Answer(answer) = &head.value.body else { continue };
            versions.push(Version {
                op,
                value: answer.value.to_string(),
                note: Some(head.value.text(0).to_owned()).filter(|note| !note.is_empty()),
                by: self.by(op.log)?,
                at: print_seconds(head.value.at),
                in_force: in_force.as_ref().is_some_and(|(_, said)| said.id == op),
                guest: self.is_guest(visit, op.log)?,
                added: visit.is_added_after_submission(op, head.ord),
            });
        }
        Ok(AnswerRow {
            item: item.to_string(),
            definition: None,
            photos: in_force.as_ref().map(|(_, said)| photos_of(said)).unwrap_or_default(),
            note: in_force.as_ref().map(|(_, said)| said.text(0).to_owned()).filter(|note| !note.is_empty()),
            value: in_force.map(|(value, _)| value.to_string()),
            basis: basis_of_answer(visit.visit, item, register),
            versions,
        })
    }
}

fn photos_of(said: &Said) -> Vec<mingcha_model::PhotoId> {
    match &said.body {
        Body::Answer(answer) => answer.photos.clone(),
        _ => Vec::new(),
    }
}

/// Two people's answers differ when value, note or photos do.
pub(crate) fn is_contested(register: &Register<Said>) -> bool {
    let mut heads = register.heads().map(|(_, head)| (&head.value.body, head.value.text(0)));
    let first = heads.next();
    heads.any(|other| Some(other) != first)
}

pub(crate) fn basis_of_answer(visit: VisitId, item: &ItemCode, register: &Register<Said>) -> Basis {
    let heads = register.heads().map(|(id, _)| id).collect();
    Basis { shown: vec![Shown { entity: visit.into(), field: Field::Answer(item.clone()), heads }] }
}

pub(crate) fn basis_of_visit(visit: &VisitCase) -> Basis {
    Basis {
        shown: visit
            .heads
            .iter()
            .map(|(entity, field, heads)| Shown { entity: *entity, field: field.clone(), heads: heads.clone() })
            .collect(),
    }
}
