//! The wire: segments, pages, receipts, and the correspondence as a state machine without I/O.
