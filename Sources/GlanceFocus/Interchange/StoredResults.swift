import Foundation

/// What a checkpoint of the paper's authors says of itself: thresholds, costs and results on ImageNet.
///
/// Kept under `results` in the metadata of a model file. Accuracies are percent, costs Multiply-Adds.
public struct StoredResults: Codable, Sendable, Equatable {
  /// Budgeted batch classification, one point per row of `thresholds`.
  public struct Curve: Codable, Sendable, Equatable {
    /// Mean Multiply-Adds per image of each point.
    public var madds: [Double]
    /// Accuracy of each point in percent.
    public var accuracy: [Double]
  }

  /// Multiply-Adds of the network's parts; nil where the file does not say.
  public struct Costs: Codable, Sendable, Equatable {
    /// The cost of one encoder on one patch.
    public var encoder: Double?
    /// The cost of one proposal.
    public var policy: Double?
    /// The classifier's cost at each step.
    public var classifier: [Double]?
    /// What an image has cost after each step.
    public var madds: [Double]?
  }

  /// Accuracy after each step in percent.
  public var anytime: [Double]?
  /// Accuracy against mean cost.
  public var budgeted: Curve?
  /// η by step for q = p/20, p = 1…39; infinite where no image leaves or all do.
  public var thresholds: [[Double]]?
  /// What the parts and the steps cost.
  public var costs: Costs?

  /// True where the checkpoint says nothing of itself.
  public var isEmpty: Bool { anytime == nil && budgeted == nil && thresholds == nil && costs == nil }

  /// One line of JSON; infinities are the strings "inf" and "-inf".
  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  /// The results that the metadata of a model file holds; nil for none, or of another form.
  public init?(metadata: [String: String]) {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let text = metadata["results"],
      let results = try? decoder.decode(StoredResults.self, from: Data(text.utf8)), !results.isEmpty
    else { return nil }
    self = results
  }

  init() {}
}
