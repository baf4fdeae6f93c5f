import Tensor

/// What a decision on one image reads instead of what the network said.
public struct StepChanges {
  private var numbers: [String: Float] = [:]
  private var indices: [String: Int32] = [:]
  private var logits: [Float]?
  /// Seconds since the glance began.
  private(set) var elapsed: Double?
  private var policy: PatchPlaces?
  private var map: PlainMaps?
  private var glance: PlainMaps?

  init() {}

  /// The names of what is changed, in alphabetical order.
  var names: [String] {
    var names = Array(numbers.keys) + Array(indices.keys)
    for (name, isChanged) in [
      ("logits", logits != nil), ("elapsed", elapsed != nil), ("policy", policy != nil), ("map", map != nil),
      ("glance", glance != nil),
    ] where isChanged { names.append(name) }
    return names.sorted()
  }

  /// What the critic says.
  var critic: Float? { numbers[StepColumns.value.name] }

  /// A column of numbers; what follows from the logits beside it stays.
  public mutating func set(_ column: StepColumn<Float>, to value: Float) { numbers[column.name] = value }

  /// A column of classes, from 0.
  public mutating func set(_ column: StepColumn<Int32>, to value: Int32) { indices[column.name] = value }

  /// The logits, C values, and with them all columns that follow from them.
  public mutating func set(logits: [Float]) {
    self.logits = logits
    for column in StepColumns.numbers where !column.isCritics { numbers[column.name] = nil }
    for column in StepColumns.indices { indices[column.name] = nil }
  }

  /// Seconds since the glance began.
  public mutating func set(elapsed: Double) { self.elapsed = elapsed }

  /// Where the policy points; samplers only.
  public mutating func set(policy: PatchPlaces) { self.policy = policy }

  /// The last feature map, 1×C×h×w; samplers only.
  public mutating func set(map: PlainMaps) { self.map = map }

  /// The resized image, 1×3×P×P; samplers only.
  public mutating func set(glance: PlainMaps) { self.glance = glance }

  /// A record of one image with the changes of its last step.
  func applied(to record: EpisodeRecord, step: Int) throws -> EpisodeRecord {
    var record = record
    if let logits { try record.replaceLogits(step, row: 0, logits) }
    for column in StepColumns.numbers {
      if let value = numbers[column.name] { record.replace(step, row: 0, column, value) }
    }
    for column in StepColumns.indices {
      if let value = indices[column.name] { record.replace(step, row: 0, column, value) }
    }
    return record
  }

  func applied(to batch: SamplerBatch) -> SamplerBatch {
    SamplerBatch(
      after: batch.last, random: batch.base, policy: policy.map { [$0] } ?? batch.policy,
      maps: map ?? batch.maps,
      glances: glance ?? batch.glances, saliency: batch.saliency)
  }
}
