import Backbones
import Support
import Tensor

extension EpisodeSetup {
  /// Runs all steps on a blank frame of each of `count` streams, to learn how long they take.
  func measureFrames(_ count: Int, _ durations: inout StepDurations) throws {
    let side = configuration.patchSize
    let blank = try Tensor.zeros([count, 3, side, side])
    func look(_ look: Look) throws -> Encoding {
      let (encoding, _) = try engine.encode(
        nextFrame: blank, after: engine.nothingKept(of: count, look), look)
      let maps = [Tensor](repeating: encoding.map, count: configuration.frames(look))
      return Encoding(features: encoding.features, map: try Tensor.concatenated(maps, axis: 1))
    }
    // The first makes the plans.
    for round in 0..<4 {
      var memory: GFNet.Memory?
      for step in 1...madds.count {
        try Cancellation.check()
        let start = clock()
        if var known = memory {
          _ = try engine.propose(&known)
          memory = try engine.step(look(.patch), .patch, memory: known).1
        } else {
          memory = try engine.step(look(.glance), .glance, memory: nil).1
        }
        if round > 0 { durations.note(step, count: count, took: clock() - start) }
      }
    }
  }
}

extension AdaptiveRunner {
  /// Answers the frames of videos as they come; see ``FrameStream``.
  ///
  /// - Parameters:
  ///   - feeds: give the frames, one video each.
  ///   - rule: asked after every step but the last.
  ///   - deadline: seconds from the start of a frame's glance in which it is to be answered, as of
  ///     ``stream(_:rule:deadline:refills:)``.
  ///   - options: of how many frames an answer is, and when patches stay where they were.
  /// - Throws: ``ModelError`` where the network looks ahead in time, and for options that cannot be; what the rule throws
  ///   when it starts.
  public func frames(
    _ feeds: [any FrameFeed], rule: any ExitRule, deadline: Double? = nil,
    options: FrameOptions = FrameOptions()
  ) throws -> FrameStream {
    if let deadline {
      try ModelError.require(deadline > 0, "deadline is \(deadline), expected seconds above 0")
    }
    try options.validate()
    try ModelError.require(!feeds.isEmpty, "there is no video to be answered")
    if let objection = setup.engine.model.objectionToFrames {
      throw ModelError("the network's temporal shift \(objection)")
    }
    return try FrameStream(feeds, rule: rule, setup: setup, deadline: deadline, options: options)
  }
}
