//! A phone in a month: by the command line, or by the library in this process. Both do the same words.

use std::path::Path;

use mingcha::{MingchaError, Phone};
use mingcha_tests::{Desk, Hand, Time};
use serde_json::{Value, json, to_value};

/// A feed as a phone stands in it: name, epoch, position, hash.
pub type Standing = (String, u64, u64, String);

/// What came of a meeting with the city.
pub enum Met {
    /// It went through; what it reported.
    All(Value),
    /// The city was not there.
    Nobody,
    /// The city takes what this phone says and tells it nothing more.
    Revoked,
}

/// A phone, moved by the library or by the command line.
pub trait Life: Send {
    fn enrol(home: &Path, time: &Time, url: &str, code: &str) -> Self;
    /// What the command printed; `None` for a mistake of the caller's, after which nothing is changed.
    fn run(&mut self, words: &[&str]) -> Option<Value>;
    fn sync(&mut self) -> Met;
    /// How far the clock is ahead, in seconds.
    fn ahead(&mut self, seconds: i64);
    /// Every feed that it follows.
    fn standings(&mut self) -> Vec<Standing>;
}

/// By the command line.
pub struct ByCommand {
    desk: Desk,
    time: Time,
    ahead: i64,
}

impl ByCommand {
    fn now(&mut self) {
        self.desk.now = self.time.print_ahead(self.ahead);
    }
}

impl Life for ByCommand {
    fn enrol(home: &Path, time: &Time, url: &str, code: &str) -> Self {
        let desk = Desk::new(home, &time.print());
        desk.run(&["enrol", url, code]);
        desk.run(&["sync"]);
        Self { desk, time: time.clone(), ahead: 0 }
    }

    fn run(&mut self, words: &[&str]) -> Option<Value> {
        self.now();
        let answer = self.desk.try_run(words);
        assert!(answer.code == 0 || answer.code == 2, "{words:?}: {}", answer.stderr);
        (answer.code == 0).then_some(answer.json)
    }

    fn sync(&mut self) -> Met {
        self.now();
        let answer = self.desk.try_run(&["sync"]);
        match (answer.code, answer.error().as_str()) {
            (0, _) => Met::All(answer.json),
            (1, "unreachable") => Met::Nobody,
            (1, "device_revoked") => Met::Revoked,
            _ => panic!("{}", answer.stderr),
        }
    }

    fn ahead(&mut self, seconds: i64) {
        self.ahead = seconds;
    }

    fn standings(&mut self) -> Vec<Standing> {
        self.now();
        let status = self.desk.run(&["status"]);
        let feeds = status["feeds"].as_array().cloned().unwrap_or_default();
        let text = |feed: &Value, key: &str| feed[key].as_str().unwrap().to_owned();
        let number = |feed: &Value, key: &str| feed[key].as_u64().unwrap();
        feeds
            .iter()
            .map(|feed| (text(feed, "feed"), number(feed, "epoch"), number(feed, "cursor"), text(feed, "hash")))
            .collect()
    }
}

/// By the library, in this process.
pub struct ByLibrary(Hand);

impl Life for ByLibrary {
    fn enrol(home: &Path, time: &Time, url: &str, code: &str) -> Self {
        let mut hand = Hand::enrolled(home, time, url, code);
        hand.sync();
        Self(hand)
    }

    fn run(&mut self, words: &[&str]) -> Option<Value> {
        match by_library(&mut self.0.phone, words) {
            Ok(printed) => Some(printed),
            Err(error) if error.is_mistake() => None,
            Err(error) => panic!("{words:?}: {error}"),
        }
    }

    fn sync(&mut self) -> Met {
        match self.0.try_sync() {
            Ok(report) => Met::All(to_value(report).unwrap()),
            Err(MingchaError::Unreachable) => Met::Nobody,
            Err(error) if error.code() == "device_revoked" => Met::Revoked,
            Err(error) => panic!("{error}"),
        }
    }

    fn ahead(&mut self, seconds: i64) {
        self.0.ahead.store(seconds * 1_000, std::sync::atomic::Ordering::SeqCst);
    }

    fn standings(&mut self) -> Vec<Standing> {
        let feeds = self.0.phone.status().unwrap().feeds;
        feeds.into_iter().map(|feed| (feed.feed, feed.epoch.into(), feed.cursor, feed.hash.to_string())).collect()
    }
}

