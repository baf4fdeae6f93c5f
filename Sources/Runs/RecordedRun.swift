import Foundation
import Reports
import Support

/// A run as its folder tells: `meta.json`, `summary.json` and `metrics.jsonl`, which may come from a stranger.
public struct RecordedRun: Sendable {
  /// A parameter of the script.
  public struct Parameter: Sendable, Equatable {
    public let name: String
    public let value: JSONValue
    /// The value that is declared.
    public let defaultValue: JSONValue
    /// Whether the command line set it.
    public let isSet: Bool
  }

  /// Its folder.
  public let folder: FilePath
  /// All that `meta.json` says.
  public let meta: JSONValue
  /// The parameters of the script, in its order.
  public let parameters: [Parameter]
  /// What the script reported by `gfnet.report.results`.
  public let results: [JSONValue.Member]
  /// The last value of each number in `metrics.jsonl`.
  public let metrics: [JSONValue.Member]
  /// The error that stopped it; empty for none.
  public let error: String

  /// More bytes than `meta.json` and `summary.json` of any run have.
  static let limit = 64 << 20

  /// Reads what `folder` holds; nil where it is no folder of a run.
  ///
  /// - Throws: `FileError` and ``RunsError`` where `meta.json` cannot be read; `Interrupted`. Other files of the run that are missing
  ///   or damaged leave empty what they would say.
  public init?(_ folder: FilePath) throws {
    let file = folder / RunDirectory.metaName
    // A link could lead to any file, of which parts would then be shown.
    guard FileStatus(file, followsLinks: false)?.kind == .regular else { return nil }
    let bytes = try InputFile.bytes(of: file, limit: Self.limit)
    let meta: JSONValue
    do {
      meta = try JSONValue(parsing: bytes)
    } catch let problem as TextProblem {
      throw RunsError("\(file), \(problem)")
    }
    guard meta["written_by"]?.asString == RunDirectory.writer else { return nil }
    self.folder = folder
    self.meta = meta
    parameters = (meta["parameters"]?.asArray ?? []).compactMap { entry in
      guard let name = entry["name"]?.asString, let value = entry["value"] else { return nil }
      return Parameter(
        name: name, value: value, defaultValue: entry["default"] ?? .null,
        isSet: entry["overridden"]?.asBool ?? false)
    }
    let summary = try Self.json(folder / "summary.json")
    results = Self.unique(summary?["results"]?.asObject ?? [])
    error = summary?["error"]?.asString ?? ""
    metrics = try Self.lastMetrics(folder / "metrics.jsonl")
  }

  private static func json(_ file: FilePath) throws -> JSONValue? {
    guard FileStatus(file, followsLinks: false)?.kind == .regular else { return nil }
    do {
      return try JSONValue(parsing: InputFile.bytes(of: file, limit: limit))
    } catch let stop as Interrupted {
      throw stop
    } catch {
      return nil
    }
  }

  private static func lastMetrics(_ file: FilePath) throws -> [JSONValue.Member] {
    guard FileStatus(file, followsLinks: false)?.kind == .regular else { return [] }
    return try MetricCurve.curves(of: file).compactMap { curve in
      curve.values.last { $0.isFinite }.map { .init(curve.name, .number($0)) }
    }
  }

  /// The members without those whose name comes again: the last one counts, as for most readers of JSON.
  private static func unique(_ members: [JSONValue.Member]) -> [JSONValue.Member] {
    var known: Set<String> = []
    return members.reversed().filter { known.insert($0.name).inserted }.reversed()
  }
}

extension RecordedRun {
  /// What the run is about, as its report is headed.
  public var title: String { meta["title"]?.asString ?? "" }

  /// `running`, `done`, `failed` or `interrupted`; what else `meta.json` may say is `unknown`.
  public var status: String {
    meta["status"]?.asString.flatMap { RunFacts.Status(rawValue: $0)?.rawValue } ?? "unknown"
  }

  /// When it began; nil where that is not said.
  public var started: Date? {
    meta["started"]?.asString.flatMap { try? Date($0, strategy: .iso8601) }
  }

  /// Its wall-clock time; nil while it goes on.
  public var seconds: Double? { meta["seconds"]?.asNumber }

  /// The command as words, the program's name first.
  public var command: [String] { (meta["command"]?.asArray ?? []).compactMap(\.asString) }

  /// The script, as the command named it; empty where it named none.
  public var script: String {
    command.dropFirst().first { word in
      word == "-" || [".lua", ".ipynb"].contains { word.hasSuffix($0) && word.utf8.count > $0.utf8.count }
    } ?? ""
  }

  /// The script's name without folders and ending.
  public var scriptStem: String { FilePath(script).shownStem }

  /// The names that ``RunTags`` gave it.
  public var tags: [String] {
    (meta["tags"]?.asArray ?? []).compactMap(\.asString).filter { RunTags.problem(of: $0) == nil }
  }

  /// Paths of its figures that are pictures, below its folder: regular files that it lists as its own.
  public var figures: [String] {
    (meta["files"]?.asArray ?? []).compactMap(\.asString).filter { file in
      let parts = file.split(separator: "/", omittingEmptySubsequences: false)
      return parts.count == 2 && parts[0] == "figures" && Self.mediaType(file) != nil
        && file.utf8.allSatisfy(Self.isPlain) && !parts[1].hasPrefix(".")
        && FileStatus(folder / "figures", followsLinks: false)?.kind == .folder
        && FileStatus(folder / file, followsLinks: false)?.kind == .regular
    }
  }

  /// What browsers call the picture; nil where it is none.
  static func mediaType(_ file: String) -> String? {
    switch FilePath(file).ending {
    case "png": "image/png"
    case "jpg", "jpeg": "image/jpeg"
    case "webp": "image/webp"
    case "gif": "image/gif"
    case "svg": "image/svg+xml"
    default: nil
    }
  }

  /// What ``Reports/ArtifactNames`` writes: no such name needs escaping anywhere.
  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "_-./".utf8.contains(byte)
    }
  }
}
