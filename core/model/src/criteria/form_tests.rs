//! Forms that are cut: short, answerable, worst first, and alike for alike.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::{AnswerType, Day, Kinds, Mode, Order, Value};

fn sets() -> Vec<CriteriaSet> {
    CriteriaSet::embedded().unwrap()
}

fn long_set(items: usize) -> CriteriaSet {
    let mut set = sets().into_iter().find(|set| set.code.as_str() == "W5").unwrap();
    let model = Item { priority: 2, same: None, ..set.items[0].clone() };
    set.items = (1..=items).map(|n| Item { code: format!("X-{n}").parse().unwrap(), ..model.clone() }).collect();
    set
}

fn codes<'a>(form: impl IntoIterator<Item = &'a Item>) -> Vec<&'a str> {
    form.into_iter().map(|item| item.code.as_str()).collect()
}

fn all(set: &CriteriaSet) -> Vec<Item> {
    form([set], &Kinds::embedded().lineage("GOV"), Mode::Open, 3)
}

#[test]
fn what_failed_here_comes_first_then_what_fails_most_then_the_rest() {
    let set = long_set(60);
    let history = History {
        failed_here: BTreeSet::from(["X-59".parse().unwrap(), "X-12".parse().unwrap()]),
        failed_in_kind: BTreeMap::from([("X-50".parse().unwrap(), 3), ("X-7".parse().unwrap(), 9)]),
        ..History::default()
    };
    let form = cut(all(&set), [&set], &history);
    assert_eq!(form.len(), LONGEST_FORM);
    assert_eq!(codes(&form)[..6], ["X-12", "X-59", "X-7", "X-50", "X-1", "X-2"]);
    assert_eq!(codes(&form).last(), Some(&"X-38")); // 36 of the rest: stand before
}

#[test]
fn what_comes_first_by_priority_is_not_cut_away() {
    let mut set = long_set(60);
    set.items[55].priority = 1;
    set.items[0].priority = 3;
    let uncut = all(&set);
    let form = cut(uncut, [&set], &History::default());
    assert_eq!(codes(&form).first(), Some(&"X-56"));
    assert!(!codes(&form).contains(&"X-1"));
}

#[test]
fn a_thing_that_two_items_ask_in_other_words_is_asked_once_and_a_season_has_its_months() {
    let mut set = long_set(4);
    set.items[1].same = Some("water".to_owned());
    set.items[3].same = Some("water".to_owned());
    set.items[2].months = vec![12, 1, 2];
    let asked = |month| form([&set], &Kinds::embedded().lineage("GOV"), Mode::Open, month);
    assert_eq!(codes(&asked(3)), ["X-1", "X-2"]);
    assert_eq!(codes(&asked(1)), ["X-1", "X-2", "X-3"]);
}

#[test]
fn a_limit_follows_the_kind_of_window() {
    let mut set = long_set(1);
    let kinds = Kinds::embedded();
    let item = &mut set.items[0];
    (item.answer, item.fails_over) = (AnswerType::Trips, Some(2));
    item.limits = vec![Limit { kinds: vec!["PE".parse().unwrap()], fails_over: Some(3), fails_under: None }];
    let failed = |kind: &str| form([&set], &kinds.lineage(kind), Mode::Open, 3)[0].failed(&Value::Trips(3));
    assert!(failed("GOV") && !failed("PE"));
}

