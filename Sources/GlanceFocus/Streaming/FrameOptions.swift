/// How frames are answered that come one by one.
public struct FrameOptions: Sendable {
  /// The frames that an answer is about: the last so many. nil: as many as the network was made for.
  public var window: Int?
  /// How far the sampler may point from the place of a patch in the frame before, in row or column, for the patch to
  /// stay there.
  public var hold: Float
  /// Whether it is also said what a frame alone would be taken for.
  public var saysOwn: Bool

  /// - Parameter hold: by default what the policy's actions stray by while it learns, so that encoders have seen it.
  public init(window: Int? = nil, hold: Float = PatchProposal.actionDeviation, saysOwn: Bool = false) {
    self.window = window
    self.hold = hold
    self.saysOwn = saysOwn
  }

  /// The most frames of a window: those of the longest clip.
  public static let longestWindow = 4096

  func validate() throws {
    try ModelError.require(
      window.map { (1...Self.longestWindow).contains($0) } ?? true,
      "window is \(window ?? 0), expected 1 to \(Self.longestWindow)")
    try ModelError.require(hold >= 0 && hold <= 1, "hold is \(hold), expected 0 to 1")
  }
}

extension GFNet {
  /// Why frames cannot be answered as they come, in one line that goes on from the name of the model; nil where they can.
  public var objectionToFrames: String? {
    let shifts = globalEncoder.temporalShifts + localEncoder.temporalShifts
    return shifts.lazy.compactMap(\.objectionToStreams).first
  }

  /// Cumulative Multiply-Adds of one frame of a stream by step, T values: encoders see the frame, not all frames of a clip.
  func frameCosts() throws -> [Double] {
    let costs = try measureCosts()
    func saved(_ encoder: Int, _ look: Look) -> Int {
      encoder - encoder / max(configuration.frames(look), 1)
    }
    return costs.cumulative.enumerated().map { step, total in
      Double(total - saved(costs.globalEncoder, .glance) - step * saved(costs.localEncoder, .patch))
    }
  }
}
