//! A phone joins a city: with the right code, once, in time, and never by guessing.

use crate::support::*;
use mingcha_model::{DeviceId, EntityId, Role};
use mingcha_sync::encode;

const DAY: i64 = 24 * 3_600 * 1_000;

fn ask(serving: &Serving, code: &str, device: DeviceId, key: u8) -> Answer {
    serving.send("POST", "/v1/enrol", None, &encode(&enrol_ask(code, device, &key_of(key))))
}

fn device() -> DeviceId {
    DeviceId(EntityId(fresh()))
}

#[test]
fn a_code_works_once_and_a_lost_reply_locks_nobody_out() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let code = serving.city.enrol_code(person(Role::Inspector, &[donghu()], None, "安娜")).unwrap().code;
    assert_eq!(code.len(), 14);
    let mine = device();
    assert_eq!(ask(&serving, &code.to_lowercase(), mine, 1).status, 200);
    assert_eq!(ask(&serving, &code, mine, 1).status, 200);
    let other = ask(&serving, &code, device(), 2);
    assert_eq!((other.status, other.code().as_str()), (403, "code_used"));
    serving.city.set_clock(Some(millis(MONDAY) + 11 * 60_000)).unwrap();
    assert_eq!(ask(&serving, &code, mine, 1).code(), "code_used");
    assert_eq!(serving.city.devices().unwrap().len(), 1);
}

#[test]
fn a_code_waits_seven_days() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let code = serving.city.enrol_code(person(Role::Office, &[], None, "文明办")).unwrap().code;
    serving.city.set_clock(Some(millis(MONDAY) + 7 * DAY + 60_000)).unwrap();
    assert_eq!(ask(&serving, &code, device(), 1).code(), "code_expired");
    serving.city.set_clock(Some(millis(MONDAY) + 6 * DAY)).unwrap();
    assert_eq!(ask(&serving, &code, device(), 1).status, 200);
}

#[test]
fn who_guesses_is_turned_away_after_ten_wrong_codes_a_minute_and_keeps_nobody_else_out() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let code = serving.city.enrol_code(person(Role::Office, &[], None, "文明办")).unwrap().code;
    for _ in 0..10 {
        let answer = ask(&serving, "AAAABBBBCCCC", device(), 1);
        assert_eq!((answer.status, answer.code().as_str()), (403, "code_unknown"));
    }
    assert_eq!(ask(&serving, "AAAABBBBCCCC", device(), 1).status, 429);
    assert_eq!(ask(&serving, &code, device(), 2).status, 200);
}

#[test]
fn a_device_that_does_not_hold_its_key_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let code = serving.city.enrol_code(person(Role::Office, &[], None, "文明办")).unwrap().code;
    let mut forged = enrol_ask(&code, device(), &key_of(1));
    forged.key = mingcha_sync::Signer::public_key(&key_of(2));
    assert_eq!(serving.send("POST", "/v1/enrol", None, &encode(&forged)).code(), "bad_proof");
}

#[test]
fn codes_and_tokens_are_nowhere_in_the_folder() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let code = serving.city.enrol_code(person(Role::Office, &[], None, "文明办")).unwrap().code;
    let phone = Phone::with_code(&serving, &code);
    let plain = code.replace('-', "");
    for file in ["city.db", "city.db-wal"] {
        let bytes = std::fs::read(dir.path().join(file)).unwrap();
        let holds = |text: &str| bytes.windows(text.len()).any(|run| run == text.as_bytes());
        assert!(!holds(&plain) && !holds(&phone.said.token), "{file}");
    }
}

#[test]
fn roles_need_what_they_work_on() {
    let dir = tempfile::tempdir().unwrap();
    let city = founded(dir.path());
    for (role, areas, unit) in [
        (Role::Inspector, vec![], None),
        (Role::Contact, vec![], None),
        (Role::Contact, vec![donghu()], Some(hall())),
        (Role::Office, vec![donghu()], None),
    ] {
        let error = city.enrol_code(person(role, &areas, unit, "某人")).unwrap_err();
        assert_eq!(error.code(), "role_needs");
        assert!(error.is_callers_mistake());
    }
}

#[test]
fn only_a_sample_city_may_set_its_clock() {
    let dir = tempfile::tempdir().unwrap();
    let city = mingcha_city::City::init(dir.path()).unwrap();
    assert_eq!(city.set_clock(Some(0)).unwrap_err().code(), "not_a_sample");
    assert_eq!(mingcha_city::City::init(dir.path()).err().unwrap().code(), "already_a_city");
}
