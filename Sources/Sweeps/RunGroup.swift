import Reports

/// Runs that differ in nothing but some parameters, such as the seed.
public struct RunGroup: Sendable {
  /// The parameters that they share, in order.
  public let parameters: [PlannedRun.Parameter]
  /// The runs, in order.
  public let records: [RunRecord]

  public init(parameters: [PlannedRun.Parameter], records: [RunRecord]) {
    self.parameters = parameters
    self.records = records
  }

  /// The runs in groups, in the order of their first runs.
  ///
  /// - Parameters:
  ///   - records: the runs.
  ///   - parameters: those that may differ within a group.
  public static func groups(_ records: [RunRecord], over parameters: Set<String>) -> [RunGroup] {
    var order: [String] = []
    var found: [String: (shared: [PlannedRun.Parameter], records: [RunRecord])] = [:]
    for record in records {
      let shared = record.run.parameters.filter { !parameters.contains($0.name) }
      let key = PlannedRun(shared.sorted { $0.name < $1.name }).name
      if found[key] == nil { order.append(key) }
      found[key, default: (shared, [])].records.append(record)
    }
    return order.compactMap { key in found[key].map { RunGroup(parameters: $0.shared, records: $0.records) } }
  }

  /// The values of a result that is a number, of all runs that have one.
  public func values(_ result: String) -> [Double] { records.compactMap { $0.number(result) } }

  /// The names of all results that are numbers, in the order in which they come up.
  public static func resultNames(_ records: [RunRecord]) -> [String] {
    var names: [String] = []
    var known: Set<String> = []
    for result in records.flatMap(\.results) where result.value.asNumber != nil {
      if known.insert(result.name).inserted { names.append(result.name) }
    }
    return names
  }
}
