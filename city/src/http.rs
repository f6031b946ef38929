//! The routes of the city, as one can read them aloud.

use axum::Router;
use axum::routing::get;

use crate::City;

/// Every route of a city.
pub(crate) fn router(city: &City) -> Router {
    Router::new().route("/health", get(|| async { "ok" })).with_state(city.clone())
}
