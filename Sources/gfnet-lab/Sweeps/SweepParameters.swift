import LuaHost
import Reports
import Support
import Sweeps

/// The parameters of a sweep as they were typed, checked against what the script declares.
struct SweepParameters {
  /// The parameters with all their values.
  let axes: [SweepAxis]
  /// Whether `seed` is the program's option, because the script has no such parameter.
  let seedIsOption: Bool
  /// Words that put what each run keeps for itself into its folder.
  let ownPlaces: [String]
  /// What could not be checked; nil where all was.
  let remark: String?

  /// The names by which scripts say where they keep their state and their model. Runs that shared one place would overwrite each
  /// other.
  private static let placeNames = ["state", "save"]

  /// - Parameters:
  ///   - script: the script.
  ///   - texts: `name=values` in order.
  /// - Throws: `UsageError` and ``SweepError`` in one line; what is wrong with the script.
  init(script: FilePath, texts: [String]) throws {
    guard InputFile.openDescriptor(script) == nil else {
      throw UsageError("a sweep needs a script in a file, not a stream: each run reads it")
    }
    let file = try ScriptArgument.read(script)
    let given = try texts.map(ParameterSession.parseOverride)
    var names: Set<String> = []
    for (name, _) in given where !names.insert(name).inserted {
      throw UsageError("parameter '\(name)' is given twice; separate its values by commas")
    }
    var settings: [Setting]?
    var remark: String?
    do {
      settings = try ScriptRunner(script: file).listParameters()
    } catch let error as LuaError where error.message.contains("cannot be listed without running it") {
      remark = "\(error.message); the runs check them"
    }
    let seedIsOption = settings.map { !$0.contains { $0.name == "seed" } } ?? false
    axes = try given.map { name, text in
      let setting = try Self.setting(name, among: settings, seedIsOption: seedIsOption, script)
      return try SweepAxis(name: name, text: text, setting: setting, most: PlannedRun.mostRuns) {
        try (setting ?? Self.seed).parse($0)
      }
    }
    if let missing = settings?.first(where: { $0.defaultValue == nil && !names.contains($0.name) }) {
      throw UsageError(
        "parameter '\(missing.name)' is missing; add \(missing.name)=… (\(missing.kind.described))")
    }
    self.seedIsOption = seedIsOption
    self.remark = remark
    ownPlaces = (settings ?? []).compactMap { setting in
      guard Self.placeNames.contains(setting.name), !names.contains(setting.name), setting.kind == .string,
        case .string(let text)? = setting.defaultValue, !text.isEmpty,
        let name = FilePath(bytes: RawArgument.bytes(of: text))?.lastComponent
      else { return nil }
      return "\(setting.name)=\(PlannedRun.folderMark)/\(RawArgument.text(name.bytes))"
    }
  }

  /// The option `--seed` as a parameter.
  private static let seed = Setting("seed", .integer, in: 0...Double(Int.max), help: "of everything random")

  /// The declaration of a parameter; nil where nothing is known of the script's.
  private static func setting(
    _ name: String, among settings: [Setting]?, seedIsOption: Bool, _ script: FilePath
  ) throws -> Setting? {
    guard let settings else { return nil }
    if let setting = settings.first(where: { $0.name == name }) { return setting }
    if name == "seed", seedIsOption { return seed }
    if settings.isEmpty { throw UsageError("\(script) takes no parameters, got '\(name)'") }
    throw UsageError("unknown parameter '\(name)'" + NearestName.hint(name, in: settings.map(\.name)))
  }
}
