//! Scenarios, vectors, crashers and benches over the whole product.
