import Foundation
import Support
import Synchronization
import TestSupport
import Testing

/// What several threads of one process write at once: each write is whole, and an exclusive file has one maker.
@Suite struct SimultaneousWritesTests {
  private static let threads = 8

  @Test func anExclusiveFileHasOneMaker() throws {
    let folder = try TemporaryFolder()
    for number in 0..<200 {
      let file = folder.path / "\(number).json"
      let makers = Mutex<[Int]>([])
      let failures = Mutex<[String]>([])
      DispatchQueue.concurrentPerform(iterations: Self.threads) { thread in
        do {
          if try ExclusiveFile.create("thread \(thread)", at: file) { makers.withLock { $0.append(thread) } }
        } catch { failures.withLock { $0.append("\(error)") } }
      }
      let made = makers.withLock { $0 }
      #expect(made.count == 1 && failures.withLock { $0 } == [])
      #expect(try String(contentsOf: file.url, encoding: .utf8) == "thread \(made.first ?? -1)")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path.string).count == 200)
  }

  @Test func aFileThatManyReplaceIsOneOfTheirs() throws {
    let folder = try TemporaryFolder()
    let file = folder.path / "many.txt"
    let texts = (0..<Self.threads).map { String(repeating: "\($0)", count: 1000 + 500 * $0) }
    let failures = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: Self.threads) { thread in
      for _ in 0..<25 {
        do {
          try AtomicFile.write(to: file, durable: false) { output in
            // In pieces, so that the writes of several threads overlap.
            for start in stride(from: 0, to: texts[thread].count, by: 100) {
              try output.append(Data(texts[thread].utf8.dropFirst(start).prefix(100)))
            }
          }
          let read = try String(contentsOf: file.url, encoding: .utf8)
          if !texts.contains(read) {
            failures.withLock { $0.append("read \(read.prefix(20)), \(read.count)") }
          }
        } catch { failures.withLock { $0.append("\(error)") } }
      }
    }
    #expect(failures.withLock { $0 } == [])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path.string) == ["many.txt"])
  }
}
