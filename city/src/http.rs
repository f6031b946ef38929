//! The routes of the city, as one can read them aloud.
//!
//! Every request stands alone and every answer is CBOR or an RFC 9457 problem with a stable code. Nothing personal is
//! logged: the route's template, the status and the milliseconds.

mod answer;
mod caller;
mod letters;
mod padding;
mod parcels;
mod photos;
mod receive;
mod tus;
mod uploads;

pub(crate) use caller::Caller;

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post, put};
use mingcha_sync::Problem;

use crate::{City, clock};

/// Every route of a city.
pub(crate) fn router(city: &City) -> Router {
    Router::new()
        .route("/health", get(|| async { "ok" }))
        .route("/ready", get(letters::ready))
        .route("/v1/enrol", post(letters::enrol))
        .route("/v1/hello", post(letters::hello))
        .route("/v1/pull", post(letters::pull))
        .route("/v1/logs/{log}", get(letters::own_log))
        .route("/v1/logs/{log}/{first_seq}", put(letters::push).post(letters::give_back))
        .route("/v1/files", post(letters::files))
        .route("/v1/erased", post(letters::erased))
        .route("/v1/photos", post(uploads::create).options(tus::options))
        .route(
            "/v1/photos/{photo}/{copy}",
            get(photos::give)
                .head(uploads::ask)
                .patch(uploads::append)
                .delete(uploads::end)
                .post(uploads::overridden)
                .options(tus::options),
        )
        .route("/v1/parcels", post(parcels::carry))
        .route("/v1/published/{sha256}", get(photos::give_published))
        .fallback(no_such_route)
        .method_not_allowed_fallback(no_such_method)
        .layer(from_fn(padding::padded))
        .layer(from_fn(logged))
        .with_state(city.clone())
}

async fn no_such_route() -> Response {
    let detail = "没有此地址，请升级应用 / there is nothing here: update the app";
    answer::problem(&Problem::new(404, "route_unknown", detail))
}

async fn no_such_method() -> Response {
    let detail = "不支持此方法，请升级应用 / this is asked for in another way: update the app";
    answer::problem(&Problem::new(405, "method_unknown", detail))
}

/// One line for each request, with nothing in it that says who asked or for what.
async fn logged(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    let begun = clock::stopwatch();
    let response = next.run(request).await;
    let millis = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let status = response.status();
    if status == StatusCode::INTERNAL_SERVER_ERROR {
        tracing::error!(%method, route, status = status.as_u16(), millis, "answered");
    } else {
        tracing::info!(%method, route, status = status.as_u16(), millis, "answered");
    }
    response.into_response()
}
