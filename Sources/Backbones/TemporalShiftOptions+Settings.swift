import Support
import Tensor

// How scripts configure a backbone of the registry with a temporal shift.
extension TemporalShiftOptions {
  private static let frames = Setting(
    "frames", .integer, default: .integer(0), in: 0...Double(FrameShift.limit),
    help: "frames of a clip, between which channels are exchanged; 0: each image is by itself")
  private static let divisor = Setting(
    "shift_divisor", .integer, default: .integer(FrameShift.usualDivisor), in: 1...Double(FrameShift.limit),
    help: "one such part of the channels comes from each neighbouring frame")
  private static let place = Setting(
    "shift_place", .string, default: .string(Place.residual.rawValue),
    choices: Place.allCases.map { .string($0.rawValue) },
    help: "what the shift stands before: the residual branch (blockres), or the whole block")
  private static let pastOnly = Setting(
    "past_only", .boolean, default: .boolean(false),
    help: "whether channels come from the frame before alone, as streams need it")

  /// What a backbone that takes a temporal shift can be configured with.
  public static let settings = [frames, divisor, place, pastOnly]

  /// What checked values of ``settings`` ask for; nil where each image is by itself.
  public init?(settings values: [String: SettingValue]) {
    guard case .integer(let frames)? = values[Self.frames.name], frames > 0,
      case .integer(let divisor)? = values[Self.divisor.name],
      case .string(let place)? = values[Self.place.name],
      case .boolean(let pastOnly)? = values[Self.pastOnly.name]
    else { return nil }
    self.init(
      frames: frames, divisor: divisor, pastOnly: pastOnly, place: Place(rawValue: place) ?? .residual)
  }
}
