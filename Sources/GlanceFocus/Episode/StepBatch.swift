/// The images still in play after a step, as an exit rule sees them: a view, which copies no logits.
///
/// Entry i of every column belongs to record row `rows[i]`.
public struct StepBatch {
  /// The record that the batch is a part of.
  public let record: EpisodeRecord
  /// The step that was just taken, 1…T.
  public let step: Int
  /// Rows in the record, each once.
  public let rows: [Int]
  /// Seconds since each image's glance began; nil when a trace is replayed.
  public let elapsed: [Double]?
  private let columns: EpisodeRecord.Step
  /// Asks the critic; nil where the record holds its values.
  private let critic: (() throws -> [Float])?
  /// True when `rows` is 0..<N, so that columns need no gathering.
  private let isWhole: Bool

  /// - Parameters:
  ///   - record: holds the step for all `rows`.
  ///   - step: 1…T.
  ///   - rows: each once.
  ///   - elapsed: seconds since each image's glance began.
  ///   - critic: gives the critic's value for each row when a rule first wants it; nil: the record holds
  ///     them.
  /// - Throws: ``EpisodeError`` when a row has not had this step.
  public init(
    record: EpisodeRecord, step: Int, rows: [Int], elapsed: [Double]? = nil,
    critic: (() throws -> [Float])? = nil
  ) throws {
    guard (1...record.steps).contains(step) else {
      throw EpisodeError("step \(step) of a record of \(record.steps) steps")
    }
    var isWhole = rows.count == record.images
    for (position, row) in rows.enumerated() {
      guard row >= 0, row < record.images else {
        throw EpisodeError("row \(row + 1) of a batch is beyond \(record.images) images")
      }
      guard Int(record.filledSteps[row]) >= step else {
        throw EpisodeError("image \(record.indices[row] + 1) has not had step \(step)")
      }
      if row != position { isWhole = false }
    }
    self.record = record
    self.step = step
    self.rows = rows
    self.elapsed = elapsed
    self.critic = critic
    self.isWhole = isWhole
    columns = record[step]
  }

  /// The images at `positions` only.
  public func selecting(_ positions: [Int]) throws -> StepBatch {
    try StepBatch(
      record: record, step: step, rows: positions.map { rows[$0] },
      elapsed: elapsed.map { elapsed in positions.map { elapsed[$0] } },
      critic: critic.map { critic in
        {
          let values = try critic()
          return positions.map { values[$0] }
        }
      })
  }

  /// Images in the batch.
  public var count: Int { rows.count }
  /// The number of steps, T.
  public var steps: Int { record.steps }
  /// The number of classes, C.
  public var classes: Int { record.classes }
  /// Multiply-Adds that each image has cost so far.
  public var madds: Double { record.madds[step - 1] }
  /// Multiply-Adds that each image will have cost after one more step; nil at the last.
  public var nextMadds: Double? { step < steps ? record.madds[step] : nil }

  /// The values of a column of ``StepColumns/numbers``. A live run asks the critic now for what it says.
  public func numbers(_ column: StepColumn<Float>) throws -> [Float] {
    if column.isCritics, let critic { return try critic() }
    return gather(columns[column])
  }
  /// The values of a column of ``StepColumns/indices``.
  public func indices(_ column: StepColumn<Int32>) -> [Int32] { gather(columns[column]) }

  /// Largest softmax probabilities.
  public var confidence: [Float] { gather(columns.confidence) }
  /// Entropies in nats.
  public var entropy: [Float] { gather(columns.entropy) }
  /// Largest less second largest probabilities.
  public var margin: [Float] { gather(columns.margin) }
  /// Most probable classes, 0-based.
  public var prediction: [Int32] { gather(columns.prediction) }
  /// The critic's values, NaN where not known. A live run asks the critic now.
  public func value() throws -> [Float] { try numbers(StepColumns.value) }
  /// True classes, 0-based; nil when not known.
  public var labels: [Int32]? { record.labels.map(gather) }

