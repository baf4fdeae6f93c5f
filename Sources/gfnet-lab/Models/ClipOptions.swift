import ArgumentParser
import Backbones
import GlanceFocus
import Reports

/// What a file of another program does not say of an encoder of clips.
struct ClipOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Frames of a clip, between which an encoder exchanges channels (TSM); that of the file's name by default.",
      valueName: "n"))
  var frames: Int?

  @Option(
    help: ArgumentHelp(
      "One such part of the channels comes from each neighbouring frame (default: the file name's, or 8).",
      valueName: "n"))
  var shiftDivisor: Int?

  @Option(
    help: "What the shift stands before: the residual branch (blockres), or the whole block.")
  var shiftPlace: TemporalShiftOptions.Place?

  @Flag(help: "Channels come from the frame before alone.")
  var pastOnly = false

  var clues: TemporalShiftClues {
    TemporalShiftClues(
      frames: frames, divisor: shiftDivisor, pastOnly: pastOnly ? true : nil, place: shiftPlace)
  }
}

extension TemporalShiftOptions.Place: ExpressibleByArgument {}

extension TemporalShiftOptions {
  /// The options in a few words.
  var text: String {
    "\(frames) frames, shift \(divisor) \(place.rawValue)\(pastOnly ? ", past only" : "")"
  }
}

extension ModelsOutput {
  /// The options by their names on the command line; null for encoders of images.
  static func json(_ shift: TemporalShiftOptions?) -> JSONValue {
    guard let shift else { return .null }
    return [
      "frames": .integer(shift.frames), "shift_divisor": .integer(shift.divisor),
      "shift_place": .string(shift.place.rawValue), "past_only": .bool(shift.pastOnly),
    ]
  }
}
