import Communication
import Support
import Tensor
import Vision

/// How the images of a run are divided over processes, and their results put together.
extension AdaptiveRunner {
  /// The items of a process: whole groups of `unit` in a row, about as many for each process. Where what becomes of an
  /// image depends on those before it, the first process has all.
  func items(
    of communicator: any Communicator, in dataset: any ImageDataset, unit: Int, isDivided: Bool = true
  ) -> Range<Int> {
    guard isDivided, !setup.sampler.dependsOnOthers else {
      return communicator.isFirst ? 0..<dataset.count : 0..<0
    }
    let units = PartTree(parts: (dataset.count - 1) / unit + 1).parts(
      of: communicator.rank, size: communicator.size)
    return units.lowerBound * unit..<min(units.upperBound * unit, dataset.count)
  }

  // MARK: Traces

  /// Enters what all processes have recorded of their images into `record`.
  ///
  /// - Parameters:
  ///   - rows: what this process has recorded.
  ///   - body: records; returns the rows.
  /// - Returns: the rows of all processes, in their order.
  func shareRows(
    _ record: inout EpisodeRecord, of dataset: any ImageDataset, over communicator: any Communicator,
    _ body: (inout EpisodeRecord) throws -> [Int]
  ) throws -> [Int] {
    guard communicator.isShared else { return try body(&record) }
    let all = try communicator.agree(on: "a trace of \(dataset.name)") {
      let rows = try body(&record)
      return try Self.packed(rows, of: record)
    }
    var rows: [Int] = []
    for (rank, bytes) in all.enumerated() {
      var reader = PackedReader(bytes)
      let theirs = try reader.ints()
      if rank != communicator.rank { try Self.enter(theirs, into: &record, &reader) }
      rows += theirs
    }
    try communicator.shareDamage(of: dataset)
    return rows
  }

  private static func packed(_ rows: [Int], of record: EpisodeRecord) throws -> [UInt8] {
    try MemoryBudget.shared.require(
      2 * rows.count * record.steps * record.classes * MemoryLayout<Float>.stride)
    var bytes = PackedBytes()
    bytes.append(rows)
    guard !rows.isEmpty else { return bytes.bytes }
    for step in 1...record.steps {
      let (columns, classes) = (record[step], record.classes)
      bytes.append(rows.flatMap { columns.logits[$0 * classes..<($0 + 1) * classes] })
      if step < record.steps {
        let values = columns[StepColumns.value]
        bytes.append(rows.map { values[$0] })
      }
      guard step > 1 else { continue }
      bytes.append(rows.map { columns.locations[$0].count })
      bytes.append(rows.flatMap { columns.locations[$0].values.flatMap { [$0.row, $0.column] } })
    }
    return bytes.bytes
  }

  private static func enter(
    _ rows: [Int], into record: inout EpisodeRecord, _ reader: inout PackedReader
  ) throws {
    guard !rows.isEmpty else { return }
    for step in 1...record.steps {
      let logits = try reader.floats()
      let values = step < record.steps ? try reader.floats() : nil
      var places: [PatchPlaces]?
      if step > 1 {
        let counts = try reader.ints()
        places = try frameWise(reader.floats(), counts) { PatchLocation(row: $0, column: $1) }
      }
      try record.setStep(step, rows: rows, logits: logits, values: values, locations: places)
    }
  }

  /// The trace that the first process has kept, as all have it then; nil where it has none.
  ///
  /// - Parameters:
  ///   - dataset: what it is a trace of.
  ///   - identity: how the trace names the model.
  ///   - samplerName: how the trace names its sampler.
  ///   - communicator: the processes, which all call this together.
  ///   - body: looks for it; called by the first process alone.
  /// - Throws: what `body` throws; `RankFailure`; `CommunicationError`.
  public func keptTrace(
    of dataset: any ImageDataset, model identity: Trace.Identity, samplerName: String?,
    over communicator: any Communicator, _ body: () throws -> Trace?
  ) throws -> Trace? {
    guard communicator.isShared else { return try body() }
    var kept: Trace?
    let bytes = try communicator.ofFirst("a kept trace of \(dataset.name)") {
      kept = try body()
      guard let kept else { return [] }
      var bytes = PackedBytes()
      bytes.append(kept.record.indices)
      bytes.append(try Self.packed(Array(0..<kept.record.images), of: kept.record))
      return bytes.bytes
    }
    try communicator.shareDamage(of: dataset)
    if bytes.isEmpty || communicator.isFirst { return kept }
    var reader = PackedReader(bytes)
    let indices = try reader.ints()
    guard indices.allSatisfy({ (0..<dataset.count).contains($0) }) else {
      throw CommunicationError("\(communicator.name(of: 0)) has another \(dataset.name)")
    }
    var record = try setup.record(
      indices: indices, labels: dataset.knowsLabels ? indices.map { dataset.label(at: $0) } : nil)
    var rows = PackedReader(try reader.byteList())
    try Self.enter(rows.ints(), into: &record, &rows)
    return try finished(record, dataset, identity, samplerName)
  }

  // MARK: Live runs

