import Communication
import Support
import Testing

struct LongWaitTests {
  @Test func whoSaysNothingIsAbsentAndTheFirstOfTheOthersSpeaks() {
    var attendance = Attendance(rank: 2, size: 4)
    attendance.note(2, in: 7)
    #expect(attendance.absent(from: 7) == [0, 1, 3])
    #expect(attendance.isSpeaker(in: 7))
    // One that has gone on to a later meeting has been at this one; an older word says nothing.
    attendance.note(1, in: 8)
    attendance.note(3, in: 6)
    #expect(attendance.absent(from: 7) == [0, 3])
    #expect(!attendance.isSpeaker(in: 7))
    // What no process can have told is left.
    attendance.note(4, in: 7)
    #expect(attendance.absent(from: 8) == [0, 2, 3])
  }

  @Test func aWaitWithoutALimitIsToldOfAndGoesOn() {
    var wait = LongWait(rank: 0, size: 2, limit: nil)
    wait.begin()
    #expect(wait.step(at: 100) == .goOn)
    #expect(wait.step(at: 159) == .goOn)
    #expect(wait.step(at: 161) == .tell)
    #expect(wait.step(at: 161.5) == .goOn)
    #expect(wait.step(at: 163) == .say(seconds: 63))
    #expect(wait.step(at: 100_000) == .goOn)
    // The next one takes longer until it is told of.
    wait.begin()
    #expect(wait.step(at: 0) == .goOn)
    #expect(wait.step(at: 119) == .goOn)
    #expect(wait.step(at: 121) == .tell)
  }

  @Test func aLimitEndsAllByTheFirstThatWaits() {
    var first = LongWait(rank: 0, size: 3, limit: 10)
    var other = LongWait(rank: 2, size: 3, limit: 10)
    for _ in 0..<2 {
      first.begin()
      other.begin()
    }
    #expect(first.step(at: 0) == .goOn && other.step(at: 0) == .goOn)
    #expect(first.step(at: 6) == .tell && other.step(at: 6) == .tell)
    first.attendance.note(2, in: other.meeting)
    other.attendance.note(0, in: first.meeting)
    #expect(first.step(at: 9) == .goOn && other.step(at: 9) == .goOn)
    #expect(first.step(at: 11) == .end(seconds: 10))
    #expect(other.step(at: 11) == .goOn)
    #expect(first.attendance.absent(from: first.meeting) == [1])
    // Where the first cannot be reached any more, another ends what it can.
    #expect(other.step(at: 41) == .end(seconds: 10))
  }

  @Test func theLineNamesRankAndMachine() throws {
    let lines = try ThreadCommunicator.run(3) { communicator in
      [
        communicator.lineOfAbsence([1], seconds: 60), communicator.lineOfAbsence([1, 2], seconds: 60),
        communicator.lineOfAbsence([], seconds: 60),
      ]
    }[0].get()
    #expect(lines[0] == "rank 1 of 3 on thread2: the other ranks have waited for 60 s")
    #expect(lines[1] == "rank 1 of 3 on thread2 and 1 more: the other ranks have waited for 60 s")
    #expect(lines[2].hasPrefix("rank 0 of 3 on thread1: all ranks have waited"))
  }

  @Test func aLimitIsSeconds() throws {
    #expect(try LongWait.limit([:]) == nil)
    #expect(try LongWait.limit([LongWait.variable: ""]) == nil)
    #expect(try LongWait.limit([LongWait.variable: "600"]) == 600)
    for text in ["0", "-1", "1.5", "soon"] {
      #expect(throws: CommunicationError.self) { try LongWait.limit([LongWait.variable: text]) }
    }
  }
}
