import Support
import Tensor

extension EpisodeRecord {
  /// The columns of one step; each holds N entries, of which only the filled rows mean anything.
  public struct Step: Sendable {
    /// The logits, N×C, row-major.
    public private(set) var logits: [Float] = []
    /// Where the patches were taken, N values; empty for the glance. Of clips each is one place in all frames, or one in
    /// each.
    public private(set) var locations: [PatchPlaces] = []
    /// The patches' top-left pixels, N values; empty for the glance.
    public private(set) var positions: [PatchCorners] = []
    /// The columns of ``StepColumns/numbers`` in its order; empty before the first row is set.
    private var numbers: [[Float]] = []
    /// The columns of ``StepColumns/indices`` in its order; empty before the first row is set.
    private var indices: [[Int32]] = []

    init() {}

    /// N values of a column; none before the first row is set, and for a column that is not in the table.
    public subscript(column: StepColumn<Float>) -> [Float] {
      guard let place = StepColumns.place(of: column, in: StepColumns.numbers), place < numbers.count else {
        return []
      }
      return numbers[place]
    }

    /// N values of a column; none before the first row is set, and for a column that is not in the table.
    public subscript(column: StepColumn<Int32>) -> [Int32] {
      guard let place = StepColumns.place(of: column, in: StepColumns.indices), place < indices.count else {
        return []
      }
      return indices[place]
    }

    /// Roughly the bytes of all columns but the logits, for one image, with where its patch was taken in all frames.
    private static var columnBytes: Int {
      StepColumns.bytes + MemoryLayout<PatchPlaces>.stride + MemoryLayout<PatchCorners>.stride
    }

    /// Roughly the bytes of one place that a single frame of an image has.
    static let placeBytes = MemoryLayout<PatchLocation>.stride + MemoryLayout<PatchPosition>.stride

    /// Roughly the bytes of all columns.
    var heldBytes: Int {
      let framed = locations.lazy.filter { $0.count > 1 }.map(\.count).reduce(0, +)
      return 4 * logits.count + Self.columnBytes * (numbers.first?.count ?? 0) + Self.placeBytes * framed
    }
  }
}

extension EpisodeRecord.Step {
  /// Makes room for all images, unless there is room already.
  mutating func allocate(images: Int, classes: Int, isGlance: Bool) throws {
    guard logits.isEmpty else { return }
    try MemoryBudget.shared.require(4 * images * classes + Self.columnBytes * images)
    logits = [Float](repeating: 0, count: images * classes)
    numbers = StepColumns.numbers.map { [Float](repeating: $0.unknown, count: images) }
    indices = StepColumns.indices.map { [Int32](repeating: $0.unknown, count: images) }
    if !isGlance {
      locations = [PatchPlaces](repeating: PatchPlaces(row: 0, column: 0), count: images)
      positions = [PatchCorners](repeating: .same(PatchPosition(row: 0, column: 0)), count: images)
    }
  }

  /// Copies the logits of some images, n×C, and computes the columns that follow from them.
  ///
  /// - Returns: the position in `rows` of the first image whose logits are not finite; nil when all are.
  mutating func fill(rows: [Int], logits source: UnsafePointer<Float>, classes: Int) -> Int? {
    withUnsafeTemporaryAllocation(of: SoftmaxStatistics.self, capacity: rows.count) { statistics -> Int? in
      let failed = logits.withUnsafeMutableBufferPointer { logits -> Int? in
        guard let target = logits.baseAddress else { return nil }
        for (i, row) in rows.enumerated() {
          let values = source + i * classes
          guard let found = SoftmaxStatistics.of(values, count: classes) else { return i }
          (target + row * classes).update(from: values, count: classes)
          statistics.initializeElement(at: i, to: found)
        }
        return nil
      }
      if let failed { return failed }
      let step = StepLogits(
        rows: rows, logits: source, classes: classes, softmax: UnsafeBufferPointer(statistics))
      step.fill(&numbers, of: StepColumns.numbers)
      step.fill(&indices, of: StepColumns.indices)
      return nil
    }
  }

  /// Enters what the critic said of some images.
  mutating func enter(critic values: [Float], rows: [Int]) {
    for (place, column) in StepColumns.numbers.enumerated() where column.isCritics {
      for (i, row) in rows.enumerated() { numbers[place][row] = values[i] }
    }
  }

  /// Enters where the patches of some images were taken.
  mutating func enter(_ places: [PatchPlaces], rows: [Int], imageSize: Int, patchSize: Int) {
    for (i, row) in rows.enumerated() {
      locations[row] = places[i]
      positions[row] = places[i].corners(imageSize: imageSize, patchSize: patchSize)
    }
  }

  /// Overwrites one image's entry of a column.
  mutating func replace(_ column: StepColumn<Float>, row: Int, _ value: Float) {
    if let place = StepColumns.place(of: column, in: StepColumns.numbers) { numbers[place][row] = value }
  }

  /// Overwrites one image's entry of a column.
  mutating func replace(_ column: StepColumn<Int32>, row: Int, _ value: Int32) {
    if let place = StepColumns.place(of: column, in: StepColumns.indices) { indices[place][row] = value }
  }

  /// The columns of some of the images, in the order of `rows`.
  func selecting(_ rows: [Int], classes: Int) -> EpisodeRecord.Step {
    guard !logits.isEmpty else { return self }
    var result = self
    result.logits = rows.flatMap { logits[$0 * classes..<($0 + 1) * classes] }
    result.numbers = numbers.map { column in rows.map { column[$0] } }
    result.indices = indices.map { column in rows.map { column[$0] } }
    if !locations.isEmpty {
      result.locations = rows.map { locations[$0] }
      result.positions = rows.map { positions[$0] }
    }
    return result
  }
}
