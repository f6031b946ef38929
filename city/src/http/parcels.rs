//! Parcels that somebody's phone carries here: piece by piece, and the city's signed word on each.

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use mingcha_sync::{LARGEST_PARCEL_PIECE, ParcelPiece, decode, encode};

use super::answer::{Refused, cbor};
use super::caller::{Caller, at_work};
use super::letters::{bounded, unreadable};
use crate::{City, parcels};

/// What a piece needs beside its bytes.
const ENVELOPE: usize = 1024;

/// Whoever is enrolled may carry: what is in a parcel proves itself.
pub(super) async fn carry(
    State(city): State<City>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let bytes = bounded(&headers, body, LARGEST_PARCEL_PIECE.saturating_add(ENVELOPE)).await?;
    let piece: ParcelPiece = decode(&bytes).ok_or_else(unreadable)?;
    let said = at_work(move || parcels::piece(&city, caller.person.id, &piece)).await??;
    Ok(cbor(encode(&said)))
}