#[test]
fn words_typed_with_an_answer_become_its_note() {
    let mut item = long_set(1).items.remove(0);
    let read = |item: &Item, typed: &str| item.read(typed).map(|typed| (typed.value, typed.note));
    let note = |words: &str| Some(words.to_owned());
    assert_eq!(read(&item, "na 大厅停用"), Ok((Value::NotApplicable, note("大厅停用"))));
    assert_eq!(read(&item, "不适用：没有楼梯"), Ok((Value::NotApplicable, note("没有楼梯"))));
    assert_eq!(read(&item, "NA"), Ok((Value::NotApplicable, None)));
    assert!(read(&item, "name").is_err());
    item.answer = AnswerType::Text;
    assert_eq!(read(&item, " 2026-03-01 群众评议 "), Ok((Value::Written, note("2026-03-01 群众评议"))));
    assert_eq!(read(&item, "written"), Ok((Value::Written, None)));
    assert!(read(&item, "  ").is_err());
    item.answer = AnswerType::Level;
    item.levels = Some(LevelLimits { qualified: "= 100".parse().unwrap(), basic: Some(">= 80".parse().unwrap()) });
    assert_eq!(read(&item, "99.99%"), Ok((Value::Level(crate::Level::Basic), note("99.99%"))));
    assert_eq!(read(&item, "100"), Ok((Value::Level(crate::Level::Qualified), note("100"))));
    assert!(read(&item, "101").is_err());
    (item.answer, item.parts) = (AnswerType::Count, vec![item.text.clone(); 5]);
    assert_eq!(read(&item, "5"), Ok((Value::Count(5), None)));
    assert!(read(&item, "6").unwrap_err().to_string().contains("at most 5"));
}

/// What a visit of each mode has at hand, as `criteria.md` B.0 has it: a client looks and asks, a unit looks and opens
/// its own records, and an inspector who said who they are has every way.
fn can(mode: Mode) -> &'static [Ask] {
    match mode {
        Mode::Undercover => &[Ask::Observe, Ask::Ask],
        Mode::SelfCheck => &[Ask::Observe, Ask::Records],
        Mode::Open | Mode::Recheck | Mode::Joint | Mode::Special => {
            &[Ask::Observe, Ask::Ask, Ask::Telephone, Ask::Records, Ask::Questionnaire]
        }
    }
}

/// The items of a form that decide derived items together; those that share an item are one company.
fn companies(sets: &[&CriteriaSet], form: &[Item]) -> Vec<BTreeSet<ItemCode>> {
    let mut companies: Vec<BTreeSet<ItemCode>> = Vec::new();
    for derivation in sets.iter().flat_map(|set| &set.items).filter_map(|item| item.derivation.as_ref()) {
        let on_form = |code: &&&ItemCode| form.iter().any(|item| item.code == ***code);
        let mut joined: BTreeSet<ItemCode> =
            derivation.operands().iter().filter(on_form).map(|code| (*code).clone()).collect();
        let (sharing, apart) = companies.into_iter().partition(|one| !one.is_disjoint(&joined));
        companies = apart;
        let sharing: Vec<BTreeSet<ItemCode>> = sharing;
        joined.extend(sharing.into_iter().flatten());
        companies.push(joined);
    }
    companies.retain(|one| !one.is_empty());
    companies
}

#[test]
fn each_mode_is_asked_what_it_can_find_out_and_nothing_else() {
    let mut set = long_set(1);
    for mode in Mode::ALL {
        for way in [Ask::Observe, Ask::Ask, Ask::Telephone, Ask::Records, Ask::Questionnaire] {
            set.items[0].ask = vec![way];
            assert_eq!(set.items[0].answerable(mode), can(mode).contains(&way), "{} {}", mode.name(), way.name());
        }
    }
}

#[test]
fn every_comparison_of_the_sets_has_its_items_on_the_form_of_a_hall() {
    let known = sets();
    let chosen: Vec<&CriteriaSet> = known.iter().filter(|set| ["W5", "SYSB"].contains(&set.code.as_str())).collect();
    for mode in [Mode::Open, Mode::Undercover] {
        let whole = form(chosen.iter().copied(), &Kinds::embedded().lineage("GOV"), mode, 3);
        let kept = cut(whole.clone(), chosen.iter().copied(), &History::default());
        let has = |form: &[Item], code: &ItemCode| form.iter().any(|item| item.code == *code);
        for item in chosen.iter().flat_map(|set| &set.comparisons).flat_map(|one| &one.items) {
            assert_eq!(has(&kept, item), has(&whole, item), "{item} {}", mode.name());
        }
        assert!(mode == Mode::Undercover || kept.len() < whole.len(), "something is cut away here");
    }
}

