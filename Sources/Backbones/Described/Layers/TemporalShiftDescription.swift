import NeuralNet
import Tensor

/// Lets the frames of clips exchange some channels.
struct TemporalShiftDescription: DescribedLayer {
  private enum Key {
    static let frames = LayerKey<Int>(
      "frames", "frames of a clip: rows that follow each other", in: 1...FrameShift.limit)
    static let divisor = LayerKey<Int>(
      "divisor", "one such part of the channels comes from each neighbour", default: FrameShift.usualDivisor,
      in: 1...FrameShift.limit)
    static let past = LayerKey<Bool>(
      "past", "whether channels come from the frame before alone", default: false)
  }

  static let storedName = "temporalShift"
  static let forms = [
    LayerForm(
      "temporal_shift",
      "Some channels of each frame from its neighbours: the temporal shift module (TSM), before any layer. Rows are clip by clip.",
      [Key.frames, Key.divisor, Key.past], example: ["frames": 1], make: { try Self($0) })
  ]

  let frames: Int
  let divisor: Int
  let past: Bool

  private init(_ arguments: LayerArguments) throws {
    frames = try arguments[Key.frames]
    divisor = try arguments[Key.divisor]
    past = try arguments[Key.past]
  }

  private var shift: FrameShift { FrameShift(frames: frames, divisor: divisor, pastOnly: past) }

  var problem: String? { Key.frames.problem(frames) ?? Key.divisor.problem(divisor) ?? shift.problem }

  func size(for input: MapSize, at place: LayerPlace) throws(LayerError) -> MapSize { input }

  func build() throws -> any Layer { TemporalShift(shift) }

  var description: String { "\(name)(\(frames))" }
}
