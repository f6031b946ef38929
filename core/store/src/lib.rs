//! The phone's memory: one encrypted SQLite file.
