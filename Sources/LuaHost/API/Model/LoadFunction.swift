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

  static let entry = FunctionEntry(
    "load", "Loads a model.", [nameOrFile],
    returns: "model", example: "local model = gfnet.load(\"clutter-fashion\")",
    discussion: """
      A name is looked for as models/NAME.safetensors beside the script and in the folders above it, in the \
      current folder, and with the program. A file is looked for in the current folder, then beside the script. \
      A checkpoint of the authors' PyTorch code is read as it is, with its \
      thresholds, costs and results in model.info.results; gfnet-lab models import makes a file of gfnet-lab of it.
      """, touches: [.readFiles]
  ) { call in
    let path = try located(call[nameOrFile], call)
    let stem = path.shownStem
    let file = try CheckpointFile(path)
    if case .state = file.content, let own = file.own, Trace.isTrace(own) {
      throw LuaError("gfnet.load: \(path) is a trace, not a model: gfnet.trace(file) reads it")
    }
    try call.context.note(model: stem, path)
    guard let model = try file.model() else {
      throw LuaError(
        "\(path) is not a gfnet-lab model but one network's weights: gfnet.encoder(file) loads an encoder, and "
          + "gfnet.model{encoder = file} makes a model of it")
    }
    return Pushed(ModelHandle(network: model.network, name: stem, metadata: model.metadata))
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
