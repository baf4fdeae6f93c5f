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
  private static let separate = ArgumentKey<Bool?>(
    "separate_frames",
    "the first glance_frames frames of a clip are the glance's alone, the others those that patches are cut from; default:"
      + " where the data set's clips are such, as with segments = {8, 12}")
  static let shift = ArgumentKey<Bool?>(
    "temporal_shift",
    "whether frames exchange channels in the encoders (TSM); default: where the backbone has places for it. How they do"
      + " it says gfnet.backbones.NAME{frames = 8, shift_place = …, shift_divisor = …}")

  static let rows: [any ArgumentRow] = [frames, glanceFrames, focusFrames, separate, shift]

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
    let separated = try separateFrames(call, dataset, given: given)
    guard let count = separated?.frames ?? given ?? dataset?.frames ?? told?.frames, count > 1 else {
      if let odd = try [glanceFrames, focusFrames].first(where: { try call[$0] != nil }) {
        throw LuaError("gfnet.model: \(odd.parameter.name) is about clips, and the model sees single images")
      }
      if try call[shift] == true || told != nil {
        throw LuaError("gfnet.model: the frames of clips exchange channels, and the model sees single images")
      }
      return nil
    }
    let exchange =
      try wantsShift(call, backbone) ? told.map { ClipForm.Exchange($0) } ?? ClipForm.Exchange() : nil
    if var separated {
      separated.exchange = exchange
      return separated
    }
    return ClipForm(
      frames: count, glanceFrames: try call[glanceFrames], focusFrames: try call[focusFrames],
      exchange: exchange)
  }

  /// Refuses an encoder that was named with a number of frames which nothing in the model sees: it would be left unheard.
  static func check(_ asked: BackboneChoice?, of option: String, against clips: ClipForm?) throws {
    guard case .shifted(let name, let told) = asked, let clips,
      ![clips.frames, clips.glanceFrames, clips.focusFrames].contains(told.frames)
    else { return }
    throw LuaError(
      "gfnet.model: \(option) is gfnet.backbones.\(name){frames = \(told.frames)}, and the model's clips have \(clips.frames) frames"
    )
  }

  /// Whether frames exchange channels in an encoder: as the call says, else where it has places for it.
  static func wantsShift(_ call: LuaCall, _ backbone: BackboneChoice) throws -> Bool {
    try call[shift] ?? backbone.entry().takesTemporalShift
  }

  /// Clips whose first frames are the glance's and the others those of patches; nil where all are for both.
  private static func separateFrames(
    _ call: LuaCall, _ dataset: (any ImageDataset)?, given: Int?
  ) throws -> ClipForm? {
    let parts = dataset?.frameParts ?? []
    let (glance, focus) = (try call[glanceFrames], try call[focusFrames])
    let asked = try call[separate]
    guard asked ?? (parts.count > 1) else {
      guard parts.count <= 1 else {
        throw LuaError(
          "gfnet.model: the clips of \(dataset?.name ?? "") have frames of their own for glance and patches")
      }
      return nil
    }
    guard parts.count <= 1 || parts.count == 2 else {
      throw LuaError("gfnet.model: the clips of the data set have \(parts.count) parts, expected one or two")
    }
    let isTold = parts.count == 2
    let total = given ?? dataset?.frames
    guard let first = glance ?? (isTold ? parts[0] : focus.flatMap { focus in total.map { $0 - focus } }),
      let second = focus ?? (isTold ? parts[1] : total.map { $0 - first })
    else {
      throw LuaError(
        "gfnet.model: with separate_frames say glance_frames and focus_frames, or one of them and the frames of a clip"
      )
    }
    guard first > 0, second > 0, total.map({ $0 == first + second }) ?? true,
      !isTold || parts == [first, second]
    else {
      throw LuaError(
        "gfnet.model: \(first) frames of the glance and \(second) others do not make the clips of"
          + " \(isTold ? parts.map(String.init).joined(separator: " + ") : "\(total ?? 0)") frames")
    }
    return ClipForm(separateGlance: first, focus: second)
  }
}
