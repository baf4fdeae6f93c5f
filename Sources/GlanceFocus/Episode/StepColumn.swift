/// Something that is known of every image after a step, such as its confidence: what it is called, and how it
/// is computed.
///
/// Records, traces, scripts and help go over the columns of ``StepColumns``. `Value` is `Float`, or `Int32`
/// for the 0-based number of a class.
public struct StepColumn<Value: Numeric & Sendable>: Sendable {
  /// Works out a column for the images of a step.
  ///
  /// - Parameter column: the column's N values, by row of the record.
  typealias Compute = @Sendable (_ step: StepLogits, _ column: UnsafeMutablePointer<Value>) -> Void

  /// The name by which users know it.
  public let name: String
  /// What its values are, in the plural, with their unit.
  public let help: String
  /// The tensor of trace files that keeps it, T×N; nil where it follows from the logits, which are kept.
  public let file: String?
  /// How it follows from the logits; nil for what the critic says, which whoever runs the network enters.
  let compute: Compute?
  /// What stands where a value is not known.
  let unknown: Value

  /// True for what the critic says: a live run asks it when a rule first wants to know.
  public var isCritics: Bool { compute == nil }

  /// A column that follows from the logits.
  init(_ name: String, _ help: String, compute: @escaping Compute) {
    self.name = name
    self.help = help
    self.compute = compute
    file = nil
    unknown = 0
  }
}

extension StepColumn<Float> {
  /// A column that the critic fills; NaN where it was not asked.
  init(ofCritic name: String, _ help: String, file: String) {
    self.name = name
    self.help = help
    self.file = file
    compute = nil
    unknown = .nan
  }
}

/// The logits of some images after a step: what columns are computed from.
struct StepLogits {
  /// The images' rows in the record, n.
  let rows: [Int]
  /// n×C, row-major.
  let logits: UnsafePointer<Float>
  /// C.
  let classes: Int
  /// What one pass over each image's logits gave, n.
  let softmax: UnsafeBufferPointer<SoftmaxStatistics>

  /// Calls `body` with every image's row in the record, what the one pass gave, and its C logits.
  @inline(__always)
  func forEach(
    _ body: (_ row: Int, _ softmax: SoftmaxStatistics, _ logits: UnsafeBufferPointer<Float>) -> Void
  ) {
    for (i, row) in rows.enumerated() {
      body(row, softmax[i], UnsafeBufferPointer(start: logits + i * classes, count: classes))
    }
  }

  /// Computes those of `table` that follow from the logits; `columns` are in its order.
  func fill<Value>(_ columns: inout [[Value]], of table: [StepColumn<Value>]) {
    for (place, column) in table.enumerated() {
      guard let compute = column.compute else { continue }
      columns[place].withUnsafeMutableBufferPointer { values in
        if let start = values.baseAddress { compute(self, start) }
      }
    }
  }
}
