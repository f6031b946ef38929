//! The city backend: judges, orders, routes.
