import GlanceFocus
import Support

/// The options of `gfnet.encoder` and `gfnet.model` that say which of the networks in a file is meant.
enum EncoderOptions {
  private static let ema = ArgumentKey<Bool?>(
    "ema", "the moving average of the weights, or not; by default where the file has one")
  private static let weights = ArgumentKey<String?>(
    "weights", "the key in the file under which the weights are, as \"teacher\"; found by default")
  static let prefix = ArgumentKey<String?>(
    "prefix", "of the names of the encoder's arrays, as \"backbone.\"; found by default")

  static let rows: [any ArgumentRow] = [ema, weights, prefix]

  /// What a call says of the weights that it wants.
  static func choice(_ call: LuaCall) throws -> StateDictionary.Choice {
    .init(ema: try call[ema], weights: try call[weights])
  }

  /// The file that a script names, or the imported one that `gfnet-lab models` lists by that name.
  static func located(_ path: FilePath, _ call: LuaCall) throws -> FilePath {
    let library = ModelLibrary.standard(scriptFolder: call.context.scriptFolder)
    return try call.readable((try? library.find(path, call.context.found)) ?? path)
  }
}
