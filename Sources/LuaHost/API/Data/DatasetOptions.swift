import GlanceFocus
import Support
import Vision

/// The options that several kinds of data sets share.
enum DatasetOptions {
  /// The part of the data set; what leaving it out means, each kind says.
  static let split = ArgumentKey<String?>(
    .optional(
      "split", .string,
      "the part, such as train, validation or test; default: test; of \"folder\", and of \"videos\" with"
        + " path: a folder in it, default: none; of \"frames\" and other \"videos\": what it is called, which changes"
        + " nothing else"
    ).naming { _ in ["test", "train", "validation"] }
  ) { call, name in try call.optionalString(name) }

  /// The names of classes that are none of folders.
  static let classNames = ArgumentKey<[String]?>(
    .optional("classes", .list(.string), "the names of the classes")
  ) { call, name in
    try listed(call, name)?.map { String(validating: $0, as: UTF8.self) ?? String(escaping: $0) }
  }

  /// The strings of a list that a script gave as the option `name`; nil where it was left out.
  static func listed(_ call: LuaCall, _ name: String) throws -> [[UInt8]]? {
    guard try call.has(name) else { return nil }
    // The table has the option once for all kinds: another may take a text file.
    guard try call.value(name).asTable != nil else {
      throw LuaError("gfnet.dataset: the option '\(name)' of this data set is a list of names, not a file")
    }
    return try call.elements(name).compactMap { $0.stringBytes.map { Array($0) } }
  }

  /// What happens at what cannot be read.
  static let onError = ArgumentKey<FolderDataset.DamagePolicy>(
    "on_error", "leave out what cannot be read (skip, the default), or end the run (stop)"
  ).optional

  /// The option `labels` of a kind: a text file, or a list that comes with the program.
  static func labelFile(of kind: String, _ summary: String) -> ArgumentKey<FilePath?> {
    ArgumentKey<FilePath?>(.optional("labels", .string, summary)) { call, name in
      guard try call.has(name) else { return nil }
      // The table has the option once for all kinds: another may take something else.
      guard try call.value(name).asString != nil else {
        throw LuaError(
          "gfnet.dataset: of \"\(kind)\", the option '\(name)' is a text file, or the name of a list of classes"
        )
      }
      let path = try call.path(name)
      return try ModelLibrary.standard(scriptFolder: call.context.scriptFolder).classList(path)
        ?? call.readable(path)
    }
  }

  // MARK: Normalisation

  private static let mean = channels("mean")
  private static let std = channels("std", arePositive: true)

  /// The rows of the normalisation.
  static let normalization: [any ArgumentRow] = [mean, std]

  /// The normalisation of the options `mean` and `std`; what is left out is ImageNet's.
  static func normalization(of call: LuaCall) throws -> Normalization {
    Normalization(
      mean: try call[mean] ?? Normalization.imageNet.mean, std: try call[std] ?? Normalization.imageNet.std)
  }

  /// The normalisation of the options `mean` and `std`; nil where the call gives neither.
  static func givenNormalization(of call: LuaCall) throws -> Normalization? {
    let isLeftToDataset = try call[mean] == nil && call[std] == nil
    return try isLeftToDataset ? nil : normalization(of: call)
  }

  /// An option with a number for each channel.
  private static func channels(_ name: String, arePositive: Bool = false) -> ArgumentKey<[Float]?> {
    ArgumentKey<[Float]?>(.optional(name, .list(.number), "of the normalisation; default: ImageNet's")) {
      call, name in
      guard try call.has(name) else { return nil }
      let values = try call.numbers(name).map(Float.init)
      guard values.count == 3, values.allSatisfy(\.isFinite), !arePositive || values.allSatisfy({ $0 > 0 })
      else {
        throw LuaError(
          "gfnet.dataset: option '\(name)' must be three \(arePositive ? "positive " : "")numbers")
      }
      if let bad = values.first(where: { !(0...1).contains($0) }) {
        throw LuaError(
          "gfnet.dataset: option '\(name)' holds \(bad), expected numbers from 0 to 1, as the pixels are")
      }
      return values
    }
  }
}
