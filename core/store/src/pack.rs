//! Small things as the columns hold them: lists as CBOR, nothing as no bytes, large numbers refused.
//!
//! SQLite's integers end at 2^63 - 1. A sequence, order or position beyond that was never written by any honest city,
//! so it is refused before it is stored; the largest value stands for [`Order::LAST`].

use mingcha_model::{Day, Digest, EntityId, LogId, OpId, Order, Text};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use crate::StoreError;

pub(crate) fn whole(value: u64) -> Result<i64, StoreError> {
    match i64::try_from(value) {
        Ok(whole) if whole < i64::MAX => Ok(whole),
        _ => Err(StoreError::TooLarge("a number of 2^63 or more")),
    }
}

pub(crate) fn natural(value: i64) -> Result<u64, StoreError> {
    u64::try_from(value).map_err(|_| StoreError::BadRow("a number below zero"))
}

pub(crate) fn order_column(order: Order) -> Result<i64, StoreError> {
    if order == Order::LAST { Ok(i64::MAX) } else { whole(order.0) }
}

pub(crate) fn order(value: i64) -> Result<Order, StoreError> {
    if value == i64::MAX { Ok(Order::LAST) } else { natural(value).map(Order) }
}

pub(crate) fn id(bytes: &[u8]) -> Result<EntityId, StoreError> {
    bytes.try_into().map(EntityId).map_err(|_| StoreError::BadRow("an id of 16 bytes"))
}

pub(crate) fn log(bytes: &[u8]) -> Result<LogId, StoreError> {
    bytes.try_into().map(LogId).map_err(|_| StoreError::BadRow("a log id of 16 bytes"))
}

pub(crate) fn digest(bytes: &[u8]) -> Result<Digest, StoreError> {
    bytes.try_into().map(Digest).map_err(|_| StoreError::BadRow("a SHA-256 of 32 bytes"))
}

/// CBOR of a value; nothing when writing into memory fails, which it cannot.
pub(crate) fn cbor<T: Encode<()>>(value: &T) -> Vec<u8> {
    minicbor::to_vec(value).unwrap_or_default()
}

pub(crate) fn from_cbor<'b, T: Decode<'b, ()>>(bytes: &'b [u8], what: &'static str) -> Result<T, StoreError> {
    minicbor::decode(bytes).map_err(|_| StoreError::BadRow(what))
}

pub(crate) fn over_column(over: &[OpId]) -> Vec<u8> {
    if over.is_empty() { Vec::new() } else { cbor(&over) }
}

pub(crate) fn over(bytes: &[u8]) -> Result<Vec<OpId>, StoreError> {
    if bytes.is_empty() { Ok(Vec::new()) } else { from_cbor(bytes, "what an op replaces") }
}

pub(crate) fn origin_column(origin: Option<OpId>) -> Option<Vec<u8>> {
    origin.as_ref().map(cbor)
}

pub(crate) fn origin(bytes: Option<&[u8]>) -> Result<Option<OpId>, StoreError> {
    bytes.map(|bytes| from_cbor(bytes, "where an op stood before")).transpose()
}

/// Words without their salts; an erased text is nothing but the fact that it was there.
pub(crate) fn texts_column(texts: &[Text]) -> Vec<u8> {
    words_column(texts.iter().map(Text::words))
}

pub(crate) fn own_texts_column(texts: &[String]) -> Vec<u8> {
    words_column(texts.iter().map(|text| Some(text.as_str())))
}

fn words_column<'t>(texts: impl ExactSizeIterator<Item = Option<&'t str>>) -> Vec<u8> {
    if texts.len() == 0 {
        return Vec::new();
    }
    let words: Vec<Option<&str>> = texts.collect();
    cbor(&words)
}

pub(crate) fn texts(bytes: &[u8]) -> Result<Vec<Option<String>>, StoreError> {
    if bytes.is_empty() { Ok(Vec::new()) } else { from_cbor(bytes, "the words of an op") }
}

/// The same words, each erased.
pub(crate) fn without_words(column: &[u8]) -> Result<Vec<u8>, StoreError> {
    let count = texts(column)?.len();
    Ok(words_column(vec![None; count].into_iter()))
}

/// One value of a register as its row holds it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct Written {
    #[n(0)]
    pub(crate) flags: u8,
    #[n(1)]
    pub(crate) at: i64,
    #[n(2)]
    pub(crate) body: ByteVec,
    #[n(3)]
    pub(crate) texts: ByteVec,
}

/// A live value beside the latest one.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct Sibling {
    #[n(0)]
    pub(crate) id: OpId,
    #[n(1)]
    pub(crate) ord: Order,
    #[n(2)]
    pub(crate) written: Written,
}

/// What a register holds beside its latest value; absent when that is all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct Rest {
    #[n(0)]
    pub(crate) siblings: Vec<Sibling>,
    #[n(1)]
    pub(crate) covered: Vec<OpId>,
}

/// The number of a variant of an enum that is written by its index.
pub(crate) fn code<T: Encode<()>>(value: &T) -> i64 {
    minicbor::decode::<u32>(&cbor(value)).map_or(-1, i64::from)
}

/// The variant of this number.
pub(crate) fn from_code<T: for<'b> Decode<'b, ()>>(code: i64, what: &'static str) -> Result<T, StoreError> {
    from_cbor(&cbor(&natural(code)?), what)
}

/// A day as days since 1970.
pub(crate) fn day(days: i64) -> Day {
    Day::from_epoch_days(days)
}
