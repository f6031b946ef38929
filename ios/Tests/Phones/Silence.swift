import Foundation
#if canImport(Glibc)
import Glibc
private let stream = Int32(SOCK_STREAM.rawValue)
#else
import Darwin
private let stream = SOCK_STREAM
#endif

/// Somebody who listens at an address, takes a letter, and says nothing.
public final class Silence: @unchecked Sendable {
    private let door: Int32
    private var line: Int32 = -1

    /// Listens on this port of this machine.
    public init(port: UInt16) throws {
        door = socket(AF_INET, stream, 0)
        var again: Int32 = 1
        setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &again, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(door, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard bound == 0, listen(door, 1) == 0 else { throw Failed(words: ["cannot listen on", String(port)]) }
    }

    /// Waits until somebody knocks.
    public func knocked() { line = accept(door, nil, nil) }

    /// Hangs up.
    public func hangUp() {
        close(line)
        close(door)
    }
}
