import Support

/// How one number of a training went on, line by line of `metrics.jsonl`.
public struct MetricCurve: Sendable, Equatable {
  /// The name of the number, such as `loss`.
  public let name: String
  /// The number in each line; NaN where a line has none.
  public let values: [Double]

  /// Names that number the lines or time them, and show no progress.
  private static let counters: Set<String> = [
    "epoch", "stage", "step", "images", "seconds", "time", "rate", "learning_rate",
  ]
  /// The most lines of a file that are read.
  private static let mostLines = 100_000

  /// The numbers of a file; of a list in a line its last element, which is that of the last step. Lines that are no JSON are
  /// passed over: the last one may still be written.
  ///
  /// - Throws: `Interrupted`.
  public static func curves(of file: FilePath) throws -> [MetricCurve] {
    guard let bytes = try? InputFile.bytes(of: file, limit: 64 << 20) else { return [] }
    var names: [String] = []
    var columns: [String: [Double]] = [:]
    var lines = 0
    for line in TextLines(bytes) where lines < mostLines {
      try Cancellation.check()
      guard let members = (try? JSONValue(parsing: Array(line.bytes)))?.asObject else { continue }
      for member in members where !counters.contains(member.name) {
        guard let number = member.value.asNumber ?? member.value.asArray?.last?.asNumber else { continue }
        if columns[member.name] == nil {
          names.append(member.name)
          columns[member.name] = []
        }
        let missing = lines - (columns[member.name]?.count ?? 0)
        // A name that stands in a line twice counts once.
        guard missing >= 0 else { continue }
        columns[member.name, default: []] += Array(repeating: .nan, count: missing) + [number]
      }
      lines += 1
    }
    return names.map { name in
      let values = columns[name] ?? []
      return MetricCurve(name: name, values: values + Array(repeating: .nan, count: lines - values.count))
    }
  }

  public init(name: String, values: [Double]) {
    self.name = name
    self.values = values
  }
}
