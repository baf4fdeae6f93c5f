import Foundation
import Support

/// How the answers to the views of a video become one.
public enum ViewMean: String, Sendable, CaseIterable {
  /// The mean of the logits, as the tests of TSN and TSM take it.
  case logits
  /// The mean of the softmax of the logits.
  case probabilities

  /// The mean over views, as logits: what `probabilities` gives are the logarithms of the means.
  ///
  /// - Parameter views: the logits of each view, C values; at least one.
  public func logits(_ views: [some Collection<Float>]) -> [Float] {
    guard let classes = views.first?.count else { return [] }
    var sums = [Double](repeating: 0, count: classes)
    for view in views {
      switch self {
      case .logits: for (c, value) in view.enumerated() { sums[c] += Double(value) }
      case .probabilities:
        let probabilities = Array(view).withUnsafeBufferPointer { SoftmaxStatistics.probabilities($0) }
        for c in 0..<classes { sums[c] += Double(probabilities[c]) }
      }
    }
    let count = Double(views.count)
    switch self {
    case .logits: return sums.map { Float($0 / count) }
    // The least positive number stands in for 0, which has no logarithm.
    case .probabilities: return sums.map { Float(log(max($0 / count, Double(Float.leastNormalMagnitude)))) }
    }
  }
}

/// Which items are views of which video.
public enum VideoViews {
  /// The rows of the views of each video that has all of them, both in order, among items that are there once.
  ///
  /// - Parameters:
  ///   - indices: the items' indices in their data set, from 0.
  ///   - views: how many items in a row of the data set are of one video, at least 1.
  public static func rows(of indices: [Int], views: Int) -> [[Int]] {
    var rows: [Int: [Int]] = [:]
    for (row, index) in indices.enumerated() { rows[index / views, default: []].append(row) }
    return rows.sorted { $0.key < $1.key }.compactMap { _, rows in
      let ordered = rows.sorted { indices[$0] < indices[$1] }
      let isWhole =
        rows.count == views && ordered.enumerated().allSatisfy { indices[$0.element] % views == $0.offset }
      return isWhole ? ordered : nil
    }
  }

  /// How many videos items are views of.
  public static func count(of indices: [Int], views: Int) -> Int { Set(indices.map { $0 / views }).count }
}

extension Trace {
  /// The trace of videos: of each the mean over its views at every step, as if all of them had been looked at together.
  ///
  /// A video costs what its views cost. Its index, and where it was looked at, are those of its first view. Videos of which
  /// a view is not in the trace, because it could not be read, are left out.
  ///
  /// - Parameters:
  ///   - views: how many items in a row of the data set are of one video; nil: ``views``.
  ///   - mean: what is averaged.
  /// - Throws: ``EpisodeError`` where there are no views to average, where none of the videos has all of them, and where
  ///   items that are said to be of one video have different labels.
  public func overViews(_ views: Int? = nil, of mean: ViewMean = .logits) throws -> Trace {
    guard !isOverViews else { throw EpisodeError("this trace is of videos already: its views are averaged") }
    let isTold = views != nil
    let views = views ?? self.views
    guard views >= 1 else { throw EpisodeError("\(views) views of a video: expected at least 1") }
    let videos = VideoViews.rows(of: record.indices, views: views)
    guard !videos.isEmpty else {
      throw EpisodeError("none of the videos has all of its \(views) views in the trace")
    }
    if isTold { try requireOneLabel(of: videos) }
    var averaged = try EpisodeRecord(
      indices: videos.map { record.indices[$0[0]] }, classes: record.classes, imageSize: record.imageSize,
      patchSize: record.patchSize, madds: record.madds.map { $0 * Double(views) },
      labels: record.labels.map { labels in videos.map { labels[$0[0]] } }, clips: clips)
    let rows = Array(videos.indices)
    for step in 1...record.steps {
      try Cancellation.check()
      let columns = record[step]
      try MemoryBudget.shared.require(4 * videos.count * record.classes)
      let logits = columns.logits.withUnsafeBufferPointer { logits in
        videos.flatMap { video in
          mean.logits(
            video.map { row in
              UnsafeBufferPointer(rebasing: logits[row * record.classes..<(row + 1) * record.classes])
            })
        }
      }
      let values = columns.value
      try averaged.setStep(
        step, rows: rows, logits: logits,
        values: videos.map { video in Float(video.reduce(0) { $0 + Double(values[$1]) } / Double(views)) },
        locations: step == 1 ? nil : videos.map { columns.locations[$0[0]] })
    }
    return try Trace(
      record: averaged, model: model, dataset: dataset, sampler: sampler, classNames: classNames,
      views: views,
      isOverViews: true)
  }

  /// Refuses videos whose views have different labels: whoever said how many views there are was mistaken.
  private func requireOneLabel(of videos: [[Int]]) throws {
    guard let labels = record.labels else { return }
    for rows in videos {
      guard let other = rows.first(where: { labels[$0] != labels[rows[0]] }) else { continue }
      let (first, second) = (record.indices[rows[0]] + 1, record.indices[other] + 1)
      throw EpisodeError(
        "with \(rows.count) views of a video, items \(first) and \(second) are of one, and they have different labels"
      )
    }
  }
}
