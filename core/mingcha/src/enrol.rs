//! Enrolling: a one-time code becomes a device of a person, with a log of its own.
//!
//! A lost reply locks nobody out: the same code with the same key is answered again for a while.

use std::fs::File;

use mingcha_model::body::{Body, LogOpen};
use mingcha_model::{DeviceId, Digest, LogId};
use mingcha_sync::{EnrolAsk, EnrolSaid, Letter, Problem, decode, encode};
use minicbor::{Decode, Encode};

use crate::http::Http;
use crate::phone::Me;
use crate::ports::sixteen;
use crate::{Enrolled, MingchaError, Mistake, Phone};

const PENDING: &str = "enrolling";

/// What was asked and not answered yet: under which id, and with which code.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
struct Pending {
    #[n(0)]
    device: DeviceId,
    #[n(1)]
    code: Digest,
}
/// True once a city said that it does not know this device's token.
const NOT_WELCOME: &str = "not_welcome";

impl Phone {
    /// Enrols this phone with the city at this address by a one-time code, `7KQM-2R8T-XW4P`.
    ///
    /// Errors with the city's `code_unknown`, `code_used` or `code_expired`; nothing is changed then.
    pub fn enrol(&mut self, url: &str, code: &str) -> Result<Enrolled, MingchaError> {
        // With another key it is the same phone after its key was lost; and a city that was restored may have forgotten it.
        // It enrols again, and loses nothing.
        let forgotten = self.setting::<bool>(NOT_WELCOME)?.unwrap_or(false);
        if self.is_enrolled() && self.holds_its_key()? && !forgotten {
            return Err(Mistake::AlreadyEnrolled.into());
        }
        let code: String =
            code.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect();
        if code.is_empty() {
            return Err(Mistake::Malformed("登记码", "the code is 12 letters and digits").into());
        }
        let http = Http::to(url, None)?.until(&self.stop);
        let device = self.pending_device(&code)?;
        let before = (self.me.clone(), self.setting::<Pending>(PENDING)?);
        let proof = self.signer.sign(&EnrolAsk::message(&code, device)).map_err(|_| MingchaError::KeyLost)?;
        let ask = EnrolAsk { code, device, key: self.signer.public_key(), proof };
        let reply = http.send(&Letter { method: "POST", path: "/v1/enrol".to_owned(), body: encode(&ask) })?;
        if reply.status != 200 {
            return Err(MingchaError::City(Problem::from_json(reply.status, &reply.body)));
        }
        let said: EnrolSaid = decode(&reply.body).ok_or(MingchaError::Sync(mingcha_sync::SyncError::Unreadable))?;
        // Meanwhile somebody may have given this up and asked elsewhere, or with another code: a late answer takes no phone over.
        let _one_at_a_time = self.one_enrolment_at_a_time()?;
        self.look_again()?;
        if (self.me.clone(), self.setting::<Pending>(PENDING)?) != before {
            return match &self.me {
                Some(me) if (me.person, me.device) == (said.person, device) => Ok(enrolled(me)),
                Some(_) => Err(Mistake::AlreadyEnrolled.into()),
                None => Err(MingchaError::Stopped),
            };
        }
        if self.is_enrolled() && self.me()?.person != said.person {
            // The city knows this device as somebody else's now: the next try needs another id.
            self.store.set_setting(PENDING, None)?;
            return Err(Mistake::AlreadyEnrolled.into());
        }
        let log = LogId(sixteen(&*self.chance));
        let me = Me {
            person: said.person,
            grants: said.grants.clone(),
            device,
            log,
            url: url.trim_end_matches('/').to_owned(),
            token: said.token,
            city_key: said.city_key,
        };
        // The opening of the log is corrected like everything after it: an op of a fast clock would hold back all others.
        self.met(said.city_millis)?;
        self.open_log(log, device, None)?;
        // What was said and not signed under a lost key is said again in the new log.
        for old in self.store.logs()?.into_iter().filter(|old| old.log != log && !old.closed) {
            let unsigned = old.sealed_through.saturating_add(1);
            let new = match old.covert_visit {
                None => log,
                // What belongs to an undercover visit never stands in another log.
                Some(visit) => {
                    let apart = LogId(sixteen(&*self.chance));
                    self.open_log(apart, device, Some(visit))?;
                    apart
                }
            };
            self.store.reissue(old.log, unsigned, new)?;
        }
        self.keep_key()?;
        let done = enrolled(&me);
        self.become_me(me)?;
        self.keep_parcel_key(said.parcel_key.as_ref())?;
        self.store.set_setting(PENDING, None)?;
        self.store.set_setting(NOT_WELCOME, None)?;
        Ok(done)
    }

    /// Keeps every other enrolment of this folder, in any process, from writing at the same moment.
    fn one_enrolment_at_a_time(&self) -> Result<File, MingchaError> {
        let file = File::create(self.home.enrol_lock()).map_err(|error| MingchaError::from_io(&error))?;
        file.lock().map_err(|error| MingchaError::from_io(&error))?;
        Ok(file)
    }

    /// The city does not know this device: a new code lets it in again.
    pub(crate) fn is_not_welcome(&mut self) -> Result<(), MingchaError> {
        self.put_setting(NOT_WELCOME, &true)
    }

    /// The id this phone enrols under: the same again when a reply to this code was lost.
    fn pending_device(&mut self, code: &str) -> Result<DeviceId, MingchaError> {
        // A city that forgot this phone learns its logs again under the device that they name.
        if self.is_enrolled() && self.holds_its_key()? {
            return Ok(self.me()?.device);
        }
        let code = Digest::of(code.as_bytes());
        if let Some(pending) = self.setting::<Pending>(PENDING)?.filter(|pending| pending.code == code) {
            return Ok(pending.device);
        }
        let device = DeviceId::from_random(sixteen(&*self.chance));
        self.put_setting(PENDING, &Pending { device, code })?;
        Ok(device)
    }

    /// Opens a log whose first op names this device, to the city only.
    pub(crate) fn open_log(
        &mut self,
        log: LogId,
        device: DeviceId,
        covert_visit: Option<mingcha_model::VisitId>,
    ) -> Result<(), MingchaError> {
        let now = self.reading_for_op()?;
        self.store.open_log(log, covert_visit, now)?;
        let body = Body::LogOpen(LogOpen { device, covert: covert_visit.is_some() });
        let op = crate::say::new_op(mingcha_model::EntityId(log.0), body, Vec::new(), now, Vec::new());
        self.store.append(log, &[op], &[])?;
        Ok(())
    }
}

fn enrolled(me: &Me) -> Enrolled {
    Enrolled {
        person: me.person,
        role: me.grants.role,
        areas: me.grants.areas.clone(),
        unit: me.grants.unit,
        device: me.device,
        log: me.log,
    }
}
