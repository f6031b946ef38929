import XCTest

/// A value that must be there; of what was awaited, which `XCTUnwrap` cannot do.
func unwrapped<T>(_ value: T?) throws -> T { try XCTUnwrap(value) }