/// The words of a command as a call.
fn by_library(phone: &mut Phone, words: &[&str]) -> Result<Value, MingchaError> {
    let value = |printed: Result<Value, serde_json::Error>| printed.unwrap_or(Value::Null);
    Ok(match words {
        ["visit", "list"] => value(to_value(phone.visit_list()?)),
        ["visit", "start", site, "--mode", mode] => value(to_value(phone.visit_start(site, mode, &[], &[])?)),
        ["visit", "answer", visit, item, given, "--note", note] => {
            value(to_value(phone.visit_answer(visit, item, given, Some(note), &[], None)?))
        }
        ["visit", "photo", visit, file, "--item", item] => {
            value(to_value(phone.visit_photo(visit, Path::new(file), Some(item))?))
        }
        ["visit", "submit", visit] => value(to_value(phone.visit_submit(visit)?)),
        ["visit", "move", visit, site] => value(to_value(phone.visit_move(visit, site, None)?)),
        ["visit", "void", visit, "--text", text] => value(to_value(phone.visit_void(visit, text, None)?)),
        ["visit", "restore", visit, "--text", text] => value(to_value(phone.visit_restore(visit, text, None)?)),
        ["visit", "remark", visit, "--text", text] => value(to_value(phone.visit_remark(visit, text)?)),
        ["visit", "join", visit, person] => value(to_value(phone.visit_join(visit, person, None)?)),
        ["visit", "leave", visit, person] => value(to_value(phone.visit_leave(visit, person, None)?)),
        ["assign", site, person, "--from", from, "--due", due] => {
            value(to_value(phone.assign(site, person, from, due)?))
        }
        ["unassign", task] => value(to_value(phone.unassign(task)?)),
        ["hand-over", from, to] => value(to_value(phone.hand_over(from, to)?)),
        ["finding", rest @ ..] => return finding(phone, rest),
        ["conflicts"] => value(to_value(phone.conflicts()?)),
        ["resolve", conflict, "--keep", op, "--text", text] => {
            value(to_value(phone.resolve(conflict, op, text, None)?))
        }
        ["refused"] => value(to_value(phone.refused()?)),
        ["refused", "retry", op] => value(to_value(phone.refused_retry(op)?)),
        ["refused", "discard", op] => value(to_value(phone.refused_discard(op)?)),
        ["refused", "export", op, "--out", file] => value(to_value(phone.refused_export(op, Some(Path::new(file)))?)),
        ["status"] => value(to_value(phone.status()?)),
        ["held"] => value(to_value(phone.held()?)),
        ["release", op] => value(to_value(phone.release(op)?)),
        ["verify"] => json!({ "ok": phone.verify()?.ok }),
        ["explain", entity] => value(to_value(phone.explain(entity, None)?)),
        ["explain", entity, item] => value(to_value(phone.explain(entity, Some(item))?)),
        other => panic!("not drawn here: {other:?}"),
    })
}

fn finding(phone: &mut Phone, words: &[&str]) -> Result<Value, MingchaError> {
    let value = |printed: Result<Value, serde_json::Error>| printed.unwrap_or(Value::Null);
    Ok(match words {
        ["raise", visit, item, "--text", text] => value(to_value(phone.finding_raise(visit, item, text, None, &[])?)),
        ["list"] => value(to_value(phone.finding_list(None, false, None)?)),
        ["show", id] => value(to_value(phone.finding_show(id)?)),
        ["feedback", id, "--demand", text] => value(to_value(phone.finding_feedback(id, Some(text), false)?)),
        ["feedback", id, "--demand", text, "--photos-checked"] => {
            value(to_value(phone.finding_feedback(id, Some(text), true)?))
        }
        ["correct", id, "--text", text] => value(to_value(phone.finding_correct(id, text)?)),
        ["fixed", id, "--photo", file] => value(to_value(phone.finding_fixed(id, &[file.into()])?)),
        ["recheck", id, outcome, "--text", text] => {
            value(to_value(phone.finding_recheck(id, outcome, None, Some(text), &[], None)?))
        }
        ["review", id, verdict, "--text", text] => {
            value(to_value(phone.finding_review(id, verdict, Some(text), None)?))
        }
        ["notice", id] => value(to_value(phone.finding_notice(id, None)?)),
        ["supervise", id] => value(to_value(phone.finding_supervise(id)?)),
        ["extension", "ask", id, "--until", day, "--text", text] => {
            value(to_value(phone.finding_extension_ask(id, day, text)?))
        }
        ["extension", "grant", id, "--until", day, "--text", text] => {
            value(to_value(phone.finding_extension_grant(id, Some(day), Some(text), None)?))
        }
        ["extension", "refuse", id, "--text", text] => {
            value(to_value(phone.finding_extension_refuse(id, Some(text), None)?))
        }
        ["void", id, "--text", text] => value(to_value(phone.finding_void(id, text, None)?)),
        ["restore", id, "--text", text] => value(to_value(phone.finding_restore(id, text, None)?)),
        ["uphold", id, "--text", text] => value(to_value(phone.finding_uphold(id, Some(text), None)?)),
        ["withdraw", id, "--text", text] => value(to_value(phone.finding_withdraw(id, Some(text), None)?)),
        ["suspend", id, "--text", text] => value(to_value(phone.finding_suspend(id, None, text, None)?)),
        ["resume", id, "--text", text] => value(to_value(phone.finding_resume(id, Some(text), None)?)),
        ["reopen", id, "--text", text] => value(to_value(phone.finding_reopen(id, text, None)?)),
        ["duplicate", id, other, "--text", text] => {
            value(to_value(phone.finding_duplicate(id, other, Some(text), None)?))
        }
        ["acknowledge", id, "--name", name] => value(to_value(phone.finding_acknowledge(id, name, false)?)),
        ["decline", id, "--text", text] => value(to_value(phone.finding_decline(id, text)?)),
        ["appeal", id, "--text", text] => value(to_value(phone.finding_appeal(id, text)?)),
        ["rectify", id, "--text", text, "--photo", file] => {
            value(to_value(phone.finding_rectify(id, text, &[file.into()])?))
        }
        other => panic!("not drawn here: {other:?}"),
    })
}
