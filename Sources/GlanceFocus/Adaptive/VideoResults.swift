extension AdaptiveRunner {
  /// The answer to a video of several views: the mean over what each view was answered, each after steps of its own.
  public struct VideoResult: Sendable {
    /// Its number in the data set, from 0.
    public let video: Int
    /// The class that it is taken for, from 0.
    public let prediction: Int
    /// Its true class, from 0; nil when not known.
    public let label: Int?
    /// The softmax probability of that class.
    public let confidence: Float
    /// Multiply-Adds that all views have cost together.
    public let madds: Double
  }

  /// The videos of a run.
  public struct Videos: Sendable {
    /// How many views each has.
    public let views: Int
    /// Those that have answers to all of their views, in the order of the data set.
    public let results: [VideoResult]
    /// How many had answers to some of their views alone, as the others could not be read.
    public let leftOut: Int

    /// The share of right answers, 0…1; nil without labels or videos.
    public var accuracy: Double? {
      let right = results.compactMap { result in result.label.map { $0 == result.prediction } }
      return right.isEmpty ? nil : Double(right.count(where: \.self)) / Double(right.count)
    }

    /// Mean Multiply-Adds per video; 0 without videos.
    public var madds: Double {
      results.isEmpty ? 0 : results.reduce(0) { $0 + $1.madds } / Double(results.count)
    }
  }

  /// Averages the answers to views, which come in the order of the data set.
  struct VideoAverage {
    private let views: Int
    private let mean: ViewMean
    private var results: [VideoResult] = []
    private var leftOut = 0
    /// The views so far of the video at hand.
    private var pending: [Result] = []

    init(views: Int, _ mean: ViewMean) {
      self.views = views
      self.mean = mean
    }

    /// - Parameter result: of one view, with its logits.
    mutating func add(_ result: Result) {
      if let last = pending.last, last.index / views != result.index / views { close() }
      pending.append(result)
      if pending.count == views { close() }
    }

    private mutating func close() {
      defer { pending.removeAll(keepingCapacity: true) }
      guard pending.count == views, let first = pending.first else {
        leftOut += pending.isEmpty ? 0 : 1
        return
      }
      let logits = mean.logits(pending.map(\.logits))
      let answer = logits.withUnsafeBufferPointer { logits in
        logits.baseAddress.flatMap { SoftmaxStatistics.of($0, count: logits.count) }
      }
      guard let answer else { return }
      results.append(
        VideoResult(
          video: first.index / views, prediction: Int(answer.prediction), label: first.label,
          confidence: answer.confidence, madds: pending.reduce(0) { $0 + $1.madds }))
    }

    /// All videos, after the last view.
    mutating func finished() -> Videos {
      close()
      return Videos(views: views, results: results, leftOut: leftOut)
    }
  }
}
