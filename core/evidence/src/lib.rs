//! Photos: read, orient, shrink, hash, seal.
