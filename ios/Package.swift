// swift-tools-version: 6.0
// The core for Swift: what UniFFI wrote (`cargo xtask bind swift` puts it into MingchaFFI and MingchaCore) and the façade that apps use.
import PackageDescription

let package = Package(
    name: "Mingcha",
    platforms: [.iOS(.v16), .macOS(.v13)],
    products: [.library(name: "Mingcha", targets: ["Mingcha"])],
    targets: [
        .systemLibrary(name: "MingchaFFI"),
        .target(name: "MingchaCore", dependencies: ["MingchaFFI"]),
        .target(name: "Mingcha", dependencies: ["MingchaCore"]),
        // What stories stand on: phones' hardware, a city that really serves, people.
        .target(name: "Phones", dependencies: ["Mingcha"], path: "Tests/Phones"),
        // A process for a story to kill, to share a folder with, to read the output of.
        .executableTarget(name: "OtherProcess", dependencies: ["Mingcha", "Phones", "Heap"], path: "Tests/OtherProcess"),
        // How much memory lives, asked of the system's own allocator.
        .systemLibrary(name: "Heap", path: "Tests/Heap"),
        // A process that measures calls: `cargo xtask bench seam`.
        .executableTarget(name: "SeamBench", dependencies: ["Mingcha"], path: "Tests/SeamBench"),
        .testTarget(name: "MingchaTests", dependencies: ["Mingcha", "Phones", "OtherProcess"]),
    ]
)
