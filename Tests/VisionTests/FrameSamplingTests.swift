import Support
import Testing
import Vision

/// The frames that clips are made of, by the formulae of TSM and AR-Net. Here frames count from 0; their code counts from 1.
@Suite struct FrameSamplingTests {
  private static let random = CounterRandom(seed: 3, stream: "frames")

  private func frames(
    _ method: FrameSampling.Method, _ count: Int, _ segments: Int, clip: Int = 0,
    short: FrameSampling.Short = .first, random: CounterRandom = Self.random
  ) throws -> [Int] {
    try FrameSampling(method, segments: segments, short: short).frames(of: count, clip: clip, random: random)
  }

  /// The lists are what the formula gives in Python.
  @Test(arguments: [
    (1, 8, [0, 0, 0, 0, 0, 0, 0, 0]),
    (5, 8, [0, 0, 1, 2, 2, 3, 4, 4]),
    (8, 8, [0, 1, 2, 3, 4, 5, 6, 7]),
    (9, 8, [0, 1, 2, 3, 5, 6, 7, 8]),
    (37, 8, [2, 6, 11, 16, 20, 25, 30, 34]),
    (40, 8, [2, 7, 12, 17, 22, 27, 32, 37]),
    (30, 7, [2, 6, 10, 15, 19, 23, 27]),
    (100, 16, [3, 9, 15, 21, 28, 34, 40, 46, 53, 59, 65, 71, 78, 84, 90, 96]),
    (117, 12, [4, 14, 24, 34, 43, 53, 63, 73, 82, 92, 102, 112]),
    (1, 1, [0]), (2, 1, [1]),
  ])
  func testTakesTheMiddleOfEachPart(_ count: Int, _ segments: Int, _ expected: [Int]) throws {
    #expect(try frames(.test, count, segments) == expected)
    #expect(try frames(.twice, count, segments, clip: 0) == expected)
    // Validation is the same where there are more frames than a clip has.
    if count > segments { #expect(try frames(.validation, count, segments) == expected) }
  }

  @Test(arguments: [
    (1, 8, [0, 0, 0, 0, 0, 0, 0, 0]),
    (5, 8, [0, 0, 1, 1, 2, 3, 3, 4]),
    (8, 8, [0, 1, 2, 3, 4, 5, 6, 7]),
    (37, 8, [0, 4, 9, 13, 18, 23, 27, 32]),
    (117, 12, [0, 9, 19, 29, 39, 48, 58, 68, 78, 87, 97, 107]),
  ])
  func twiceTakesTheStartOfEachPartToo(_ count: Int, _ segments: Int, _ expected: [Int]) throws {
    #expect(try frames(.twice, count, segments, clip: 1) == expected)
    #expect(try FrameSampling(.twice, segments: segments).clips == 2)
  }

  @Test(arguments: [FrameSampling.Method.validation, .train])
  func shortVideosRepeatTheFirstFrameOrTheLast(_ method: FrameSampling.Method) throws {
    for count in [1, 3, 7] {
      #expect(try frames(method, count, 8) == [Int](repeating: 0, count: 8))
      let all = Array(0..<count) + [Int](repeating: count - 1, count: 8 - count)
      #expect(try frames(method, count, 8, short: .last) == all)
    }
  }

  @Test func validationOfAsManyFramesAsAClipHasIsShort() throws {
    #expect(try frames(.validation, 8, 8) == [Int](repeating: 0, count: 8))
    #expect(try frames(.validation, 8, 8, short: .last) == Array(0..<8))
    // Training takes each of them: a part is one frame.
    #expect(try frames(.train, 8, 8) == Array(0..<8))
  }

  @Test(arguments: [(9, 8), (17, 8), (40, 8), (100, 16), (1000, 3)])
  func trainingDrawsOneFrameOfEachPart(_ count: Int, _ segments: Int) throws {
    let part = count / segments
    var seen = [Set<Int>](repeating: [], count: segments)
    for draw in 0..<400 {
      let frames = try frames(.train, count, segments, random: Self.random.child(draw))
      #expect(frames.count == segments)
      for (segment, frame) in frames.enumerated() { seen[segment].insert(frame - segment * part) }
    }
    for found in seen {
      #expect(found.isSubset(of: Set(0..<part)))
      if part <= 8 { #expect(found == Set(0..<part), "every frame of a part is drawn") }
      if part > 1 { #expect(found.count > 1) }
    }
    #expect(
      try frames(.train, count, segments) == frames(.train, count, segments), "the same numbers draw the same"
    )
  }

  /// The starts are those of NumPy's linspace(0, n − 64, 10, dtype=int).
  @Test(arguments: [
    (300, 8, [0, 26, 52, 78, 104, 131, 157, 183, 209, 236]),
    (71, 8, [0, 0, 1, 2, 3, 3, 4, 5, 6, 7]),
    (65, 8, [0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
    (64, 8, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    (20, 8, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    (200, 12, [0, 15, 30, 45, 60, 75, 90, 105, 120, 136]),
  ])
  func denseClipsAreTenWindowsOf64Frames(_ count: Int, _ segments: Int, _ starts: [Int]) throws {
    let sampling = try FrameSampling(.dense, segments: segments)
    #expect(sampling.clips == 10)
    for (clip, start) in starts.enumerated() {
      let expected = (0..<segments).map { ($0 * (64 / segments) + start) % count }
      #expect(sampling.frames(of: count, clip: clip, random: Self.random) == expected)
    }
  }

  @Test func denseWindowsGoOnFromTheBeginning() throws {
    #expect(try frames(.dense, 20, 8) == [0, 8, 16, 4, 12, 0, 8, 16])
    #expect(try frames(.dense, 1, 4) == [0, 0, 0, 0])
    #expect(try frames(.denseTrain, 20, 8) == [0, 8, 16, 4, 12, 0, 8, 16])
  }

  @Test func denseTrainingBeginsBeforeTheLastWindow() throws {
    var starts: Set<Int> = []
    for draw in 0..<300 {
      let frames = try frames(.denseTrain, 70, 8, random: Self.random.child(draw))
      starts.insert(frames[0])
      #expect(frames == (0..<8).map { frames[0] + 8 * $0 })
    }
    // Of the places 0 … n − 64 the last is never drawn, as in the authors' code.
    #expect(starts == Set(0..<6))
    #expect(try frames(.denseTrain, 65, 8)[0] == 0)
  }

  @Test func lengthsThatNoClipHasAreRefused() {
    for segments in [0, -1, Int.min, Int.max, 1025] {
      #expect(throws: DatasetError.invalid("a clip of \(segments) frames, expected 1 to 1024")) {
        try FrameSampling(.test, segments: segments)
      }
    }
    #expect(throws: DatasetError.invalid("a dense clip of 65 frames: its window has 64, expected no more")) {
      try FrameSampling(.dense, segments: 65)
    }
    #expect(throws: DatasetError.self) { try FrameSampling(.denseTrain, segments: 65) }
  }

  /// Whatever the lengths, there are as many frames as asked for, and all are there.
  @Test func anyLengthGivesFramesOfTheVideo() throws {
    for method in FrameSampling.Method.allCases {
      for segments in [1, 2, 7, 8, 64] {
        let sampling = try FrameSampling(method, segments: segments, short: .last)
        for count in Array(1...70) + [127, 128, 1000, 99_999_999] {
          for clip in 0..<sampling.clips {
            let frames = sampling.frames(of: count, clip: clip, random: Self.random)
            #expect(frames.count == segments && frames.allSatisfy { (0..<count).contains($0) })
          }
        }
      }
    }
  }

  /// A clip of several parts has the frames of as many clips of the same video, each sampled for itself.
  @Test func partsAreSampledEachForItself() throws {
    func parts(_ method: FrameSampling.Method, _ count: Int, clip: Int = 0) throws -> [Int] {
      try FrameSampling(method, parts: [8, 12]).frames(of: count, clip: clip, random: Self.random)
    }
    for count in [5, 10, 37, 117] {
      for method in [FrameSampling.Method.test, .validation, .twice, .dense] {
        let clips = try FrameSampling(method, segments: 8).clips
        for clip in 0..<clips {
          let expected = try frames(method, count, 8, clip: clip) + frames(method, count, 12, clip: clip)
          #expect(try parts(method, count, clip: clip) == expected)
        }
      }
    }
    let drawn = try parts(.train, 240)
    #expect(drawn.prefix(8) == (try frames(.train, 240, 8)).prefix(8))
    #expect(drawn.dropFirst(8).enumerated().allSatisfy { $1 / 20 == $0 } && drawn.count == 20)
    let sampling = try FrameSampling(.test, parts: [8, 12])
    #expect(sampling.segments == 20 && sampling.parts == [8, 12])
    #expect(throws: DatasetError.self) { try FrameSampling(.test, parts: [8, 0]) }
    #expect(throws: DatasetError.self) { try FrameSampling(.test, parts: []) }
    #expect(throws: DatasetError.self) { try FrameSampling(.dense, parts: [8, 65]) }
  }
}
