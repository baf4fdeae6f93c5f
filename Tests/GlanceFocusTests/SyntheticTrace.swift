import GlanceFocus
import Support

/// Traces that look like a model's: harder and easier images, later steps surer and more often right.
enum SyntheticTrace {
  /// - Parameters:
  ///   - levels: logits are rounded to multiples of 1/levels, which makes equal confidences; 0 for none.
  ///   - clips: where given, each step has a place for every frame.
  ///   - views: how many images in a row are of one video and have its label.
  static func make(
    images: Int, steps: Int, classes: Int = 10, seed: UInt64 = 1, levels: Float = 0, labels: Bool = true,
    clips: ClipForm? = nil, views: Int = 1
  ) throws -> Trace {
    let random = CounterRandom(seed: seed, stream: "synthetic trace")
    let truth = (0..<images).map { Int32(random.child(-1).integer($0 / views, below: classes)) }
    // Strength of the evidence: some images are easy at once, some never.
    let ease = (0..<images).map { random.child(-2).normal($0) }
    var record = try EpisodeRecord(
      indices: Array(0..<images), classes: classes, imageSize: 128, patchSize: 48,
      madds: (1...steps).map { Double($0) * 14e6 + ($0 > 1 ? 1e6 : 0) }, labels: labels ? truth : nil,
      clips: clips)
    for step in 1...steps {
      let draw = random.child(step)
      var logits = [Float](repeating: 0, count: images * classes)
      for i in 0..<images {
        for c in 0..<classes {
          var value = random.child(-3).normal(i * classes + c) + draw.normal(i * classes + c)
          if c == Int(truth[i]) { value += 2.5 + 1.5 * ease[i] + 0.8 * Float(step - 1).squareRoot() }
          logits[i * classes + c] = levels > 0 ? (value * levels).rounded() / levels : value * 1.3
        }
      }
      try record.setStep(
        step, rows: Array(0..<images), logits: logits,
        values: step < steps ? (0..<images).map { draw.child(1).normal($0) * 0.1 } : nil,
        locations: step == 1
          ? nil
          : (0..<images).map { image in
            let places = (0..<(clips?.focusFrames ?? 1)).map { frame in
              PatchLocation(
                row: draw.child(2 + 2 * frame).uniform(image),
                column: draw.child(3 + 2 * frame).uniform(image))
            }
            return places.count == 1 ? .same(places[0]) : .each(places)
          })
    }
    return try Trace(
      record: record, model: .init(name: "synthetic", digest: "0"), dataset: .init(name: "formula"),
      sampler: "random", classNames: (1...classes).map { "class \($0)" }, views: views)
  }
}
