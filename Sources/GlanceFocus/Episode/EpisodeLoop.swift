import Support

/// The adaptive loop: step after step, the images that satisfy the exit rule leave with their answer.
///
/// Running a network and replaying a trace differ only in who fills the record.
public enum EpisodeLoop {
  /// Runs until every image has left.
  /// - Parameters:
  ///   - record: an empty record, or one that holds the steps already.
  ///   - rule: asked after every step but the last, at which every image leaves.
  ///   - elapsed: seconds since the run began, for rules that watch the clock; nil in replays.
  ///   - fill: called with a step and the rows still in play; it must have set that step of those rows when
  ///     it returns.
  /// - Returns: each image's exit, in record order.
  /// - Throws: ``EpisodeError`` when the rule gives the wrong number of decisions or a row was not filled;
  ///   whatever `rule` or `fill` throws; `Interrupted`.
  public static func run(
    _ record: inout EpisodeRecord, rule: any ExitRule, elapsed: (() -> Double)? = nil,
    fill: (_ step: Int, _ rows: [Int], _ record: inout EpisodeRecord) throws -> Void
  ) throws -> Evaluation {
    try rule.check(steps: record.steps, classes: record.classes)
    if rule.needs.contains(.labels), record.labels == nil {
      throw EpisodeError("the exit rule '\(rule.name)' needs the images' labels, which are not known")
    }
    var exits = Exits(record: record)
    var rows = Array(0..<record.images)
    for step in 1...record.steps where !rows.isEmpty {
      try Cancellation.check()
      try fill(step, rows, &record)
      let batch = try StepBatch(record: record, step: step, rows: rows, elapsed: elapsed?())
      if step == record.steps {
        exits.leave(rows, after: step, of: record)
        break
      }
      let leaves = try rule.decide(batch)
      guard leaves.count == rows.count else {
        throw EpisodeError(
          "the exit rule '\(rule.name)' gave \(leaves.count) decisions for \(rows.count) images at step \(step)"
        )
      }
      var leaving: [Int] = []
      var staying: [Int] = []
      for (i, row) in rows.enumerated() {
        if leaves[i] { leaving.append(row) } else { staying.append(row) }
      }
      exits.leave(leaving, after: step, of: record)
      rows = staying
    }
    return exits.evaluation(of: record)
  }

  /// Applies a rule to a record that holds the steps already.
  /// - Throws: as ``run(_:rule:elapsed:fill:)``.
  public static func replay(_ record: EpisodeRecord, rule: any ExitRule) throws -> Evaluation {
    var record = record
    return try run(&record, rule: rule) { _, _, _ in }
  }

  /// The exits so far, by record row.
  private struct Exits {
    var steps: [Int32]
    var predictions: [Int32]
    var confidences: [Float]

    init(record: EpisodeRecord) {
      steps = [Int32](repeating: 0, count: record.images)
      predictions = steps
      confidences = [Float](repeating: 0, count: record.images)
    }

    mutating func leave(_ rows: [Int], after step: Int, of record: EpisodeRecord) {
      let columns = record[step]
      for row in rows {
        steps[row] = Int32(step)
        predictions[row] = columns.prediction[row]
        confidences[row] = columns.confidence[row]
      }
    }

    func evaluation(of record: EpisodeRecord) -> Evaluation {
      Evaluation(
        exitSteps: steps, predictions: predictions, confidences: confidences,
        correct: record.labels.map { labels in labels.indices.map { labels[$0] == predictions[$0] } },
        stepMadds: record.madds)
    }
  }
}
