import Backbones
import Support
import Tensor

/// What is known of an encoder of clips that the code of TSM saved (`mit-han-lab/temporal-shift-module`): its files hold
/// the weights, and their names, as `TSM_kinetics_RGB_resnet50_shift8_blockres_avg_segment8_e50`, how it was made.
public struct TemporalShiftClues: Sendable {
  /// F, the frames of a clip.
  public var frames: Int?
  /// What part of the channels comes from each neighbour.
  public var divisor: Int?
  /// Whether channels come from the frame before alone.
  public var pastOnly: Bool?
  /// Where the shift stands in a residual block.
  public var place: TemporalShiftOptions.Place?
  /// Parts of the network that this program does not have, in words.
  private(set) var refused: [String] = []
  /// Whether the names of arrays show that frames exchange channels.
  private(set) var isShifted = false

  public init(
    frames: Int? = nil, divisor: Int? = nil, pastOnly: Bool? = nil, place: TemporalShiftOptions.Place? = nil
  ) {
    self.frames = frames
    self.divisor = divisor
    self.pastOnly = pastOnly
    self.place = place
  }

  /// True where a caller has said something of a shift.
  public var isEmpty: Bool { frames == nil && divisor == nil && pastOnly == nil && place == nil }

  /// The registry's name for an architecture as TSM calls it; others stay as they are.
  static func backbone(_ architecture: String) -> String {
    architecture == "mobilenetv2" ? "mobilenetv2_100" : architecture
  }

  // MARK: Names of arrays

  /// True where arrays have the names that TSM gives them.
  static func areOfTSM(_ keys: [String]) -> Bool {
    keys.contains { $0.hasPrefix("base_model.") }
      && keys.contains { $0.hasPrefix("new_fc.") || shiftedPart($0) != nil }
  }

  /// The part of the network that a shift stands before, where the array belongs to one: `base_model.layer1.0.conv1`.
  private static func shiftedPart(_ key: String) -> (wrapper: String, parts: ArraySlice<Substring>)? {
    let parts = key.split(separator: ".", omittingEmptySubsequences: false)
    guard let place = parts.firstIndex(of: "net"), place > 0, parts.contains("base_model") else { return nil }
    return (parts[...place].joined(separator: "."), parts[..<place])
  }

  /// Reads what the names of arrays say: where the shifts stand, and what this program does not have.
  mutating func read(keys: [String]) {
    for key in keys {
      if key.split(separator: ".").contains("nl") { refuse(Self.nonLocal) }
      guard let (_, parts) = Self.shiftedPart(key), let last = parts.last else { continue }
      if last.hasPrefix("layer") {
        refuse(Self.pooling)
      } else {
        isShifted = true
        // The wrapper around a whole block follows the block's number, that of a convolution its name or `conv.0`.
        let isBlock = last.allSatisfy(\.isNumber) && parts.dropLast().last != "conv"
        place = isBlock ? .block : .residual
      }
    }
  }

  /// The parts that have a shift before them in a file, by their names here.
  static func shiftedParts(_ keys: [String], by map: KeyMap) -> Set<String> {
    Set(keys.compactMap { key in shiftedPart(key).map { map.rename($0.wrapper) ?? $0.wrapper } })
  }

  private static let nonLocal = "non-local blocks (nl)"
  private static let pooling = "temporal pooling (tpool)"

  private mutating func refuse(_ what: String) {
    if !refused.contains(what) { refused.append(what) }
  }

  // MARK: Names of files

  /// Fills in what `name`, of a file or a folder, says and nobody has said yet; nothing where it is none of TSM's.
  mutating func read(name: String) {
    let words = name.split { $0 == "_" || $0 == "." }.map(String.init)
    guard words.contains("TSM") || words.contains("TSN"),
      let segments = words.first(where: { Self.number($0, after: "segment") != nil })
    else { return }
    frames = frames ?? Self.number(segments, after: "segment")
    if let shift = words.firstIndex(where: { Self.number($0, after: "shift") != nil }) {
      divisor = divisor ?? Self.number(words[shift], after: "shift")
      let word = words.dropFirst(shift + 1).first
      place = place ?? word.flatMap { TemporalShiftOptions.Place(rawValue: $0) }
    }
    if words.contains("tpool") { refuse(Self.pooling) }
    if words.contains("nl") { refuse(Self.nonLocal) }
    for modality in ["Flow", "RGBDiff"] where words.contains(modality) {
      refuse("another input than RGB frames (\(modality))")
    }
  }

  private static func number(_ word: String, after start: String) -> Int? {
    guard word.hasPrefix(start) else { return nil }
    return Int(word.dropFirst(start.count))
  }

  // MARK: The encoder

  /// How frames exchange channels; nil where neither the arrays nor the caller say that they do.
  ///
  /// - Throws: ``ModelError`` that says what is missing, or what this program does not have.
  func options(of file: String) throws -> TemporalShiftOptions? {
    guard refused.isEmpty else {
      throw ModelError(
        "\(file) is of a TSM network with \(refused.joined(separator: " and ")), not supported")
    }
    guard let frames else {
      guard isShifted || !isEmpty else { return nil }
      let missing = divisor == nil ? "frames (F) and divisor of the shift are" : "frames (F) is"
      throw ModelError(
        "\(file): the frames of clips exchange channels, but \(missing) not known; a name as "
          + "TSM_kinetics_RGB_resnet50_shift8_blockres_avg_segment8_e50 says so (shift8: divisor, segment8: frames), "
          + "or name them")
    }
    return TemporalShiftOptions(
      frames: frames, divisor: divisor ?? FrameShift.usualDivisor, pastOnly: pastOnly ?? false,
      place: place ?? .residual)
  }
}
