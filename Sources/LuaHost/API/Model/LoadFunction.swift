import Checkpoints
import Foundation
import GlanceFocus
import Reports
import Support

/// `gfnet.load`.
enum LoadFunction {
  private static let nameOrFile = ArgumentKey<FilePath>(
    FunctionParameter(
      "name_or_file", .string,
      "a name under models/, or the path of a \(CheckpointFormats.usualEndings(ownFirst: true)) file"
    ).naming { ModelLibrary.standard(scriptFolder: $0.scriptFolder).names() }
  ) { call, name in try call.path(name) }

  private static let patchSize = ArgumentKey<Int?>("patch_size", "side of patches", in: 1...4096)
  private static let imageSize = ArgumentKey<Int?>("image_size", "side of the images", in: 1...16384)
  private static let glanceSize = ArgumentKey<Int?>("glance_size", "side of the glance", in: 1...4096)
  private static let glanceFrames = ArgumentKey<Int?>(
    "glance_frames", "frames of a clip that the glance sees", in: 1...4096)
  private static let focusFrames = ArgumentKey<Int?>(
    "focus_frames", "other frames of it that patches are cut from", in: 1...4096)
  private static let divisor = ArgumentKey<Int?>(
    "shift_divisor", "one such part of the channels comes from each neighbouring frame", in: 1...4096)
  private static let steps = ArgumentKey<Int?>("steps", "the most steps", in: 1...64)

  static let entry = FunctionEntry(
    "load", "Loads a model.",
    [
      nameOrFile,
      .options([patchSize, imageSize, steps, glanceSize, glanceFrames, focusFrames, divisor]),
    ],
    returns: "model", example: "local model = gfnet.load(\"clutter-fashion\")",
    discussion: """
      A name is looked for as models/NAME.safetensors beside the script and in the folders above it, in the \
      current folder, and with the program. A file is looked for in the current folder, then beside the script. \
      A checkpoint of the authors' PyTorch code is read as it is, with its \
      thresholds, costs and results in model.info.results; gfnet-lab models import makes a file of gfnet-lab of it. So is one \
      of AdaFocus on TSM (glancer, focuser, fc, policy), a model of clips. The options are for what such files do not say; \
      what is assumed is told. Files of gfnet-lab say all of it, and options may say no other.
      """, touches: [.readFiles]
  ) { call in
    let path = try located(call[nameOrFile], call)
    let stem = path.shownStem
    let file = try CheckpointFile(path)
    if case .state = file.content, let own = file.own, Trace.isTrace(own) {
      throw LuaError("gfnet.load: \(path) is a trace, not a model: gfnet.trace(file) reads it")
    }
    try call.context.note(model: stem, path)
    if case .model(let own) = file.content { try refuseOptions(call, path, own.configuration) }
    guard let model = try file.model(choices(call)) else {
      throw LuaError(
        "\(path) is not a gfnet-lab model but one network's weights: gfnet.encoder(file) loads an encoder, and "
          + "gfnet.model{encoder = file} makes a model of it")
    }
    for note in model.notes { call.context.note("\(path): \(note)") }
    return Pushed(ModelHandle(network: model.network, name: stem, metadata: model.metadata))
  }

  /// What the options say of a checkpoint of another program.
  private static func choices(_ call: LuaCall) throws -> CheckpointChoices {
    CheckpointChoices(
      patchSize: try call[patchSize], imageSize: try call[imageSize], steps: try call[steps],
      glanceSize: try call[glanceSize], glanceFrames: try call[glanceFrames],
      focusFrames: try call[focusFrames],
      shift: TemporalShiftClues(divisor: try call[divisor]))
  }

  /// A file of ours says itself what it is: options may say the same, so that scripts can take either form of a network.
  private static func refuseOptions(_ call: LuaCall, _ path: FilePath, _ own: Configuration) throws {
    let known: [(ArgumentKey<Int?>, Int?)] = [
      (patchSize, own.patchSize), (imageSize, own.imageSize), (steps, own.steps),
      (glanceSize, own.side(.glance)), (glanceFrames, own.frames(.glance)),
      (focusFrames, own.frames(.patch)), (divisor, own.clips?.exchange?.divisor),
    ]
    for (key, value) in known {
      guard let given = try call[key], given != value else { continue }
      throw LuaError(
        "gfnet.load: \(key.parameter.name) is \(given), but \(path) is a file of gfnet-lab, which says itself what it is"
          + (value.map { ": \($0)" } ?? ""))
    }
  }

  private static func located(_ name: FilePath, _ call: LuaCall) throws -> FilePath {
    guard !CheckpointFormats.isNamedAsForeign(name) else { return try call.readable(name) }
    let library = ModelLibrary.standard(scriptFolder: call.context.scriptFolder)
    let path: FilePath
    do {
      path = try library.find(name, call.context.found)
    } catch {
      // Whether a file is there is told of permitted folders only.
      _ = try call.readable(name)
      throw error
    }
    return try call.readable(path)
  }
}

extension HostContext {
  /// Keeps which file a model came from, for `meta.json`; once per file and content.
  fileprivate func note(model name: String, _ path: FilePath) throws {
    let digest = try MappedFile.read(path).withUnsafeBytes { XXHash64.digest($0) }
    let source = RunFacts.Source(name: name, path: path.shown, checksum: XXHash64.text(digest))
    if !loadedModels.contains(source) { loadedModels.append(source) }
  }
}
