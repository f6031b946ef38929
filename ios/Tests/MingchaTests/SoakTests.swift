import Foundation
import Phones
import Testing

/// A small one of the long runs that `cargo xtask soak swift` makes.
@Suite
struct SoakTests {
    @Test("hundreds of openings and thousands of pages leave no object, file or thread behind")
    func small() throws {
        let said = try Child(["soak", "300", "3000"]).end()
        #expect(said.contains("an opening: 75 times") && said.contains("a state: 225 times"), "\(said)")
    }
}
