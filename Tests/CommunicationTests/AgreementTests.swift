import Communication
import Foundation
import Support
import Testing

struct AgreementTests {
  private struct Broken: LineError { let description = "cat.png is damaged" }

  @Test func everyoneKnowsWhatEachCameTo() throws {
    let all = ThreadCommunicator.run(4) { communicator in
      try communicator.agree(on: "counting") {
        [UInt8](repeating: UInt8(communicator.rank), count: communicator.rank)
      }
    }
    for result in all { #expect(try result.get() == [[], [1], [2, 2], [3, 3, 3]]) }
  }

  @Test func whatFailsOnOneFailsOnAllInOneLineThatNamesIt() {
    let all = ThreadCommunicator.run(3) { communicator in
      try communicator.agree(on: "reading") {
        if communicator.rank == 1 { throw Broken() }
        return []
      }
    }
    for result in all {
      #expect(throws: RankFailure.self) { try result.get() }
      if case .failure(let error) = result {
        #expect("\(error)" == "rank 1 of 3 on thread2: cat.png is damaged")
      }
    }
  }

  @Test func aFailureThatIsToldAgainNamesItsProcessOnce() {
    let all = ThreadCommunicator.run(2) { communicator in
      try communicator.agree(on: "a stage") {
        _ = try communicator.agree(on: "a batch") {
          if communicator.rank == 1 { throw Broken() }
          return []
        }
        return []
      }
    }
    for case .failure(let error) in all {
      #expect("\(error)" == "rank 1 of 2 on thread2: cat.png is damaged")
    }
    #expect(all.allSatisfy { (try? $0.get()) == nil })
  }

  @Test func whenOneIsAskedToStopAllStop() {
    let all = ThreadCommunicator.run(3) { communicator in
      try communicator.agree(on: "a batch") {
        if communicator.rank == 2 { throw Interrupted() }
        return []
      }
    }
    for result in all { #expect(throws: Interrupted.self) { try result.get() } }
  }

  @Test func processesThatDoDifferentThingsAreTold() {
    let all = ThreadCommunicator.run(2) { communicator in
      try communicator.agree(on: communicator.rank == 0 ? "training" : "a trace") { [] }
    }
    for case .failure(let error) in all {
      let line = "\(error)"
      #expect(line.contains("training") && line.contains("a trace") && !line.contains("\n"), "\(line)")
    }
    #expect(all.allSatisfy { (try? $0.get()) == nil })
  }

  @Test func nobodyWaitsForOneThatHasLeft() {
    let all = ThreadCommunicator.run(3) { communicator in
      if communicator.rank == 0 { throw Broken() }
      try communicator.barrier()
    }
    #expect(throws: Broken.self) { try all[0].get() }
    for result in all.dropFirst() { #expect(throws: CommunicationError.self) { try result.get() } }
  }

  @Test func bytesOfAnyLengthReachEveryone() throws {
    let all = ThreadCommunicator.run(3) { communicator in
      let mine = [UInt8]("rank \(communicator.rank)".utf8)
      let first = try communicator.broadcast(communicator.isFirst ? mine : [], from: 0)
      let second = try communicator.ofFirst("asking") { communicator.isFirst ? [7] : [9] }
      return [first, second]
    }
    for result in all { #expect(try result.get() == [Array("rank 0".utf8), [7]]) }
  }

  @Test func packedNumbersReadBackAndShortOnesAreRefused() throws {
    var packed = PackedBytes()
    packed.append(-3)
    packed.append(0.1)
    packed.append([Float](arrayLiteral: 1, .infinity, -0.0))
    packed.append([5, .min])
    packed.append("ä")
    var reader = PackedReader(packed.bytes)
    #expect(try reader.int() == -3)
    #expect(try reader.double() == 0.1)
    #expect(try reader.floats().map(\.bitPattern) == [Float(1), .infinity, -0.0].map(\.bitPattern))
    #expect(try reader.ints() == [5, .min])
    #expect(try reader.text() == "ä")
    #expect(reader.isAtEnd)
    #expect(throws: CommunicationError.self) { try reader.int() }
    for count in 0..<packed.bytes.count {
      var short = PackedReader(Array(packed.bytes.prefix(count)))
      #expect(throws: CommunicationError.self) {
        _ = try short.int()
        _ = try short.double()
        _ = try short.floats()
        _ = try short.ints()
        _ = try short.text()
      }
    }
  }
}