  /// ``confidence`` as it was after an earlier step, 1…`step`.
  public func confidence(after step: Int) -> [Float] { gather(record[step].confidence) }
  /// ``entropy`` as it was after an earlier step, 1…`step`.
  public func entropy(after step: Int) -> [Float] { gather(record[step].entropy) }
  /// ``prediction`` as it was after an earlier step, 1…`step`.
  public func prediction(after step: Int) -> [Int32] { gather(record[step].prediction) }

  /// The softmax of one image's logits, C values, computed when asked for.
  public func probabilities(_ index: Int) -> [Float] {
    withLogits(index) { SoftmaxStatistics.probabilities($0) }
  }

  /// Gives `body` one image's logits, C values.
  public func withLogits<R>(_ index: Int, _ body: (UnsafeBufferPointer<Float>) throws -> R) rethrows -> R {
    try columns.logits.withUnsafeBufferPointer {
      let start = rows[index] * classes
      return try body(UnsafeBufferPointer(rebasing: $0[start..<start + classes]))
    }
  }

  /// One image of the batch.
  public subscript(index: Int) -> StepRow { StepRow(batch: self, index: index) }

  @inline(__always)
  private func gather<Value>(_ column: [Value]) -> [Value] {
    if isWhole { return column }
    return [Value](unsafeUninitializedCapacity: rows.count) { output, initialized in
      column.withUnsafeBufferPointer { column in
        for (i, row) in rows.enumerated() { output.initializeElement(at: i, to: column[row]) }
      }
      initialized = rows.count
    }
  }
}

/// One image of a ``StepBatch``.
public struct StepRow {
  /// The batch that the image is in.
  public let batch: StepBatch
  /// The image's position in the batch, from 0.
  public let index: Int

  private var row: Int { batch.rows[index] }
  private var columns: EpisodeRecord.Step { batch.record[batch.step] }

  /// The image's index in its data set, from 0.
  public var image: Int { batch.record.indices[row] }
  /// The step that was just taken, 1…T.
  public var step: Int { batch.step }
  /// The number of steps, T.
  public var steps: Int { batch.steps }
  /// The largest softmax probability.
  public var confidence: Float { columns.confidence[row] }
  /// The entropy in nats.
  public var entropy: Float { columns.entropy[row] }
  /// The largest probability less the second largest.
  public var margin: Float { columns.margin[row] }
  /// The most probable class, 0-based.
  public var prediction: Int32 { columns.prediction[row] }
  /// The true class, 0-based; nil when not known.
  public var label: Int32? { batch.record.labels.map { $0[row] } }
  /// The critic's value, NaN when not known.
  public func value() throws -> Float { try batch.value()[index] }
  /// Multiply-Adds that the image has cost so far.
  public var madds: Double { batch.madds }
  /// Multiply-Adds that the image will have cost after one more step; nil at the last.
  public var nextMadds: Double? { batch.nextMadds }
  /// Seconds since the image's glance began; nil when a trace is replayed.
  public var elapsed: Double? { batch.elapsed?[index] }
  /// The softmax of the logits, C values.
  public var probabilities: [Float] { batch.probabilities(index) }
  /// The confidences after step 1 and all others up to this one.
  public var confidences: [Float] { (1...step).map { batch.record[$0].confidence[row] } }
  /// The entropies in nats after step 1 and all others up to this one.
  public var entropies: [Float] { (1...step).map { batch.record[$0].entropy[row] } }
  /// The most probable classes after step 1 and all others up to this one, 0-based.
  public var predictions: [Int32] { (1...step).map { batch.record[$0].prediction[row] } }
  /// Where the patches of steps 2…`step` were taken; of clips each in all frames, or one in each.
  public var locations: [PatchPlaces] {
    step < 2 ? [] : (2...step).map { batch.record[$0].locations[row] }
  }
}
