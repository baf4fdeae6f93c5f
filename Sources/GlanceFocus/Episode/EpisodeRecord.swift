import Support

/// What running a model over N images for T steps gave, column by column.
///
/// The live adaptive loop fills it step by step for the images still in play; a stored trace holds it
/// complete. Exit rules read it through ``StepBatch`` and cannot tell the two apart.
///
/// A step's number is 1 for the glance and 2…T for the patches; images, classes and pixels are counted from
/// 0. A step's columns come into being when its first row is set, so a step that no image gets to costs
/// nothing.
public struct EpisodeRecord: Sendable {
  /// The number of images, N.
  public var images: Int { indices.count }
  /// The number of steps, T.
  public var steps: Int { madds.count }
  /// The number of classes, C.
  public let classes: Int
  /// The side of the original images in pixels, S.
  public let imageSize: Int
  /// The side of the glance and of the patches in pixels, P.
  public let patchSize: Int
  /// Multiply-Adds that an image has cost after each step, T values.
  public let madds: [Double]
  /// How the network sees clips; nil for images, and where a file does not say.
  public let clips: ClipForm?
  /// True classes, 0-based; nil when they are not known.
  public private(set) var labels: [Int32]?
  /// Each image's index in its data set: the key of its random numbers.
  public private(set) var indices: [Int]
  /// How many steps of each image are filled.
  public private(set) var filledSteps: [Int32]
  private var columns: [Step]

  /// Roughly the bytes of all columns.
  public var heldBytes: Int { columns.reduce(16 * images) { $0 + $1.heldBytes } }

  /// An empty record.
  /// - Parameters:
  ///   - indices: each image's index in its data set; their number is N.
  ///   - classes: C ≥ 1.
  ///   - imageSize: S, in pixels.
  ///   - patchSize: P ≤ S, in pixels.
  ///   - madds: cumulative Multiply-Adds by step, not falling; their number is T, 1…1000.
  ///   - labels: true classes, 0-based, or nil.
  ///   - clips: how the network sees clips; nil for images.
  /// - Throws: ``EpisodeError``.
  public init(
    indices: [Int], classes: Int, imageSize: Int, patchSize: Int, madds: [Double], labels: [Int32]? = nil,
    clips: ClipForm? = nil
  ) throws {
    guard classes >= 1, classes <= 1 << 24 else {
      throw EpisodeError("\(classes) classes: expected at least 1")
    }
    guard patchSize >= 1, imageSize >= patchSize, imageSize <= 1 << 20 else {
      throw EpisodeError("patches of \(patchSize) pixels do not fit images of \(imageSize)")
    }
    guard (1...1000).contains(madds.count) else {
      throw EpisodeError("a record of \(madds.count) steps: expected 1 to 1000")
    }
    var last = 0.0
    for (step, cost) in madds.enumerated() {
      guard cost.isFinite, cost >= last else {
        throw EpisodeError("Multiply-Adds up to step \(step + 1) are \(cost): expected at least \(last)")
      }
      last = cost
    }
    if let labels {
      guard labels.count == indices.count else {
        throw EpisodeError("\(labels.count) labels for \(indices.count) images")
      }
      for (index, label) in zip(indices, labels) { try Self.check(label, of: index, classes: classes) }
    }
    guard !indices.count.multipliedReportingOverflow(by: classes).overflow else {
      throw EpisodeError("\(indices.count) images of \(classes) classes are too many")
    }
    self.classes = classes
    self.imageSize = imageSize
    self.patchSize = patchSize
    self.madds = madds
    self.labels = labels
    self.clips = clips
    self.indices = indices
    filledSteps = [Int32](repeating: 0, count: indices.count)
    columns = [Step](repeating: Step(), count: madds.count)
  }

  private static func check(_ label: Int32, of index: Int, classes: Int) throws {
    guard label >= 0, label < classes else {
      throw EpisodeError(
        "image \(index &+ 1) has the label \(Int(label) + 1), but the model knows \(classes) classes")
    }
  }

  /// Gives a row to another image, which has had no step yet.
  ///
  /// - Parameters:
  ///   - index: the image's index in its data set.
  ///   - label: its true class, 0-based; only where the record has labels.
  /// - Throws: ``EpisodeError`` for a row or a class that is not there.
  mutating func reassign(_ row: Int, index: Int, label: Int32?) throws {
    guard indices.indices.contains(row) else {
      throw EpisodeError("row \(row + 1) of a record of \(images) images")
    }
    if labels != nil, let label {
      try Self.check(label, of: index, classes: classes)
      labels?[row] = label
    }
    indices[row] = index
    filledSteps[row] = 0
  }

  /// The columns of a step, 1…T; they are empty before its first row is set.
  public subscript(step: Int) -> Step { columns[step - 1] }

  /// How many frames of an item patches are cut from; 1 for images, and where nobody says.
  public var focusFrames: Int { clips?.focusFrames ?? 1 }

  /// How many places an item may have at a step, for errors.
  var expectedPlaces: String {
    focusFrames == 1
      ? "expected one"
      : "expected one for all frames, or one for each of the \(focusFrames) that are looked at"
  }

  /// True when every image has all T steps.
  public var isComplete: Bool { filledSteps.allSatisfy { Int($0) == steps } }

