import Foundation
import Mingcha
import Phones

// A process of its own, for a story to kill, to share a folder with, or to read the output of.
let words = CommandLine.arguments
do {
    switch words[1] {
    case "undercover": try await undercoverVisit(below: URL(fileURLWithPath: words[2]), now: words[3])
    case "second": try await secondProcess(below: URL(fileURLWithPath: words[2]), now: words[3])
    case "canaries": try await canaries(below: URL(fileURLWithPath: words[2]), now: words[3], tomorrow: URL(fileURLWithPath: words[4]))
    case "soak": try await soak(openings: Int(words[2]) ?? 0, pages: Int(words[3]) ?? 0)
    default: throw Failed(words: words)
    }
} catch {
    say("\(error)")
    exit(1)
}

/// Says a line at once, whoever reads it.
func say(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }
