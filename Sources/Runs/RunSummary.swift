import Foundation
import Reports
import Support

/// What is known of one run from its folder, as far as lists, searches and comparisons want it.
///
/// It comes from `meta.json` and `summary.json`, which may be a stranger's: whatever has another form than ours is left out, texts
/// are cut, and a figure is named only where it is a plain file below the folder.
public struct RunSummary: Sendable, Equatable {
  /// The folder, relative to that in which runs are looked for; "." for that itself.
  public var name: String
  public var title = ""
  /// The script, or the command, as it was typed.
  public var script = ""
  /// done, failed, interrupted or running, as the run said last.
  public var status = ""
  /// When it began, as `2026-12-01T09:30:00Z`.
  public var started = ""
  public var seconds: Double?
  public var seed: Int?
  public var commit = ""
  /// Whether files of the repository had changes that no commit has.
  public var isDirty = false
  public var command: [String] = []
  public var error = ""
  public var tags: [String] = []
  /// The first figure, relative to the folder; empty where there is none.
  public var picture = ""
  public var parameters: [JSONValue.Member] = []
  public var results: [JSONValue.Member] = []

  /// The longest text that is kept of a title, an error, an argument.
  static let longestText = 400
  /// The most parameters and results that are kept.
  static let mostMembers = 200

  init(name: String) { self.name = name }

  /// Reads the folder; nil where no run of ours has written it.
  ///
  /// - Parameters:
  ///   - folder: where it is.
  ///   - name: what it is called.
  public init?(_ folder: FilePath, name: String) {
    guard let meta = Self.json(folder / "meta.json"), meta["written_by"]?.asString == RunFacts.writer else {
      return nil
    }
    self.init(name: name)
    title = Self.text(meta["title"])
    status = RunFacts.Status(rawValue: Self.text(meta["status"]))?.rawValue ?? "unknown"
    started = Self.text(meta["started"])
    seconds = meta["seconds"]?.asNumber
    seed = meta["seed"]?.asInteger
    commit = Self.text(meta["repository"]?["commit"])
    isDirty = meta["repository"]?["dirty"]?.asBool ?? false
    command = (meta["command"]?.asArray ?? []).prefix(Self.mostMembers).map { Self.text($0) }
    script = Self.script(of: command)
    parameters = (meta["parameters"]?.asArray ?? []).prefix(Self.mostMembers).compactMap { parameter in
      parameter["name"]?.asString.map { .init(Self.cut($0), Self.short(parameter["value"] ?? .null)) }
    }
    picture = Self.picture(meta["files"]?.asArray ?? [], in: folder)
    let summary = Self.json(folder / "summary.json")
    error = Self.text(summary?["error"])
    results = (summary?["results"]?.asObject ?? []).prefix(Self.mostMembers).map {
      .init(Self.cut($0.name), Self.short($0.value))
    }
    tags = RunTags(folder: folder).names
  }

  /// A parameter or a result by its name; nil where the run has neither.
  public func value(of name: String) -> JSONValue? {
    results.first { $0.name == name }?.value ?? parameters.first { $0.name == name }?.value
  }

  // MARK: Reading

  private static func json(_ path: FilePath) -> JSONValue? {
    guard FileStatus(path, followsLinks: false)?.kind == .regular,
      let bytes = try? InputFile.bytes(of: path, limit: 16 << 20)
    else { return nil }
    return try? JSONValue(parsing: bytes)
  }

  private static func cut(_ text: String) -> String {
    text.count > longestText ? text.prefix(longestText) + "…" : text
  }

  private static func text(_ value: JSONValue?) -> String { cut(value?.asString ?? "") }

  /// A value without long texts and lists.
  private static func short(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string(let text): .string(cut(text))
    case .array(let elements) where elements.count > 20: .string("\(elements.count) elements")
    case .array(let elements): .array(elements.map(short))
    case .object(let members): .string("\(members.count) fields")
    default: value
    }
  }

  /// The script of a command: what ends in .lua or .ipynb, else its second word.
  private static func script(of command: [String]) -> String {
    command.first { $0.hasSuffix(".lua") || $0.hasSuffix(".ipynb") } ?? command.dropFirst().first ?? ""
  }

  private static func picture(_ files: [JSONValue], in folder: FilePath) -> String {
    for case .string(let name) in files where name.hasPrefix("figures/") && name.hasSuffix(".png") {
      let isPlain = name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
        !$0.isEmpty && !$0.hasPrefix(".") && !$0.utf8.contains(0)
      }
      if isPlain, FileStatus(folder / "figures", followsLinks: false)?.kind == .folder,
        FileStatus(folder / name, followsLinks: false)?.kind == .regular
      {
        return name
      }
    }
    return ""
  }
}

extension RunSummary {
  /// The summary as the index keeps it.
  var json: JSONValue {
    .object([
      .init("title", .string(title)), .init("script", .string(script)), .init("status", .string(status)),
      .init("started", .string(started)), .init("seconds", seconds.map(JSONValue.number) ?? .null),
      .init("seed", seed.map(JSONValue.integer) ?? .null), .init("commit", .string(commit)),
      .init("dirty", .bool(isDirty)), .init("command", .array(command.map(JSONValue.string))),
      .init("error", .string(error)), .init("tags", .array(tags.map(JSONValue.string))),
      .init("picture", .string(picture)), .init("parameters", .object(parameters)),
      .init("results", .object(results)),
    ])
  }

  /// What ``json`` says; nil for what is none of that.
  init?(_ json: JSONValue, name: String) {
    guard let title = json["title"]?.asString, let status = json["status"]?.asString else { return nil }
    self.init(name: name)
    func texts(_ name: String) -> [String] { (json[name]?.asArray ?? []).compactMap(\.asString) }
    self.title = title
    self.status = status
    script = json["script"]?.asString ?? ""
    started = json["started"]?.asString ?? ""
    seconds = json["seconds"]?.asNumber
    seed = json["seed"]?.asInteger
    commit = json["commit"]?.asString ?? ""
    isDirty = json["dirty"]?.asBool ?? false
    command = texts("command")
    error = json["error"]?.asString ?? ""
    tags = texts("tags")
    picture = json["picture"]?.asString ?? ""
    parameters = json["parameters"]?.asObject ?? []
    results = json["results"]?.asObject ?? []
  }
}
