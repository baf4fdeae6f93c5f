import Foundation
import GlanceFocus
import Support
import TestSupport
import Testing
import Vision

/// Answers to several views of a video as one.
@Suite struct ViewTests {
  private static let views = 3

  private static func softmax(_ logits: [Double]) -> [Double] {
    let powers = logits.map { exp($0 - (logits.max() ?? 0)) }
    return powers.map { $0 / powers.reduce(0, +) }
  }

  @Test(arguments: ViewMean.allCases)
  func aTraceOfVideosHasTheMeansOfItsViews(_ mean: ViewMean) throws {
    let trace = try SyntheticTrace.make(images: 12, steps: 3, views: Self.views)
    let videos = try trace.overViews(of: mean)
    #expect(videos.record.images == 4 && videos.isOverViews && videos.views == 3)
    #expect(videos.record.indices == [0, 3, 6, 9])
    #expect(videos.record.madds == trace.record.madds.map { 3 * $0 })
    #expect(videos.record.labels == trace.record.labels.map { labels in [0, 3, 6, 9].map { labels[$0] } })
    let classes = trace.record.classes
    for step in 1...3 {
      let logits = trace.record[step].logits.map(Double.init)
      for video in 0..<4 {
        let rows = (3 * video..<3 * video + 3).map { Array(logits[$0 * classes..<($0 + 1) * classes]) }
        let given = mean == .logits ? rows : rows.map(Self.softmax)
        let means = (0..<classes).map { c in given.reduce(0) { $0 + $1[c] } / 3 }
        let expected = mean == .logits ? Self.softmax(means) : means
        let found = videos.record[step].logits[video * classes..<(video + 1) * classes].map(Double.init)
        for (a, b) in zip(Self.softmax(found), expected) { #expect(abs(a - b) < 1e-5) }
        #expect(abs(Double(videos.record[step].confidence[video]) - (expected.max() ?? 0)) < 1e-5)
      }
    }
    // Rules and curves are about videos.
    let rule = try ConfidenceExit(thresholds: [0.5])
    #expect(try videos.evaluate(rule).exitSteps.count == 4)
    #expect(try videos.budgeted(points: 3).madds.allSatisfy { $0 >= 3 * trace.record.madds[0] })
    #expect(throws: EpisodeError.self) { try videos.overViews() }
  }

  @Test func videosThatLackAViewAreLeftOut() throws {
    let trace = try SyntheticTrace.make(images: 12, steps: 2, views: 3)
    let part = try Trace(
      record: trace.record.selecting([0, 1, 2, 3, 5, 8, 7, 6]), model: trace.model, dataset: trace.dataset,
      sampler: "s", views: 3)
    let videos = try part.overViews()
    #expect(videos.record.indices == [0, 6])
    #expect(videos.record[1].logits.prefix(10) == (try trace.overViews()).record[1].logits.prefix(10))
    // The order of views does not matter.
    #expect(videos.record[1].logits.suffix(10) == (try trace.overViews()).record[1].logits[20..<30])
    let none = try Trace(
      record: trace.record.selecting([0, 1, 4]), model: trace.model, dataset: trace.dataset, sampler: "s",
      views: 3)
    #expect(throws: EpisodeError.self) { try none.overViews() }
    #expect(throws: EpisodeError.self) { try trace.overViews(0) }
    #expect(VideoViews.rows(of: [5, 3, 4, 0, 0, 2, .max], views: 3) == [[1, 2, 0]])
  }

  @Test func filesSayHowManyViewsAVideoHas() throws {
    let trace = try SyntheticTrace.make(images: 6, steps: 2, views: 3)
    for given in [trace, try trace.overViews()] {
      let back = try withTemporaryFolder { folder in
        try given.save(to: folder / "t")
        return try Trace(contentsOf: folder / "t")
      }
      #expect(back.views == 3 && back.isOverViews == given.isOverViews)
      #expect(back.record[2].logits == given.record[2].logits)
    }
    #expect(try SyntheticTrace.make(images: 6, steps: 2).views == 1)
  }
}
