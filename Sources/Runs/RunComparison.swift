import Foundation
import Reports
import Support

/// Several runs side by side: what differs first, then what they share.
public struct RunComparison {
  /// The runs, in the order in which they were named.
  public let runs: [RecordedRun]
  /// What each run is called.
  public let names: [String]

  /// A fact with its value in each run; nil where a run has none.
  struct Row {
    let name: String
    let values: [JSONValue?]

    var differs: Bool {
      values.contains { $0 == nil } || Set(values.map { $0.map(\.comparable) }).count > 1
    }
  }

  /// More facts of a kind than these are left out.
  private static let mostRows = 2000
  /// Signs of a text that are shown.
  private static let longestText = 200

  /// - Parameters:
  ///   - runs: two or more.
  ///   - names: what they are called, as the user has named them.
  public init(_ runs: [RecordedRun], names: [String]) {
    self.runs = runs
    self.names = names.map { $0.printable(upTo: 80) }
  }

  /// A table each of what the runs were made by, parameters, results and metrics; those that nothing is in are left out.
  public var tables: [Notebook.Table] {
    [
      table("runs", "fact", "How they were made", facts),
      table(
        "parameters", "parameter", "Parameters",
        Self.rows(runs.map { run in run.parameters.map { .init($0.name, $0.value) } })),
      table("results", "result", "Results", Self.rows(runs.map(\.results))),
      table("metrics", "metric", "Metrics: the last value of each", Self.rows(runs.map(\.metrics))),
    ].filter { !$0.rows.isEmpty }
  }

  /// What is known of the runs beside their numbers.
  private var facts: [Row] {
    Self.rows(runs.map(\.provenance))
  }

  /// The facts of all runs, by their names in the order in which they come up.
  private static func rows(_ lists: [[JSONValue.Member]]) -> [Row] {
    var known: Set<String> = []
    let names = lists.flatMap { $0.map(\.name) }.filter { known.insert($0).inserted }
    let values = lists.map { list in Dictionary(list.map { ($0.name, $0.value) }) { $1 } }
    return names.map { name in Row(name: name, values: values.map { $0[name] }) }
  }

  private func table(_ name: String, _ kind: String, _ caption: String, _ rows: [Row]) -> Notebook.Table {
    let sorted = rows.filter(\.differs) + rows.filter { !$0.differs }
    let rest = sorted.count - Self.mostRows
    return Notebook.Table(
      name: name, caption: caption + (rest > 0 ? "; \(rest) more are left out" : ""),
      columns: [kind, "differs"] + columns,
      rows: sorted.prefix(Self.mostRows).map { row in
        [.text(row.name.printable(upTo: 100)), .text(difference(row))] + row.values.map(Self.shown)
      })
  }

  /// The runs' names; equal ones are numbered.
  private var columns: [String] {
    names.enumerated().map { place, name in
      names.count { $0 == name } > 1 ? "\(name) (\(place + 1))" : name
    }
  }

  /// What a row says of the difference: by how much, or which run alone has the value.
  private func difference(_ row: Row) -> String {
    guard row.differs else { return "" }
    let having = row.values.indices.filter { row.values[$0] != nil }
    if having.count < row.values.count {
      return "only " + having.map { columns[$0] }.joined(separator: ", ")
    }
    guard row.values.count == 2, let first = row.values[0]?.asNumber, let second = row.values[1]?.asNumber
    else { return "yes" }
    let change = Notebook.Table.Value.number(second - first, digits: nil).shown
    return second > first ? "+" + change : change
  }

  private static func shown(_ value: JSONValue?) -> Notebook.Table.Value {
    switch value {
    case nil: .empty
    case .integer(let number): .integer(number, digits: nil)
    case .number(let number): .number(number, digits: nil)
    case .some(let other): .text(other.plain.printable(upTo: longestText))
    }
  }
}

extension JSONValue {
  /// A text that is the same for equal values, however numbers are written.
  fileprivate var comparable: String { asNumber.map { JSONValue.number($0).compact } ?? compact }
}

extension RecordedRun {
  /// What the run was made by and how it went, by names as people read them.
  public var provenance: [JSONValue.Member] {
    var members: [JSONValue.Member] = []
    func add(_ name: String, _ value: JSONValue?) {
      if let value, value != .null, value != .string(""), value != .array([]) {
        members.append(.init(name, value))
      }
    }
    add("title", .string(title))
    add("script", .string(script))
    add("status", .string(status))
    add("started", meta["started"])
    add("seconds", meta["seconds"])
    add("tags", tags.isEmpty ? nil : .string(tags.joined(separator: ", ")))
    add("error", .string(error))
    add("command", .string(command.map(RunFacts.shellQuoted).joined(separator: " ")))
    for name in ["commit", "branch", "dirty"] { add(name, meta["repository"]?[name]) }
    for name in ["seed", "threads", "precision"] { add(name, meta[name]) }
    for version in (meta["versions"]?.asObject ?? []).prefix(20) {
      add("version of \(version.name)", version.value)
    }
    for kind in ["models", "plugins"] {
      for source in (meta[kind]?.asArray ?? []).prefix(50) {
        let name = "\(kind.dropLast()) \(source["name"]?.asString ?? "")"
        add(name, source["checksum"])
      }
    }
    for name in ["processor", "cores", "memory_bytes", "system"] { add(name, meta["host"]?[name]) }
    add("remarks", (meta["remarks"]?.asArray).map { .integer($0.count) })
    return members
  }
}
