import Backbones
import GlanceFocus
import Tensor

/// The options that say what a file does not say of an encoder of clips.
enum ClipOptions {
  private static let frames = ArgumentKey<Int?>(
    "frames",
    "frames of a clip, between which the encoder exchanges channels (TSM); that of the file's name by default",
    in: 1...Double(FrameShift.limit))
  private static let divisor = ArgumentKey<Int?>(
    "shift_divisor",
    "one such part of the channels comes from each neighbouring frame; that of the file's name by default, or 8",
    in: 1...Double(FrameShift.limit))
  private static let place = ArgumentKey<TemporalShiftOptions.Place>(
    "shift_place",
    "what the shift stands before: the residual branch (blockres), or the whole block; found from the file by default"
  ).optional
  private static let pastOnly = ArgumentKey<Bool?>(
    "past_only", "whether channels come from the frame before alone; false by default")

  static let rows: [any ArgumentRow] = [frames, divisor, place, pastOnly]

  /// What a call says of the shift.
  static func clues(_ call: LuaCall) throws -> TemporalShiftClues {
    TemporalShiftClues(
      frames: try call[frames], divisor: try call[divisor], pastOnly: try call[pastOnly],
      place: try call[place])
  }
}
