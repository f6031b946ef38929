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
        // A process for a story to kill.
        .executableTarget(name: "UndercoverVisit", dependencies: ["Mingcha", "Hardware"], path: "Tests/UndercoverVisit"),
        // A process that measures calls: `cargo xtask bench seam`.
        .executableTarget(name: "SeamBench", dependencies: ["MingchaCore"], path: "Tests/SeamBench"),
        .target(name: "Hardware", dependencies: ["Mingcha"], path: "Tests/Hardware"),
        .testTarget(name: "MingchaTests", dependencies: ["Mingcha", "Hardware", "UndercoverVisit"]),
    ]
)
