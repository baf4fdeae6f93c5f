import GlanceFocus
import Reports
import Support
import Sweeps

/// The runs of a sweep as tables.
enum SweepTables {
  /// The most results that a table has columns for.
  private static let mostResults = 12

  /// All runs: parameters, status, time, results, and what went wrong.
  static func runs(_ records: [RunRecord]) -> Notebook.Table {
    let parameters = parameterNames(records)
    let results = Array(RunGroup.resultNames(records).prefix(mostResults))
    let rows = records.map { record -> [Notebook.Table.Value] in
      parameters.map { record.value(of: $0).map(value) ?? .empty }
        + [
          .text(record.status.rawValue), record.seconds.map { .number($0, digits: 1) } ?? .empty,
          .integer(record.attempts, digits: nil),
        ]
        + results.map { record.number($0).map { .number($0, digits: nil) } ?? .empty }
        + [.text(record.note.printable(upTo: 300))]
    }
    return Notebook.Table(
      name: "runs", caption: "All runs.",
      columns: parameters + ["status", "time (s)", "starts"] + results + ["note"],
      rows: rows)
  }

  /// Means of the results over repetitions, a row for each combination of the other parameters.
  ///
  /// A number in parentheses is the standard error of the mean.
  static func means(_ groups: [RunGroup], _ results: [String]) throws -> Notebook.Table {
    let names = parameterNames(groups.flatMap(\.records)).filter { name in
      groups.contains { $0.parameters.contains { $0.name == name } }
    }
    let results = Array(results.prefix(mostResults))
    let rows = try groups.map { group -> [Notebook.Table.Value] in
      let parameters = names.map { name -> Notebook.Table.Value in
        group.parameters.first { $0.name == name }.map { value($0.value) } ?? .empty
      }
      let done = group.records.count { $0.status == .done }
      return try parameters + [.integer(done, digits: nil)] + results.map { try mean(group.values($0)) }
    }
    return Notebook.Table(
      name: "means", caption: "Means of the runs that are done; in parentheses their standard error.",
      columns: names + ["runs"] + results, rows: rows)
  }

  /// The highest and the lowest mean of each result, and where it is; which of them is the best only its reader knows.
  static func extremes(_ groups: [RunGroup], _ results: [String]) throws -> Notebook.Table {
    let rows = try results.map { name -> [Notebook.Table.Value] in
      let means = try groups.compactMap { group -> (group: RunGroup, mean: Double)? in
        let values = group.values(name).filter(\.isFinite)
        return values.isEmpty ? nil : (group, try Means.student(values).value)
      }
      guard let highest = means.max(by: { $0.mean < $1.mean }),
        let lowest = means.min(by: { $0.mean < $1.mean })
      else { return [.text(name)] }
      return [
        .text(name), try mean(highest.group.values(name)), .text(highest.group.label),
        try mean(lowest.group.values(name)), .text(lowest.group.label),
      ]
    }
    return Notebook.Table(
      name: "best", caption: "The highest and the lowest mean of each result.",
      columns: ["result", "highest", "with", "lowest", "with "], rows: rows)
  }

  /// The names of all parameters, in the order in which they come up.
  static func parameterNames(_ records: [RunRecord]) -> [String] {
    var known: Set<String> = []
    return records.flatMap { $0.run.parameters.map(\.name) }.filter { known.insert($0).inserted }
  }

  private static func mean(_ values: [Double]) throws -> Notebook.Table.Value {
    let finite = values.filter(\.isFinite)
    guard let first = finite.first else { return .empty }
    guard finite.count > 1 else { return .number(first, digits: nil) }
    let mean = try Means.student(finite)
    return .uncertain(mean.value, uncertainty: mean.uncertainty, digits: nil)
  }

  private static func value(_ json: JSONValue) -> Notebook.Table.Value {
    switch json {
    case .integer(let value): .integer(value, digits: nil)
    case .number(let value): .number(value, digits: nil)
    default: .text(json.plain)
    }
  }
}

extension RunGroup {
  /// The shared parameters in words, such as `rate=0.1, width=2`.
  var label: String {
    parameters.isEmpty
      ? "all runs" : parameters.map { "\($0.name)=\($0.value.plain)" }.joined(separator: ", ")
  }
}