  /// Fills one step of some images and computes its derived columns.
  ///
  /// An image's steps are filled in order, each once.
  /// - Parameters:
  ///   - step: 1…T.
  ///   - rows: the images' rows in this record, without repetition.
  ///   - logits: n×C, row-major, n the number of rows.
  ///   - values: the critic's value after this step, n values, or nil.
  ///   - locations: where the patches were taken, n values; nil for the glance. Of clips each is one place in all frames,
  ///     or one in each of ``focusFrames``.
  /// - Throws: ``EpisodeError``, also for logits that are NaN or infinite.
  public mutating func setStep(
    _ step: Int, rows: [Int], logits: UnsafeBufferPointer<Float>, values: [Float]? = nil,
    locations: [PatchPlaces]? = nil
  ) throws {
    try check(step, rows: rows, logits: logits.count, values: values, locations: locations)
    guard !rows.isEmpty, let source = logits.baseAddress else { return }
    let index = step - 1
    try columns[index].allocate(images: images, classes: classes, isGlance: step == 1)
    if let failed = columns[index].fill(rows: rows, logits: source, classes: classes) {
      throw EpisodeError(
        "the logits of image \(indices[rows[failed]] + 1) at step \(step) hold NaN or infinity")
    }
    if let values { columns[index].enter(critic: values, rows: rows) }
    if let locations {
      let framed = locations.lazy.filter { $0.count > 1 }.count
      try MemoryBudget.shared.require(framed * focusFrames * Step.placeBytes)
      columns[index].enter(locations, rows: rows, imageSize: imageSize, patchSize: patchSize)
    }
    for row in rows { filledSteps[row] = Int32(step) }
  }

  /// ``setStep(_:rows:logits:values:locations:)-(_,_,UnsafeBufferPointer<Float>,_,_)`` from an array.
  public mutating func setStep(
    _ step: Int, rows: [Int], logits: [Float], values: [Float]? = nil, locations: [PatchPlaces]? = nil
  ) throws {
    try logits.withUnsafeBufferPointer {
      try setStep(step, rows: rows, logits: $0, values: values, locations: locations)
    }
  }

  private func check(
    _ step: Int, rows: [Int], logits: Int, values: [Float]?, locations: [PatchPlaces]?
  ) throws {
    guard (1...steps).contains(step) else { throw EpisodeError("step \(step) of a record of \(steps) steps") }
    guard logits == rows.count * classes else {
      throw EpisodeError(
        "\(logits) logits at step \(step): expected \(rows.count) images × \(classes) classes")
    }
    guard values.map({ $0.count == rows.count }) ?? true else {
      throw EpisodeError("\(values?.count ?? 0) critic values at step \(step) for \(rows.count) images")
    }
    guard (locations?.count ?? 0) == (step == 1 ? 0 : rows.count) else {
      throw EpisodeError(
        "\(locations?.count ?? 0) patch locations at step \(step):"
          + " expected \(step == 1 ? "none for the glance" : "\(rows.count)")")
    }
    var seen = [Bool](repeating: false, count: images)
    for row in rows {
      guard indices.indices.contains(row) else {
        throw EpisodeError("row \(row + 1) of a record of \(images) images")
      }
      guard Int(filledSteps[row]) == step - 1, !seen[row] else {
        throw EpisodeError(
          "image \(indices[row] + 1) cannot get step \(step): it has \(filledSteps[row]) steps"
            + (seen[row] ? " and is listed twice" : ""))
      }
      seen[row] = true
    }
    for (row, places) in zip(rows, locations ?? []) {
      guard places.count == 1 || places.count == focusFrames else {
        throw EpisodeError(
          "image \(indices[row] + 1) has \(places.count) places at step \(step): \(expectedPlaces)")
      }
      if let stray = places.stray {
        throw EpisodeError(
          "image \(indices[row] + 1) has the patch location (\(stray.row), \(stray.column))"
            + " at step \(step): both must lie in [0, 1]")
      }
    }
  }
}

extension EpisodeRecord {
  /// The record of some of its images, in the order of `rows` (without repetition).
  ///
  /// - Throws: ``EpisodeError`` when a row is not there.
  public func selecting(_ rows: [Int]) throws -> EpisodeRecord {
    if let bad = rows.first(where: { !indices.indices.contains($0) }) {
      throw EpisodeError("row \(bad + 1) of a record of \(images) images")
    }
    var result = try EpisodeRecord(
      indices: rows.map { indices[$0] }, classes: classes, imageSize: imageSize, patchSize: patchSize,
      madds: madds, labels: labels.map { labels in rows.map { labels[$0] } }, clips: clips)
    result.filledSteps = rows.map { filledSteps[$0] }
    result.columns = columns.map { $0.selecting(rows, classes: classes) }
    return result
  }

  // MARK: What a decision is to read instead

  /// Overwrites an entry of a step that is filled.
  mutating func replace(_ step: Int, row: Int, _ column: StepColumn<Float>, _ value: Float) {
    columns[step - 1].replace(column, row: row, value)
  }

  /// Overwrites an entry of a step that is filled.
  mutating func replace(_ step: Int, row: Int, _ column: StepColumn<Int32>, _ value: Int32) {
    columns[step - 1].replace(column, row: row, value)
  }

  /// Overwrites the logits of one image at a step that is filled, and all columns that follow from them.
  /// - Throws: ``EpisodeError`` for another number of logits, and for logits that are NaN or infinite.
  mutating func replaceLogits(_ step: Int, row: Int, _ logits: [Float]) throws {
    guard logits.count == classes else {
      throw EpisodeError("\(logits.count) logits, expected one for each of the \(classes) classes")
    }
    let failed = logits.withUnsafeBufferPointer { logits -> Int? in
      logits.baseAddress.flatMap { columns[step - 1].fill(rows: [row], logits: $0, classes: classes) }
    }
    if failed != nil { throw EpisodeError("the logits hold NaN or infinity") }
  }
}