/// The forms of so many visits to one site, one every so many days, nothing failing: each knows what those before it
/// asked, and under cover none does.
fn forms_of(count: u64, every: u64, whole: &[Item], sets: &[&CriteriaSet], mode: Mode) -> Vec<BTreeSet<ItemCode>> {
    let mut history = History::default();
    let forms = (1..=count).map(|visit| {
        if mode == Mode::Undercover {
            history.turn_by_day = Some(Day::from_epoch_days(20_500).plus(i64::try_from(visit * every).unwrap()));
        }
        let form = cut(whole.to_vec(), sets.iter().copied(), &history);
        let codes: BTreeSet<ItemCode> = form.into_iter().map(|item| item.code).collect();
        if mode != Mode::Undercover {
            history.asked_here.extend(codes.iter().map(|code| (code.clone(), Order(visit))));
        }
        codes
    });
    forms.collect()
}

#[test]
fn what_was_cut_away_gets_its_turn_and_what_failed_here_still_comes_first() {
    let set = long_set(60);
    let whole = all(&set);
    let failed: BTreeSet<ItemCode> = BTreeSet::from(["X-60".parse().unwrap()]);
    let first = cut(whole.clone(), [&set], &History { failed_here: failed.clone(), ..History::default() });
    let asked_here: BTreeMap<ItemCode, Order> = first.iter().map(|item| (item.code.clone(), Order(7))).collect();
    let second = cut(whole.clone(), [&set], &History { failed_here: failed, asked_here, ..History::default() });
    assert_eq!((codes(&first)[0], codes(&second)[0]), ("X-60", "X-60"));
    // All 20 that were left out have their turn; of the rest the first come.
    let missed = whole.iter().filter(|item| !first.iter().any(|known| known.code == item.code)).count();
    let turned = second.iter().filter(|item| !first.iter().any(|known| known.code == item.code)).count();
    assert_eq!((missed, turned), (20, PLACES_IN_TURN));
    assert!(codes(&second).contains(&"X-1") && !codes(&second).contains(&"X-39"));
}

#[test]
fn at_every_kind_of_window_everything_of_every_set_is_asked_sooner_or_later() {
    let known = sets();
    let everyday: Vec<&CriteriaSet> = known.iter().filter(|set| set.offered == Offered::Default).collect();
    let all: Vec<&CriteriaSet> = known.iter().collect();
    for kind in Kinds::embedded().iter().map(|kind| Kinds::embedded().lineage(kind.code.as_str())) {
        for sets in [&everyday, &all] {
            for mode in Mode::ALL {
                let whole = form(sets.iter().copied(), &kind, mode, 3);
                let turns = u64::try_from(whole.len().div_ceil(PLACES_IN_TURN)).unwrap();
                // Under cover the day decides and nobody remembers: some are asked twice before others.
                let (turns, intervals) = match mode {
                    Mode::Undercover => (3 * turns, &[7, 14, 30, 91][..]),
                    _ => (turns + 1, &[14][..]),
                };
                for every in intervals {
                    let forms = forms_of(turns, *every, &whole, sets, mode);
                    let seen: BTreeSet<&ItemCode> = forms.iter().flatten().collect();
                    let never = codes(whole.iter().filter(|item| !seen.contains(&item.code)));
                    assert!(never.is_empty(), "{kind} {} every {every} days: {turns} visits, {never:?}", mode.name());
                }
            }
        }
    }
}

