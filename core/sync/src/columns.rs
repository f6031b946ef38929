//! The generic columns of ops, apart from their bodies (format): frozen, so that a city one version older
//! passes on kinds that it does not know without encoding anything again.
//!
//! Columns repeat little: ids stand once in a table, numbers as differences, so that zstd has almost nothing left to do.

use std::collections::HashMap;

use mingcha_model::{EntityId, Kind, LARGEST_BODY, LARGEST_OVER, LogId, MOST_TEXTS, Op, OpId};

use crate::column::{BadColumn, Reader, Writer};

/// Turns ids into small numbers by first appearance.
struct Table<T> {
    places: HashMap<T, usize>,
    order: Vec<T>,
    previous: i64,
}

impl<T: Copy + Eq + std::hash::Hash> Table<T> {
    fn new() -> Self {
        Self { places: HashMap::new(), order: Vec::new(), previous: -1 }
    }

    fn place(&mut self, id: T) -> usize {
        let next = self.order.len();
        let place = *self.places.entry(id).or_insert(next);
        if place == next {
            self.order.push(id);
        }
        place
    }

    /// The difference to the id written before: 0 for the same, 1 for a new one after it.
    fn step(&mut self, id: T) -> i64 {
        let place = i64::try_from(self.place(id)).unwrap_or(i64::MAX);
        let step = place.wrapping_sub(self.previous);
        self.previous = place;
        step
    }
}

/// What [`write`] makes of a run of ops.
pub struct Written {
    pub columns: Vec<u8>,
    pub bodies: Vec<u8>,
}

/// Writes the columns and bodies of ops. `of_page` names each op's log where they come from several.
pub fn write<T>(ops: &[&Op<T>], of_page: Option<&[LogId]>) -> Written {
    let mut entities = Table::new();
    let mut logs = Table::new();
    let (mut entity, mut log, mut sequence) = (Writer::default(), Writer::default(), Writer::default());
    let (mut kind, mut at, mut over, mut origin, mut lengths, mut texts) = (
        Writer::default(),
        Writer::default(),
        Writer::default(),
        Writer::default(),
        Writer::default(),
        Writer::default(),
    );
    let mut bodies = Vec::new();
    let mut previous_at = 0_i64;
    let mut next_of_log: HashMap<LogId, u64> = HashMap::new();
    for (place, op) in ops.iter().enumerate() {
        entity.signed(entities.step(op.entity));
        if let Some(of) = of_page.and_then(|logs| logs.get(place)) {
            log.signed(logs.step(*of));
            let expected = next_of_log.entry(*of).or_insert(0);
            sequence.signed(op.seq.wrapping_sub(*expected).cast_signed());
            *expected = op.seq.wrapping_add(1);
        }
        kind.unsigned(u64::from(op.kind.0));
        kind.unsigned(u64::from(op.kind_version));
        at.signed(op.at.wrapping_sub(previous_at));
        previous_at = op.at;
        over.length(op.over.len());
        for named in &op.over {
            over.length(logs.place(named.log));
            over.unsigned(named.seq);
        }
        match op.origin {
            None => origin.unsigned(0),
            Some(id) => {
                origin.length(logs.place(id.log).saturating_add(1));
                origin.unsigned(id.seq);
            }
        }
        lengths.length(op.body.len());
        bodies.extend_from_slice(&op.body);
        texts.length(op.texts.len());
    }
    let mut columns = Writer::default();
    columns.length(ops.len());
    columns.length(logs.order.len());
    logs.order.iter().for_each(|id| columns.bytes(&id.0));
    columns.length(entities.order.len());
    entities.order.iter().for_each(|id| columns.bytes(&id.0));
    for column in [entity, log, sequence, kind, at, over, origin, lengths, texts] {
        let column = column.finish();
        columns.length(column.len());
        columns.bytes(&column);
    }
    Written { columns: columns.finish(), bodies }
}

/// Sequences beyond this cannot be kept by a store: 2^62, far above what a log ever holds (format).
const LARGEST_SEQUENCE: u64 = 1 << 62;

fn sequence_of(seq: u64) -> Result<u64, BadColumn> {
    if seq > LARGEST_SEQUENCE { Err(BadColumn) } else { Ok(seq) }
}

