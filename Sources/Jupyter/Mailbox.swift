import Foundation
import Synchronization

/// What other threads leave for one that waits on sockets: a list, and a pipe that wakes it.
final class Mailbox<Letter: Sendable>: Sendable {
  private let letters = Mutex<[Letter]>([])
  /// Can be read from while there are letters.
  let descriptor: Int32
  private let bell: Int32

  init() throws {
    var pair: [Int32] = [-1, -1]
    guard pipe(&pair) == 0 else {
      throw MessagingError("cannot make a pipe: \(String(cString: strerror(errno)))")
    }
    for end in pair {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    descriptor = pair[0]
    bell = pair[1]
  }

  deinit {
    close(descriptor)
    close(bell)
  }

  /// Leaves a letter, from any thread.
  func post(_ letter: Letter) {
    letters.withLock { $0.append(letter) }
    ring()
  }

  /// Wakes who waits, without a letter.
  func ring() {
    var byte: UInt8 = 1
    // A full pipe wakes as well.
    _ = write(bell, &byte, 1)
  }

  /// All letters, in order; there are none afterwards.
  func takeAll() -> [Letter] {
    var bytes = [UInt8](repeating: 0, count: 512)
    while read(descriptor, &bytes, bytes.count) > 0 {}
    return letters.withLock { letters in
      defer { letters = [] }
      return letters
    }
  }
}