#[test]
fn every_item_of_every_comparison_is_on_a_form_within_a_few_visits_to_each_kind_of_window() {
    let known = sets();
    let campaign: Vec<&CriteriaSet> = known.iter().filter(|set| ["W5", "SYSB"].contains(&set.code.as_str())).collect();
    let everyday: Vec<&CriteriaSet> = known.iter().filter(|set| set.offered == Offered::Default).collect();
    let mut compared = 0;
    for kind in Kinds::embedded().iter().map(|kind| Kinds::embedded().lineage(kind.code.as_str())) {
        for (sets, visits) in [(&campaign, 2), (&everyday, 6)] {
            let whole = form(sets.iter().copied(), &kind, Mode::Open, 3);
            let forms = forms_of(visits, 14, &whole, sets, Mode::Open);
            for one in sets.iter().flat_map(|set| &set.comparisons) {
                for item in one.items.iter().filter(|code| whole.iter().any(|item| item.code == **code)) {
                    assert!(forms.iter().any(|form| form.contains(item)), "{kind} {} {item}", one.code);
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 500, "{compared}");
}

#[test]
fn all_of_a_city_is_asked_in_parts_and_what_belongs_together_stands_in_one() {
    let known = sets();
    let city: Vec<CriteriaSet> = known.into_iter().filter(|set| set.code.as_str() == "CITY").collect();
    let asked = asked(&city, &Kinds::embedded().lineage("CITY"), Mode::Open, 3, &History::default());
    let of_city = |item: &&Item| item.kinds.iter().any(|kind| kind.as_str() == "CITY");
    let leaves = city[0].items.iter().filter(of_city).filter(|item| item.derivation.is_none()).count();
    assert_eq!((asked.codes().len(), asked.left_out.len()), (leaves, 0));
    assert!(asked.parts.len() > 1 && asked.parts.iter().all(|part| part.len() <= LONGEST_FORM));
    // Whoever answers the parts has everything of each derived item.
    for derivation in city[0].items.iter().filter_map(|item| item.derivation.as_ref()) {
        let part = |code: &ItemCode| asked.parts.iter().position(|part| part.iter().any(|item| item.code == *code));
        let parts: BTreeSet<Option<usize>> = derivation.operands().into_iter().map(part).collect();
        assert!(parts.len() == 1 && !parts.contains(&None), "{:?}", derivation.operands());
    }
}

#[test]
fn what_decides_a_derived_item_together_stays_together() {
    let known = sets();
    let city: Vec<&CriteriaSet> = known.iter().filter(|set| set.code.as_str() == "CITY").collect();
    let whole = form(city.iter().copied(), &Kinds::embedded().lineage("CITY"), Mode::Open, 3);
    let kept = cut(whole.clone(), city.iter().copied(), &History::default());
    let companies = companies(&city, &whole);
    assert!(kept.len() < whole.len() && companies.len() > 3);
    let of = |company: &BTreeSet<ItemCode>| kept.iter().filter(|item| company.contains(&item.code)).count();
    assert!(companies.iter().all(|company| [0, company.len()].contains(&of(company))), "{companies:?}");
    assert!(companies.iter().any(|company| of(company) > 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Any sets, any kind of window, any mode, any month, any history.
    #[test]
    fn a_form_is_short_answerable_without_repetition_and_the_same_for_everybody(
        chosen in prop::collection::vec(any::<prop::sample::Index>(), 1..8),
        kind in any::<prop::sample::Index>(),
        mode in prop::sample::select(&Mode::ALL[..]),
        month in 1..=12_u8,
        here in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
        often in prop::collection::vec((any::<prop::sample::Index>(), 1..50_u32), 0..40),
        before in prop::collection::vec((any::<prop::sample::Index>(), 1..9_u64), 0..200),
        by_day in prop::option::of(20_000..21_000_i64),
    ) {
        let known = sets();
        let picked: Vec<&CriteriaSet> = chosen.iter().map(|index| index.get(&known)).collect();
        let kinds = Kinds::embedded();
        let codes: Vec<String> = kinds.iter().map(|kind| kind.code.to_string()).collect();
        let lineage = kinds.lineage(kind.get(&codes).as_str());
        let items: Vec<&Item> = known.iter().flat_map(|set| &set.items).collect();
        let history = History {
            failed_here: here.iter().map(|index| index.get(&items).code.clone()).collect(),
            failed_in_kind: often.iter().map(|(index, times)| (index.get(&items).code.clone(), *times)).collect(),
            asked_here: before.iter().map(|(index, when)| (index.get(&items).code.clone(), Order(*when))).collect(),
            turn_by_day: by_day.map(Day::from_epoch_days),
        };
        let whole = form(picked.iter().copied(), &lineage, mode, month);
        let cut_once = cut(whole.clone(), picked.iter().copied(), &history);
        prop_assert!(cut_once.len() <= LONGEST_FORM);
        // What stays together may leave some room.
        let largest = companies(&picked, &whole).iter().map(BTreeSet::len).max().unwrap_or(1).max(1);
        prop_assert!(cut_once.len() >= whole.len().min(LONGEST_FORM + 1 - largest));
        for company in companies(&picked, &whole) {
            let kept = cut_once.iter().filter(|item| company.contains(&item.code)).count();
            prop_assert!(kept == 0 || kept == company.len(), "{kept} of {company:?}");
        }
        prop_assert_eq!(cut_once.iter().map(|item| &item.code).collect::<BTreeSet<_>>().len(), cut_once.len());
        let words: Vec<&String> = cut_once.iter().filter_map(|item| item.same.as_ref()).collect();
        prop_assert_eq!(words.iter().collect::<BTreeSet<_>>().len(), words.len());
        for item in &cut_once {
            prop_assert!(item.applies(&lineage) && item.in_season(month) && item.derivation.is_none());
            prop_assert!(item.modes.is_empty() || item.modes.contains(&mode));
            prop_assert!(item.ask.iter().any(|way| can(mode).contains(way)), "{} {}", item.code, mode.name());
        }
        // Another device: the same facts in another order of arrival.
        let again = History {
            failed_here: history.failed_here.iter().rev().cloned().collect(),
            failed_in_kind: history.failed_in_kind.iter().rev().map(|(code, times)| (code.clone(), *times)).collect(),
            asked_here: history.asked_here.iter().rev().map(|(code, when)| (code.clone(), *when)).collect(),
            turn_by_day: history.turn_by_day,
        };
        prop_assert_eq!(&cut(form(picked.iter().copied(), &lineage, mode, month), picked, &again), &cut_once);
        // Worst first.
        let rank = |item: &Item| !history.failed_here.contains(&item.code);
        prop_assert!(cut_once.is_sorted_by_key(rank));
        // At a window that is the form; elsewhere everything is asked, in parts that are as short and divide alike again.
        let owned: Vec<CriteriaSet> = chosen.iter().map(|index| index.get(&known).clone()).collect();
        let asked = asked(&owned, &lineage, mode, month, &history);
        let codes: BTreeSet<ItemCode> = asked.codes().into_iter().collect();
        prop_assert_eq!(codes.len(), asked.codes().len());
        if lineage.is_window() {
            prop_assert_eq!(asked.parts.concat(), cut_once);
        } else {
            prop_assert!(asked.left_out.is_empty() && codes.len() == whole.len());
            prop_assert!(asked.parts.iter().all(|part| (1..=LONGEST_FORM).contains(&part.len())));
            prop_assert_eq!(&parts(asked.parts.concat(), &owned), &asked.parts);
            for company in companies(&owned.iter().collect::<Vec<_>>(), &whole) {
                let of = |part: &&Vec<Item>| part.iter().any(|item| company.contains(&item.code));
                prop_assert!(company.len() > LONGEST_FORM || asked.parts.iter().filter(of).count() == 1);
            }
        }
        // What is not asked is named with the reason: cut away, or not to be found out in this mode.
        let rest = left_out(&owned, &lineage, mode, month, &codes);
        let cut_away: Vec<&Item> = rest.iter().filter(|(_, why)| *why == LeftOut::Cut).map(|(item, _)| item).collect();
        prop_assert_eq!(cut_away, asked.left_out.iter().collect::<Vec<_>>());
        for (item, why) in &rest {
            let found = item.ask.iter().any(|way| can(mode).contains(way))
                && (item.modes.is_empty() || item.modes.contains(&mode));
            prop_assert_eq!(found, *why == LeftOut::Cut, "{} {}", item.code, mode.name());
        }
    }
}
