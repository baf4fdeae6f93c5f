import GlanceFocus
import Support
import Vision

/// Reads options that several kinds of data sets have.
enum DatasetOptions {
  /// The parameters of the normalisation.
  static let normalizationParameters: [Parameter] = ["mean", "std"].map {
    Parameter.optional($0, .list(.number), "of the normalisation; default: ImageNet's")
  }

  /// The names of classes that are none of folders.
  static func classNames(_ call: LuaCall) throws -> [String] {
    try call.elements("classes").compactMap(\.stringBytes).map {
      String(validating: $0, as: UTF8.self) ?? String(escaping: $0)
    }
  }

  /// The text file that the option `labels` names, or the list of that name that comes with the program.
  static func labelFile(_ call: LuaCall, of dataset: String) throws -> FilePath? {
    guard try call.has("labels") else { return nil }
    guard try call.value("labels").asString != nil else {
      throw LuaError(
        "gfnet.dataset: of \"\(dataset)\", the option 'labels' is a text file, or the name of a list of classes"
      )
    }
    let name = try call.path("labels")
    return ModelLibrary.standard(scriptFolder: call.context.scriptFolder).classList(name)
      ?? call.context.found(name)
  }

  /// The normalisation of the options `mean` and `std`; what is left out is ImageNet's.
  static func normalization(_ call: LuaCall) throws -> Normalization {
    func three(_ name: String, _ fallback: [Float]) throws -> [Float] {
      guard try call.has(name) else { return fallback }
      let values = try call.numbers(name).map(Float.init)
      guard values.count == 3, values.allSatisfy(\.isFinite), name == "mean" || values.allSatisfy({ $0 > 0 })
      else {
        throw LuaError(
          "gfnet.dataset: option '\(name)' must be three \(name == "std" ? "positive " : "")numbers")
      }
      if let bad = values.first(where: { !(0...1).contains($0) }) {
        throw LuaError(
          "gfnet.dataset: option '\(name)' holds \(bad), expected numbers from 0 to 1, as the pixels are")
      }
      return values
    }
    return Normalization(
      mean: try three("mean", Normalization.imageNet.mean), std: try three("std", Normalization.imageNet.std))
  }
}
