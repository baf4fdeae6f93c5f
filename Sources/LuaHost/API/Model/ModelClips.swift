import Backbones
import GlanceFocus
import Tensor
import Vision

/// The options of `gfnet.model` that say how a model sees clips.
enum ModelClips {
  private static let frames = ArgumentKey<Int?>(
    "frames", "pictures of a clip; default: the data set's, or those of the backbone; 1: images", in: 1...4096
  )
  private static let glanceFrames = ArgumentKey<Int?>(
    "glance_frames", "how many of them the glance sees, evenly spread; default: all", in: 1...4096)
  private static let focusFrames = ArgumentKey<Int?>(
    "focus_frames", "how many of them patches are cut from, evenly spread; default: all", in: 1...4096)
  private static let shift = ArgumentKey<Bool?>(
    "temporal_shift",
    "whether frames exchange channels in the encoders (TSM); default: where the backbone has places for it. How they do"
      + " it says gfnet.backbones.NAME{frames = 8, shift_place = …, shift_divisor = …}")

  static let rows: [any ArgumentRow] = [frames, glanceFrames, focusFrames, shift]

  /// How the model that a call asks for sees clips; nil: it sees images.
  static func form(_ call: LuaCall, _ backbone: BackboneChoice, _ dataset: (any ImageDataset)?) throws
    -> ClipForm?
  {
    var told: TemporalShiftOptions?
    if case .shifted(_, let options) = backbone { told = options }
    let given = try call[frames]
    if let given, let dataset, given != dataset.frames {
      throw LuaError("gfnet.model: frames is \(given), the items of \(dataset.name) have \(dataset.frames)")
    }
    guard let count = given ?? dataset?.frames ?? told?.frames, count > 1 else {
      if let odd = try [glanceFrames, focusFrames].first(where: { try call[$0] != nil }) {
        throw LuaError("gfnet.model: \(odd.parameter.name) is about clips, and the model sees single images")
      }
      if try call[shift] == true || told != nil {
        throw LuaError("gfnet.model: the frames of clips exchange channels, and the model sees single images")
      }
      return nil
    }
    let exchange = ClipForm.Exchange(
      place: told?.place ?? .residual, divisor: told?.divisor ?? FrameShift.usualDivisor,
      pastOnly: told?.pastOnly ?? false)
    let wantsShift = try call[shift] ?? backbone.entry().takesTemporalShift
    return ClipForm(
      frames: count, glanceFrames: try call[glanceFrames], focusFrames: try call[focusFrames],
      exchange: wantsShift ? exchange : nil)
  }
}