  /// The run over all images, each process having run its own.
  ///
  /// Whether an image goes on may depend on those before it, or on the time that there is; then the first process runs all of
  /// them, and the others are told.
  func shared(
    _ dataset: any ImageDataset, rule: any ExitRule, deadline: Double?, mean: ViewMean,
    over communicator: any Communicator
  ) throws -> Run {
    let start = setup.clock()
    let isDivided = deadline == nil && !rule.dependsOnOthers
    let range = items(of: communicator, in: dataset, unit: dataset.views, isDivided: isDivided)
    let all = try communicator.agree(on: "a run over \(dataset.name)") {
      var bytes = PackedBytes()
      guard !range.isEmpty else { return bytes.bytes }
      let run = try run(dataset, range, rule: rule, deadline: deadline, mean: mean)
      Self.append(run, to: &bytes)
      return bytes.bytes
    }
    var results: [Result] = []
    var videos: [VideoResult] = []
    var (late, leftOut, pixelBytes) = (0, 0, 0)
    for bytes in all where !bytes.isEmpty {
      var reader = PackedReader(bytes)
      let part = try Self.run(&reader, self, dataset)
      results += part.results
      videos += part.videos?.results ?? []
      late += part.late
      leftOut += part.videos?.leftOut ?? 0
      pixelBytes = max(pixelBytes, part.pixelBytes)
    }
    try communicator.shareDamage(of: dataset)
    try requireImages(results.count, dataset)
    return Run(
      results: results, evaluation: Evaluation(of: results, stepMadds: setup.madds),
      videos: dataset.views > 1 ? Videos(views: dataset.views, results: videos, leftOut: leftOut) : nil,
      seconds: setup.clock() - start, late: late, pixelBytes: pixelBytes)
  }

  private static func append(_ run: Run, to bytes: inout PackedBytes) {
    bytes.append([run.results.count, run.late, run.pixelBytes, run.videos?.leftOut ?? 0])
    for result in run.results {
      bytes.append([result.index, result.prediction, result.label ?? -1, result.steps])
      bytes.append([result.confidence])
      bytes.append(result.madds)
      bytes.append(result.seconds)
      bytes.append(result.positions.map(\.count))
      bytes.append(result.positions.flatMap { $0.values.flatMap { [$0.row, $0.column] } })
    }
    let videos = run.videos?.results ?? []
    bytes.append(videos.count)
    for video in videos {
      bytes.append([video.video, video.prediction, video.label ?? -1])
      bytes.append([video.confidence])
      bytes.append(video.madds)
    }
  }

  private static func run(
    _ reader: inout PackedReader, _ runner: AdaptiveRunner, _ dataset: any ImageDataset
  ) throws -> Run {
    let counts = try numbers(&reader, 4)
    let results = try (0..<max(counts[0], 0)).map { _ in
      let numbers = try numbers(&reader, 4)
      let confidence = try reader.floats().first ?? 0
      let (madds, seconds) = (try reader.double(), try reader.double())
      let (frames, pixels) = (try reader.ints(), try reader.ints())
      let positions = try frameWise(pixels, frames) { PatchPosition(row: $0, column: $1) }
      return Result(
        index: numbers[0], prediction: numbers[1], label: numbers[2] < 0 ? nil : numbers[2],
        confidence: confidence, steps: numbers[3], madds: madds, positions: positions, seconds: seconds)
    }
    let videos = try (0..<max(reader.int(), 0)).map { _ in
      let numbers = try numbers(&reader, 3)
      return VideoResult(
        video: numbers[0], prediction: numbers[1], label: numbers[2] < 0 ? nil : numbers[2],
        confidence: try reader.floats().first ?? 0, madds: try reader.double())
    }
    return Run(
      results: results, evaluation: Evaluation(of: results, stepMadds: runner.setup.madds),
      videos: dataset.views > 1 ? Videos(views: dataset.views, results: videos, leftOut: counts[3]) : nil,
      seconds: 0, late: counts[1], pixelBytes: counts[2])
  }

  /// Pairs of numbers as places, of which each item has one or one for each frame.
  ///
  /// - Parameters:
  ///   - numbers: row and column of every place, one after the other.
  ///   - counts: how many places the items have.
  private static func frameWise<Number, Place>(
    _ numbers: [Number], _ counts: [Int], _ place: (_ row: Number, _ column: Number) -> Place
  ) throws -> [FrameWise<Place>] {
    guard counts.allSatisfy({ $0 > 0 }), 2 * counts.reduce(0, +) == numbers.count else {
      throw CommunicationError("a process sent \(numbers.count) numbers for \(counts.count) places")
    }
    var next = 0
    return counts.compactMap { count in
      defer { next += count }
      return FrameWise((next..<next + count).map { place(numbers[2 * $0], numbers[2 * $0 + 1]) })
    }
  }

  private static func numbers(_ reader: inout PackedReader, _ count: Int) throws -> [Int] {
    let numbers = try reader.ints()
    guard numbers.count == count else {
      throw CommunicationError("a process sent \(numbers.count) numbers, expected \(count)")
    }
    return numbers
  }
}

extension Communicator {
  /// Tells all processes which images each could not read.
  func shareDamage(of dataset: any ImageDataset) throws {
    guard isShared, let damaged = dataset.damaged else { return }
    var mine = PackedBytes()
    for (index, reason) in damaged.all {
      mine.append(index)
      mine.append(reason)
    }
    for bytes in try gather(mine.bytes) {
      var reader = PackedReader(bytes)
      while !reader.isAtEnd { damaged.add(try reader.int(), try reader.text()) }
    }
  }
}
