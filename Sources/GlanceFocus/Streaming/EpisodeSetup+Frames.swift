import Backbones
import Support
import Tensor

extension EpisodeSetup {
  /// How long every step takes for so many streams, on a blank frame of each; see ``measureDurations()``.
  func measureFrameDurations() throws -> StepDurations {
    try measureDurations { count in
      { look, memory in
        let side = configuration.side(look)
        let blank = try Tensor.zeros([count, 3, side, side])
        let (encoding, _) = try engine.encode(
          nextFrame: blank, after: engine.nothingKept(of: count, look), look)
        let maps = [Tensor](repeating: encoding.map, count: configuration.frames(look))
        return try engine.step(
          Encoding(features: encoding.features, map: Tensor.concatenated(maps, axis: 1)), look, memory: memory
        ).1
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
