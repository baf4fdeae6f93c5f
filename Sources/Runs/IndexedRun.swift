import Foundation
import Reports
import Support

/// What the index keeps of a run: enough to list, filter and sort runs without opening their folders.
struct IndexedRun {
  /// A number or a text that runs can be sorted by.
  struct Value: Equatable {
    let kind: RunQuery.ValueKind
    let name: String
    let number: Double?
    let text: String
  }

  let title: String
  let script: String
  let scriptStem: String
  let status: String
  /// Seconds since 1970; nil where the run does not say.
  let started: Double?
  /// The same in UTC to the second, as people read it.
  let startedText: String
  let seconds: Double?
  let tags: [String]
  /// Parameters that the command line set, in one line.
  let settings: String
  /// The first results, in one line.
  let results: String
  /// A picture that stands for it, below its folder; empty for none.
  let thumbnail: String
  let values: [Value]
  /// The run as `runs list --json` shows it, but for its place.
  let json: String

  /// More values of one run than this cannot be sorted by, and are left out of `--json`; `runs show` has all.
  static let mostValues = 1000
  /// The most bytes of a text among them.
  private static let longestText = 200

  init(_ run: RecordedRun) {
    title = run.title.printable(upTo: Self.longestText)
    script = run.script.printable(upTo: 1000)
    scriptStem = run.scriptStem.printable(upTo: Self.longestText)
    status = run.status
    started = run.started?.timeIntervalSince1970
    startedText = run.started == nil ? "" : Self.time(run.meta["started"]?.asString ?? "")
    seconds = run.seconds
    tags = Array(run.tags.prefix(RunTags.most))
    let set = run.parameters.filter(\.isSet)
    settings = Self.line(set.map { .init($0.name, $0.value) })
    results = Self.line(run.results.filter { $0.value.asNumber != nil }.prefix(3).map { $0 })
    let files = run.figures
    thumbnail = files.first ?? ""

    let parameters = run.parameters.prefix(Self.mostValues).map { JSONValue.Member($0.name, $0.value) }
    let found = Array(run.results.prefix(Self.mostValues))
    let metrics = Array(run.metrics.prefix(Self.mostValues))
    values =
      Self.values(parameters, .parameter) + Self.values(found, .result) + Self.values(metrics, .metric)
    json =
      JSONValue.object([
        .init("title", .string(run.title)), .init("script", .string(run.script)),
        .init("status", .string(run.status)), .init("started", run.meta["started"] ?? .null),
        .init("seconds", run.seconds.map(JSONValue.number) ?? .null),
        .init("tags", .array(tags.map(JSONValue.string))), .init("seed", run.meta["seed"] ?? .null),
        .init("commit", run.meta["repository"]?["commit"] ?? .null),
        .init("parameters", .object(parameters)), .init("set", .array(set.map { .string($0.name) })),
        .init("results", .object(found)), .init("metrics", .object(metrics)),
        .init("error", run.error.isEmpty ? .null : .string(run.error)),
      ]).compact
  }

  /// "2026-03-01 14:05:09" of "2026-03-01T14:05:09Z".
  private static func time(_ text: String) -> String {
    text.prefix(19).replacing("T", with: " ").printable(upTo: 19)
  }

  private static func values(_ members: [JSONValue.Member], _ kind: RunQuery.ValueKind) -> [Value] {
    var known: Set<String> = []
    return members.filter { known.insert($0.name).inserted && $0.name.utf8.count <= longestText }.map {
      let text = String($0.value.plain.unicodeScalars.prefix(longestText))
      return Value(kind: kind, name: $0.name, number: $0.value.asNumber, text: text)
    }
  }

  private static func line(_ members: [JSONValue.Member]) -> String {
    let words = members.prefix(8).map { member in
      let value =
        member.value.asNumber.map { Notebook.Table.Value.number($0, digits: nil).shown }
        ?? member.value.plain
      return "\(member.name.printable(upTo: 40))=\(value.printable(upTo: 40))"
    }
    return words.joined(separator: " ") + (members.count > 8 ? " …" : "")
  }
}
