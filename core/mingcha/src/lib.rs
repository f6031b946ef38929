//! The façade that hosts use.
