import Foundation
import GlanceFocus
import Support
import Tensor
import Testing

@Suite struct EpisodeRecordTests {
  @Test func locationsMeanPixels() {
    let places: [(Float, Float, Int, Int)] = [
      (0, 1, 0, 128), (1, 0, 128, 0), (0.5, 0.999_999, 64, 127), (0.1, 0.7, 12, 89),
    ]
    for (row, column, top, left) in places {
      let location = PatchLocation(row: row, column: column)
      #expect(location.isValid)
      #expect(
        location.position(imageSize: 224, patchSize: 96) == PatchPosition(row: top, column: left))
    }
    // 0.7 in float32 is below 7/10, yet 0.7·10 rounds to 7 in float32: PyTorch's floor sees 7.
    #expect(
      PatchLocation(row: 0.7, column: 0.3).position(imageSize: 12, patchSize: 2)
        == PatchPosition(row: 7, column: 3))
    for bad in [Float(-0.01), 1.01, .nan, .infinity] {
      #expect(!PatchLocation(row: 0.5, column: bad).isValid)
      #expect(!PatchLocation(row: bad, column: 0.5).isValid)
    }
  }

  /// Softmax statistics in double precision, as a textbook has them.
  private func reference(_ logits: [Float]) -> (
    confidence: Double, entropy: Double, margin: Double, first: Int
  ) {
    let largest = logits.max() ?? 0
    let powers = logits.map { exp(Double($0) - Double(largest)) }
    let sum = powers.reduce(0, +)
    let p = powers.map { $0 / sum }
    let sorted = p.sorted(by: >)
    let entropy = -p.reduce(0) { $0 + ($1 > 0 ? $1 * log($1) : 0) }
    return (
      sorted[0], entropy, sorted.count > 1 ? sorted[0] - sorted[1] : sorted[0],
      logits.firstIndex(of: largest) ?? 0
    )
  }

  @Test(arguments: [1, 2, 3, 10, 15, 16, 17, 31, 32, 33, 100, 1000, 1001])
  func derivedColumnsMatchTheDefinition(_ classes: Int) throws {
    let random = CounterRandom(seed: 3, stream: "logits")
    let images = 64
    var logits = (0..<images * classes).map { random.normal($0) * [0.01, 1, 5, 40][$0 / classes % 4] }
    // Equal largest logits, wherever they lie: the first counts and the margin is 0.
    for i in stride(from: 0, to: images, by: 8) where classes > 1 {
      let places = try random.child(i).permutation(classes).prefix(2)
      for place in places { logits[i * classes + place] = 200 }
    }
    var record = try EpisodeRecord(
      indices: Array(0..<images), classes: classes, imageSize: 8, patchSize: 8, madds: [1])
    try record.setStep(1, rows: Array(0..<images), logits: logits)
    for i in 0..<images {
      let row = Array(logits[i * classes..<(i + 1) * classes])
      let expected = reference(row)
      #expect(abs(Double(record[1].confidence[i]) - expected.confidence) < 1e-6)
      #expect(abs(Double(record[1].margin[i]) - expected.margin) < 1e-6)
      #expect(abs(Double(record[1].entropy[i]) - expected.entropy) < 2e-6 * max(1, expected.entropy))
      #expect(Int(record[1].prediction[i]) == expected.first)
      #expect(record[1].entropy[i] >= 0)
      let batch = try StepBatch(record: record, step: 1, rows: [i])
      let p = batch.probabilities(0)
      #expect(abs(p.reduce(0, +) - 1) < 1e-5)
      #expect(abs(p[expected.first] - record[1].confidence[i]) < 1e-6)
      #expect(batch.withLogits(0) { Array($0) } == row)
    }
  }

  @Test func extremeLogitsHaveStatistics() throws {
    func columns(_ logits: [Float]) throws -> EpisodeRecord.Step {
      var record = try EpisodeRecord(
        indices: [41], classes: logits.count, imageSize: 8, patchSize: 8, madds: [1])
      try record.setStep(1, rows: [0], logits: logits)
      return record[1]
    }
    let even = try columns([Float](repeating: 5, count: 1000))
    #expect(abs(even.entropy[0] - log(1000)) < 1e-4)
    #expect(even.margin[0] == 0)
    let sure = try columns([-1e30, 1e30, 0])
    #expect(sure.confidence[0] == 1 && sure.margin[0] == 1 && sure.entropy[0] == 0 && sure.prediction[0] == 1)
    // A class that is masked out is not an error.
    let masked = try columns([-.infinity, 2, 2])
    #expect(abs(masked.confidence[0] - 0.5) < 1e-6 && masked.margin[0] == 0 && masked.prediction[0] == 1)
    for bad: Float in [.nan, .infinity, -.infinity] {
      for count in [1, 3, 20] {
        var logits = [Float](repeating: bad == -.infinity ? bad : 0, count: count)
        logits[count - 1] = bad
        let error = #expect(throws: EpisodeError.self) { try columns(logits) }
        #expect(error?.description == "the logits of image 42 at step 1 hold NaN or infinity")
      }
    }
  }

  /// Whatever columns there are: they belong to their image, in the record, in parts of it and in batches.
  @Test func columnsFollowTheirImages() throws {
    let random = CounterRandom(seed: 5, stream: "columns")
    let (images, classes) = (9, 7)
    let logits = (0..<images * classes).map { random.normal($0) }
    var whole = try EpisodeRecord(
      indices: Array(0..<images), classes: classes, imageSize: 8, patchSize: 8, madds: [1])
    for column in StepColumns.numbers { #expect(whole[1][column].isEmpty) }
    for column in StepColumns.indices { #expect(whole[1][column].isEmpty) }
    try whole.setStep(
      1, rows: Array(0..<images), logits: logits, values: (0..<images).map { Float($0) })
    let rows = [7, 2, 5]
    let part = try whole.selecting(rows)
    let batch = try StepBatch(record: whole, step: 1, rows: rows)
    for column in StepColumns.numbers {
      let values = whole[1][column]
      #expect(values.count == images && values.allSatisfy { !$0.isNaN }, "\(column.name)")
      #expect(part[1][column] == rows.map { values[$0] }, "\(column.name)")
      #expect(try batch.numbers(column) == rows.map { values[$0] }, "\(column.name)")
      // In a record of its own, an image has the same.
      for row in rows {
        var single = try EpisodeRecord(
          indices: [row], classes: classes, imageSize: 8, patchSize: 8, madds: [1])
        try single.setStep(
          1, rows: [0], logits: Array(logits[row * classes..<(row + 1) * classes]), values: [Float(row)])
        #expect(single[1][column] == [values[row]], "\(column.name)")
      }
    }
    for column in StepColumns.indices {
      let values = whole[1][column]
      #expect(values.count == images && values.allSatisfy { (0..<Int32(classes)).contains($0) })
      #expect(part[1][column] == rows.map { values[$0] }, "\(column.name)")
      #expect(batch.indices(column) == rows.map { values[$0] }, "\(column.name)")
    }
  }

  @Test func columnsHaveNamesOfTheirOwn() {
    let names = StepColumns.names
    #expect(Set(names).count == names.count)
    #expect(Set(names) == Set(StepColumns.numbers.map(\.name) + StepColumns.indices.map(\.name)))
    // What cannot be computed from the logits must be kept in files.
    #expect(StepColumns.numbers.allSatisfy { $0.isCritics == ($0.file != nil) })
  }

  @Test func stepsAreFilledInOrderAndOnce() throws {
    var record = try EpisodeRecord(
      indices: [0, 1, 2], classes: 2, imageSize: 128, patchSize: 48, madds: [1, 2])
    let place = PatchPlaces(row: 0.5, column: 1)
    try record.setStep(1, rows: [2, 0], logits: [0, 1, 2, 0])
    #expect(record.filledSteps == [1, 0, 1])
    #expect(record[1].prediction[2] == 1 && record[1].prediction[0] == 0)
    #expect(record[2].logits.isEmpty)
    try record.setStep(2, rows: [2], logits: [0, 1], values: [0.5], locations: [place])
    #expect(record[2].positions[2] == .same(PatchPosition(row: 40, column: 80)))
    #expect(record[2].value[2] == 0.5 && record[1].value[2].isNaN)
    #expect(!record.isComplete)

    let wrong: [(String, (inout EpisodeRecord) throws -> Void)] = [
      ("again", { try $0.setStep(1, rows: [0], logits: [0, 1]) }),
      ("too early", { try $0.setStep(2, rows: [1], logits: [0, 1], locations: [place]) }),
      ("twice", { try $0.setStep(1, rows: [1, 1], logits: [0, 1, 0, 1]) }),
      ("no such step", { try $0.setStep(3, rows: [2], logits: [0, 1], locations: [place]) }),
      ("no such step", { try $0.setStep(0, rows: [1], logits: [0, 1]) }),
      ("no such row", { try $0.setStep(1, rows: [3], logits: [0, 1]) }),
      ("no such row", { try $0.setStep(1, rows: [-1], logits: [0, 1]) }),
      ("few logits", { try $0.setStep(1, rows: [1], logits: [0]) }),
      ("few values", { try $0.setStep(1, rows: [1], logits: [0, 1], values: []) }),
      ("place of a glance", { try $0.setStep(1, rows: [1], logits: [0, 1], locations: [place]) }),
      ("no place", { try $0.setStep(2, rows: [0], logits: [0, 1]) }),
      (
        "place outside",
        { try $0.setStep(2, rows: [0], logits: [0, 1], locations: [.init(row: 1.01, column: 0)]) }
      ),
      (
        "place NaN",
        { try $0.setStep(2, rows: [0], logits: [0, 1], locations: [.init(row: 0, column: .nan)]) }
      ),
    ]
    for (what, action) in wrong {
      var copy = record
      let error = #expect(throws: EpisodeError.self, "\(what)") { try action(&copy) }
      #expect(!"\(try #require(error))".contains("\n"))
      #expect(copy.filledSteps == record.filledSteps)
    }
  }

  @Test func impossibleRecordsAreRefused() {
    let wrong: [() throws -> EpisodeRecord] = [
      { try EpisodeRecord(indices: [0], classes: 0, imageSize: 8, patchSize: 8, madds: [1]) },
      { try EpisodeRecord(indices: [0], classes: 2, imageSize: 8, patchSize: 9, madds: [1]) },
      { try EpisodeRecord(indices: [0], classes: 2, imageSize: 8, patchSize: 0, madds: [1]) },
      { try EpisodeRecord(indices: [0], classes: 2, imageSize: 8, patchSize: 8, madds: []) },
      { try EpisodeRecord(indices: [0], classes: 2, imageSize: 8, patchSize: 8, madds: [2, 1]) },
      {
        try EpisodeRecord(
          indices: [0], classes: 2, imageSize: 8, patchSize: 8, madds: [Double](repeating: 1, count: 1001))
      },
      { try EpisodeRecord(indices: [0], classes: 2, imageSize: 8, patchSize: 8, madds: [.nan]) },
      { try EpisodeRecord(indices: [0], classes: 2, imageSize: 8, patchSize: 8, madds: [1], labels: []) },
      { try EpisodeRecord(indices: [0], classes: 2, imageSize: 8, patchSize: 8, madds: [1], labels: [2]) },
      { try EpisodeRecord(indices: [0], classes: 2, imageSize: 8, patchSize: 8, madds: [1], labels: [-1]) },
    ]
    for make in wrong { #expect(throws: EpisodeError.self) { try make() } }
  }
}
