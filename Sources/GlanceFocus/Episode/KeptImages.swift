import Support

/// All that a rule or a sampler can read of some images after one step, kept beyond their run.
struct KeptImages {
  private(set) var record: EpisodeRecord
  let step: Int
  private var elapsed: [Double]?
  /// The critic's values; NaN where they were not asked for.
  private var values: [Float]
  var policy: [PatchPlaces]?
  var maps: PlainMaps?
  var glances: PlainMaps?
  var saliency: PlainMaps?
  /// The run's numbers for its sampler; nil where only the rule was asked.
  var random: CounterRandom?

  /// The images at `places` of a batch.
  init(_ batch: StepBatch, _ places: [Int], values: [Float]?) throws {
    record = try batch.record.selecting(places.map { batch.rows[$0] })
    step = batch.step
    elapsed = batch.elapsed.map { elapsed in places.map { elapsed[$0] } }
    let known = record[batch.step].value
    self.values = values.map { values in places.map { values[$0] } } ?? known
  }

  private init(joining parts: [KeptImages], first: KeptImages) throws {
    let records = parts.map(\.record)
    step = first.step
    values = parts.flatMap(\.values)
    elapsed = Self.joined(parts.map(\.elapsed))
    policy = Self.joined(parts.map(\.policy))
    maps = PlainMaps.joined(parts.map(\.maps))
    glances = PlainMaps.joined(parts.map(\.glances))
    saliency = PlainMaps.joined(parts.map(\.saliency))
    random = first.random
    record = try EpisodeRecord(
      indices: records.flatMap(\.indices), classes: first.record.classes, imageSize: first.record.imageSize,
      patchSize: first.record.patchSize, madds: first.record.madds,
      labels: Self.joined(records.map(\.labels)), clips: first.record.clips)
    for step in 1...step {
      try record.setStep(
        step, rows: Array(0..<record.images), logits: records.flatMap { $0[step].logits },
        values: records.flatMap { $0[step].value },
        locations: step == 1 ? nil : records.flatMap { $0[step].locations })
    }
  }

  /// Joins the images of several batches.
  static func joined(_ parts: [KeptImages]) throws -> KeptImages {
    guard let first = parts.first else { throw EpisodeError("no images to ask about") }
    return try KeptImages(joining: parts, first: first)
  }

  private static func joined<Element>(_ lists: [[Element]?]) -> [Element]? {
    let given = lists.compactMap(\.self)
    return given.count == lists.count ? given.flatMap(\.self) : nil
  }

  /// What a rule is asked about: the images at `rows`, in that order.
  func stepBatch(_ rows: [Int]) throws -> StepBatch {
    try StepBatch(
      record: record, step: step, rows: rows, elapsed: elapsed.map { elapsed in rows.map { elapsed[$0] } },
      critic: { rows.map { values[$0] } })
  }

  /// What a sampler is asked about: the images at `rows`, in that order.
  func samplerBatch(_ rows: [Int]) throws -> SamplerBatch {
    SamplerBatch(
      after: try stepBatch(rows), random: random ?? CounterRandom(seed: 0, stream: "none"),
      policy: policy.map { policy in rows.map { policy[$0] } }, maps: maps?.selecting(rows),
      glances: glances?.selecting(rows), saliency: saliency?.selecting(rows))
  }
}

extension PlainMaps {
  /// The maps of the images at `rows`, in that order.
  func selecting(_ rows: [Int]) -> PlainMaps {
    PlainMaps(values: rows.flatMap { self[$0] }, channels: channels, height: height, width: width)
  }

  /// Joins maps of several batches; nil where one of them is.
  fileprivate static func joined(_ parts: [PlainMaps?]) -> PlainMaps? {
    let given = parts.compactMap(\.self)
    guard given.count == parts.count, let first = given.first else { return nil }
    return PlainMaps(
      values: given.flatMap(\.values), channels: first.channels, height: first.height, width: first.width)
  }
}