/// What [`read`] finds: ops whose texts are still only counted, and each op's log in a page.
pub struct Found {
    pub ops: Vec<Op<()>>,
    pub logs: Vec<LogId>,
}

/// Reads columns and bodies; `first_seq` is given for a segment, whose ops are dense.
pub fn read(columns: &[u8], bodies: &[u8], most_ops: usize, first_seq: Option<u64>) -> Result<Found, BadColumn> {
    let mut columns = Reader::new(columns);
    let count = columns.length()?;
    if count > most_ops {
        return Err(BadColumn);
    }
    let log_table = table::<16>(&mut columns)?;
    let entity_table = table::<16>(&mut columns)?;
    let mut parts = [const { Reader::empty() }; 9];
    for part in &mut parts {
        let length = columns.length()?;
        *part = Reader::new(columns.slice(length)?);
    }
    if columns.remaining() != 0 {
        return Err(BadColumn);
    }
    let [mut entity, mut log, mut sequence, mut kind, mut at, mut over, mut origin, mut lengths, mut texts] = parts;
    let mut bodies = Reader::new(bodies);
    let (mut entity_place, mut log_place, mut last_at) = (-1_i64, -1_i64, 0_i64);
    let mut next_of_log: HashMap<LogId, u64> = HashMap::new();
    let mut found = Found { ops: Vec::with_capacity(count), logs: Vec::new() };
    for place in 0..count {
        let entity = EntityId(stepped(&entity_table, &mut entity_place, entity.signed()?)?);
        let seq = if let Some(first) = first_seq {
            u64::try_from(place).ok().and_then(|place| first.checked_add(place)).ok_or(BadColumn)?
        } else {
            let id = LogId(stepped(&log_table, &mut log_place, log.signed()?)?);
            found.logs.push(id);
            let expected = next_of_log.entry(id).or_insert(0);
            let seq = expected.wrapping_add(sequence.signed()?.cast_unsigned());
            *expected = seq.wrapping_add(1);
            seq
        };
        let seq = sequence_of(seq)?;
        let kind_number = u16::try_from(kind.unsigned()?).map_err(|_| BadColumn)?;
        let kind_version = u8::try_from(kind.unsigned()?).map_err(|_| BadColumn)?;
        last_at = last_at.wrapping_add(at.signed()?);
        let named = over.length()?;
        if named > LARGEST_OVER {
            return Err(BadColumn);
        }
        let over = (0..named)
            .map(|_| {
                let log = log_table.get(over.length()?).ok_or(BadColumn)?;
                Ok(OpId { log: LogId(*log), seq: sequence_of(over.unsigned()?)? })
            })
            .collect::<Result<Vec<_>, BadColumn>>()?;
        let origin = match origin.length()?.checked_sub(1) {
            None => None,
            Some(place) => {
                let log = log_table.get(place).ok_or(BadColumn)?;
                Some(OpId { log: LogId(*log), seq: sequence_of(origin.unsigned()?)? })
            }
        };
        let length = lengths.length()?;
        if length > LARGEST_BODY {
            return Err(BadColumn);
        }
        let body = bodies.slice(length)?.to_vec();
        let text_count = texts.length()?;
        if text_count > MOST_TEXTS {
            return Err(BadColumn);
        }
        found.ops.push(Op {
            seq,
            kind: Kind(kind_number),
            kind_version,
            entity,
            at: last_at,
            over,
            origin,
            body,
            texts: vec![(); text_count],
        });
    }
    let left = [entity, log, sequence, kind, at, over, origin, lengths, texts, bodies];
    if left.iter().any(|reader| reader.remaining() != 0) {
        return Err(BadColumn);
    }
    Ok(found)
}

fn table<const N: usize>(columns: &mut Reader<'_>) -> Result<Vec<[u8; N]>, BadColumn> {
    let count = columns.length()?;
    if count > columns.remaining().checked_div(N).unwrap_or(0) {
        return Err(BadColumn);
    }
    (0..count).map(|_| columns.array::<N>()).collect()
}

fn stepped<const N: usize>(table: &[[u8; N]], place: &mut i64, step: i64) -> Result<[u8; N], BadColumn> {
    *place = place.checked_add(step).ok_or(BadColumn)?;
    usize::try_from(*place).ok().and_then(|place| table.get(place)).copied().ok_or(BadColumn)
}
