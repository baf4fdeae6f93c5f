import Support

/// Applies an exit rule to a record that holds every step already: step after step, the images that satisfy
/// the rule leave with their answer.
public enum EpisodeLoop {
  /// Sends the images of a record through an exit rule.
  ///
  /// - Parameters:
  ///   - record: holds all steps of all images.
  ///   - rule: asked after every step but the last, at which every image leaves.
  ///   - probe: keeps the rule's first answers, to ask about them again afterwards.
  /// - Returns: each image's exit, in record order.
  /// - Throws: ``EpisodeError`` when the rule does not fit or gives the wrong number of decisions, or a step
  ///   is missing; whatever `rule` throws; `Interrupted`.
  public static func replay(
    _ record: EpisodeRecord, rule: any ExitRule, probe: AnswerProbe? = nil
  ) throws -> Evaluation {
    let rule = try rule.started(on: record)
    var exits = Exits(images: record.images)
    var rows = Array(0..<record.images)
    for step in 1...record.steps where !rows.isEmpty {
      try Cancellation.check()
      let batch = try StepBatch(record: record, step: step, rows: rows)
      if step == record.steps {
        exits.leave(rows, after: step, of: record)
        break
      }
      let leaves = try rule.checkedDecisions(batch)
      try probe?.keep(batch, of: rule, values: nil, answers: leaves)
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

  /// The exits so far, by record row.
  private struct Exits {
    var steps: [Int32]
    var predictions: [Int32]
    var confidences: [Float]

    init(images: Int) {
      steps = [Int32](repeating: 0, count: images)
      predictions = steps
      confidences = [Float](repeating: 0, count: images)
    }

    mutating func leave(_ rows: [Int], after step: Int, of record: EpisodeRecord) {
      let (prediction, confidence) = (record[step].prediction, record[step].confidence)
      for row in rows {
        steps[row] = Int32(step)
        predictions[row] = prediction[row]
        confidences[row] = confidence[row]
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
