import Foundation

/// What a checkpoint of the paper's authors says of itself: thresholds, costs and results on ImageNet.
///
/// Kept under `results` in the metadata of a model file. Accuracies are percent, costs Multiply-Adds.
public struct StoredResults: Codable, Sendable, Equatable {
  /// Budgeted batch classification, one point per row of `thresholds`.
  public struct Curve: Codable, Sendable, Equatable {
    public var madds: [Double]
    public var accuracy: [Double]
  }

  public struct Costs: Codable, Sendable, Equatable {
    /// Of one encoder on one patch.
    public var encoder: Double?
    public var policy: Double?
    /// The classifier's, by step.
    public var classifier: [Double]?
    /// Cumulative by step.
    public var madds: [Double]?
  }

  /// Accuracy after each step.
  public var anytime: [Double]?
  public var budgeted: Curve?
  /// η by step for q = p/20, p = 1…39; infinite where no image leaves or all do.
  public var thresholds: [[Double]]?
  public var costs: Costs?

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
