/// What one clip went through: its frames, the places that were looked at, and the answer after each step.
public struct Film: Sendable, Hashable {
  /// One step, which looks at the same place of all the frames that it sees, or at a place of each.
  public struct Step: Sendable, Hashable {
    /// The place in the pixels of all frames; nil where the step sees whole frames, and where each has its own.
    public var patch: Glimpse.Patch?
    /// The places of frames that have one of their own, by the frame's number, from 0.
    public var framePatches: [Int: Glimpse.Patch] = [:]
    /// The frames that the step sees, from 0; nil: all.
    public var seen: Set<Int>?
    /// What stands beside its frames, such as "step 2: stays".
    public var heading: String
    /// The name of its prediction; empty for none.
    public var prediction: String
    /// Probability of that prediction, 0…1; nil for none.
    public var confidence: Double?
    /// What stands below, line by line.
    public var lines: [String]
    /// Whether the prediction is right; nil where nobody knows.
    public var isCorrect: Bool?
    /// Whether the clip took the step: those that it did not take are pale.
    public var isTaken: Bool

    public init(
      patch: Glimpse.Patch? = nil, seen: Set<Int>? = nil, heading: String = "", prediction: String = "",
      confidence: Double? = nil, lines: [String] = [], isCorrect: Bool? = nil, isTaken: Bool = true
    ) {
      self.patch = patch
      self.seen = seen
      self.heading = heading
      self.prediction = prediction
      self.confidence = confidence
      self.lines = lines
      self.isCorrect = isCorrect
      self.isTaken = isTaken
    }

    /// Whether the step sees a frame.
    /// - Parameter frame: from 0.
    func sees(_ frame: Int) -> Bool { seen?.contains(frame) ?? true }

    /// The place in a frame; nil where the step sees the whole of it.
    /// - Parameter frame: from 0.
    func patch(in frame: Int) -> Glimpse.Patch? { framePatches[frame] ?? patch }

    /// Prediction and confidence, such as "bag 93 %"; empty where there is neither.
    var answer: String {
      [prediction, confidence.map(GlimpseGrid.percent) ?? ""].filter { !$0.isEmpty }.joined(separator: " ")
    }
  }

  /// The frames in order, all of one size.
  public private(set) var frames: [Pixels]
  /// The text above the clip, such as its class.
  public var title: String
  /// What was looked at, step by step; none: the frames as they are.
  public var steps: [Step]

  /// Throws ``FigureError`` where there are no frames, and where they differ in size.
  public init(frames: [Pixels], title: String = "", steps: [Step] = []) throws(FigureError) {
    guard let first = frames.first else { throw FigureError("a clip needs at least one frame") }
    if let odd = frames.firstIndex(where: { $0.width != first.width || $0.height != first.height }) {
      throw FigureError(
        "frame \(odd + 1) of a clip is \(frames[odd].height)×\(frames[odd].width), the first \(first.height)×\(first.width)"
      )
    }
    self.frames = frames
    self.title = title
    self.steps = steps
  }

  /// A clip as bytes, one frame after the other, each H×W×C.
  ///
  /// Throws ``FigureError`` where these are not whole frames.
  public init(
    bytes: [UInt8], width: Int, height: Int, channels: Int, title: String = "", steps: [Step] = []
  ) throws(FigureError) {
    let size = [width, height, channels].reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
    guard size > 0, bytes.count % size == 0 else {
      throw FigureError("\(bytes.count) bytes are no frames of \(height)×\(width)×\(channels)")
    }
    var frames: [Pixels] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      frames.append(
        try Pixels(
          width: width, height: height, channels: channels, bytes: Array(bytes[start..<start + size])))
    }
    try self.init(frames: frames, title: title, steps: steps)
  }
}
