import NeuralNet
import Support
import Tensor

/// How an image encoder becomes one for clips: the frames exchange channels before some of its layers (Lin et al. 2019,
/// TSM). Weights stay those of the image encoder.
public struct TemporalShiftOptions: Codable, Sendable, Hashable {
  /// Where the shift stands in a residual block; raw values are the names that files of TSM have.
  public enum Place: String, Codable, Sendable, CaseIterable {
    /// Before the first convolution: the shortcut sees the frames as they are.
    case residual = "blockres"
    /// Before the whole block, its shortcut included.
    case block
  }

  /// F, the frames of a clip; rows of a batch are clip by clip.
  public var frames: Int
  /// What part of the channels comes from each neighbour.
  public var divisor: Int
  /// Whether channels come from the frame before alone.
  public var pastOnly: Bool
  /// Where in a block the shift stands.
  public var place: Place

  public init(
    frames: Int, divisor: Int = FrameShift.usualDivisor, pastOnly: Bool = false, place: Place = .residual
  ) {
    self.frames = frames
    self.divisor = divisor
    self.pastOnly = pastOnly
    self.place = place
  }

  /// Which channels move between which frames.
  public var shift: FrameShift { FrameShift(frames: frames, divisor: divisor, pastOnly: pastOnly) }

  /// The layer behind a shift where it stands at `place`, and otherwise the layer itself.
  func shifting(_ layer: any Layer, at place: Place) -> any Layer {
    self.place == place ? TemporalShift(shift, before: layer) : layer
  }
}

extension TemporalShiftOptions? {
  /// The layer behind a shift where there is one at `place`, and otherwise the layer itself.
  func shifting(_ layer: any Layer, at place: TemporalShiftOptions.Place) -> any Layer {
    self?.shifting(layer, at: place) ?? layer
  }
}

extension Module {
  /// The names of the parts that have a temporal shift before them, such as `layer1.0.conv1`.
  public var temporallyShiftedParts: Set<String> {
    var declaration = StateDeclaration()
    declare(&declaration)
    return Set(declaration.modules.filter { $0.module is TemporalShift }.map(\.name))
  }

  /// All its temporal shifts.
  public var temporalShifts: [FrameShift] {
    var declaration = StateDeclaration()
    declare(&declaration)
    return declaration.modules.compactMap { ($0.module as? TemporalShift)?.shift }
  }
}

/// A temporal shift that an encoder cannot have.
public struct TemporalShiftError: LineError {
  public let description: String

  init(_ description: String) { self.description = description }
}
