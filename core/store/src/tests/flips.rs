//! Every column of every projection counts: flipped once, the hash is another.

use mingcha_model::body::{Assign, AuthorSet, Card, PhotoItem, Position, Release};
use mingcha_model::{Day, PersonId, Stage};

use super::*;

/// A feed with a row, and a value in every column, of every table.
fn everything() -> Feed {
    let mut feed = Feed::new(area(1));
    let mut enter = site(3, 1);
    if let Body::SiteEnter(site) = &mut enter {
        site.position = Some(Position { latitude_e7: 1, longitude_e7: 2, datum: mingcha_model::body::Datum::Gcj02 });
    }
    feed.say(op(CITY, 1), id(10), &enter, "Hall");
    let mut open = opening(id(10), Mode::Special);
    if let Body::VisitOpen(open) = &mut open {
        open.campaign = Some(id(30).into());
        open.task = Some(id(31).into());
    }
    feed.say(op(ANNA, 1), id(11), &open, "");
    let submit =
        Body::VisitSubmit(mingcha_model::body::VisitSubmit { obtained: 1, obtainable: 1, missing: 0, counted: None });
    feed.say(op(ANNA, 2), id(11), &submit, "");
    feed.say(op(ANNA, 3), id(11), &answer("W5-1", Value::Yes), "note");
    feed.say(op(BERT, 1), id(11), &answer("W5-1", Value::No), "");
    feed.say(op(BERT, 2), id(14), &Body::PhotoItem(PhotoItem { item: None }), "");
    feed.say(op(ANNA, 4), id(12), &raising(id(11), id(10)), "dirty");
    feed.push(op(ANNA, 5), id(12), &feedback(), "clean it", &[op(BERT, 9)], Flags::LATE);
    let number = Body::NumberGive(mingcha_model::body::NumberGive { number: "2026-1".into(), feedback: None });
    feed.say(op(CITY, 2), id(12), &number, "");
    let position = feed.entries.len();
    let mut moved = feed.entries[6].clone();
    (moved.position, moved.op.seq, moved.op.origin) = (position as u64 + 1, 6, Some(op(BERT, 8)));
    moved.op.body = feedback().to_bytes();
    moved.op.kind = feedback().kind();
    feed.append(moved);
    feed.push(op(BERT, 3), id(12), &feedback(), "held", &[], Flags::HELD);
    feed.say(op(CITY, 3), id(12), &Body::Release(Release { op: op(BERT, 3) }), "");
    let card = Card {
        number: None,
        site: SiteId(id(10)),
        item: item("W5-1"),
        severity: Severity::Minor,
        stage: Stage::Noticed,
        result_count: 0,
        feedback_day: None,
        notice_day: None,
        deadline: Some(Day::from_epoch_days(20_000)),
        extension: None,
        photos: vec![],
        submissions: vec![],
        results: vec![],
        includes: vec![],
        suspended: false,
        appealed: false,
        provisional: false,
        recheck_due: None,
        supervision_day: None,
        suspended_until: None,
        notices: 0,
        duplicate_of: None,
        set: None,
    };
    feed.say(op(CITY, 4), id(15), &Body::CardWrite(card), "demand");
    let assign = Assign {
        site: SiteId(id(10)),
        person: PersonId(id(20)),
        from: Day::from_epoch_days(1),
        due: Day::from_epoch_days(2),
        campaign: Some(id(30).into()),
    };
    feed.say(op(CITY, 5), id(16), &Body::Assign(assign), "");
    feed.say(op(CITY, 6), EntityId(ANNA.0), &Body::AuthorSet(AuthorSet { person: None }), "inspector 1");
    feed
}

#[test]
fn a_changed_value_in_any_column_of_any_row_shows_in_the_hash() {
    let feed = everything();
    let mut phone = phone();
    feed.pull(&mut phone.store);
    let kept = hash(&phone.store, area(1));
    let connection = &phone.store.connection;
    connection.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;").unwrap();
    let mut flipped = 0;
    for table in crate::hash::ALL {
        let table = table.table;
        let rows: i64 = connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
        assert!(rows > 0, "{table} has a row to flip");
        let columns: Vec<(String, String, i64)> = connection
            .prepare(&format!("SELECT name, type, pk FROM pragma_table_info('{table}')"))
            .unwrap()
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        let key = columns.iter().filter(|(_, _, key)| *key > 0).map(|(name, _, _)| name.as_str());
        let key = key.collect::<Vec<_>>().join(", ");
        for (column, kind, _) in &columns {
            // Which feed's row a list shows depends on all feeds; the number of an entity's row is this file's own,
            // and what hangs on it is flipped as `entity` elsewhere.
            if table == "entity" && ["shown", "key"].contains(&column.as_str()) {
                continue;
            }
            let other = match (column.as_str(), kind.as_str()) {
                ("log", "INTEGER") => format!("(SELECT max(key) FROM log_name) - {column}"),
                (_, "INTEGER") => format!("coalesce({column}, 0) + 1000"),
                (_, "TEXT") => format!("coalesce({column}, '') || 'x'"),
                _ => format!("CAST(coalesce({column}, x'') || x'00' AS BLOB)"),
            };
            for row in 0..rows {
                connection.execute_batch("SAVEPOINT flip").unwrap();
                let one = format!("SELECT {key} FROM {table} ORDER BY {key} LIMIT 1 OFFSET {row}");
                let changed = connection
                    .execute(&format!("UPDATE {table} SET {column} = {other} WHERE ({key}) IN ({one})"), [])
                    .unwrap();
                assert_eq!(changed, 1);
                let seen = phone.store.recompute_hash(&area(1)).unwrap();
                assert_ne!(seen, kept, "{table}.{column} of row {row} was changed unseen");
                connection.execute_batch("ROLLBACK TO flip; RELEASE flip").unwrap();
                flipped += 1;
            }
        }
    }
    assert!(flipped > 150, "{flipped} values");
    assert_eq!(phone.store.recompute_hash(&area(1)).unwrap(), kept);
}

#[test]
fn a_row_that_was_taken_away_or_added_shows_in_the_hash() {
    let feed = everything();
    let mut phone = phone();
    feed.pull(&mut phone.store);
    let kept = hash(&phone.store, area(1));
    phone.store.connection.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    for table in crate::hash::ALL {
        let table = table.table;
        phone.store.connection.execute_batch(&format!("SAVEPOINT gone; DELETE FROM {table}")).unwrap();
        assert_ne!(phone.store.recompute_hash(&area(1)).unwrap(), kept, "{table}");
        phone.store.connection.execute_batch("ROLLBACK TO gone; RELEASE gone").unwrap();
    }
}
