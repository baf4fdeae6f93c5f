import Foundation

/// What leaving early loses on an image, beside going all steps: 0 for one that goes all steps, at most 1.
public struct RiskLoss: Sendable {
  /// The name by which users know it.
  public let name: String
  /// What its mean, the risk, is: words that go on after "the risk is".
  public let help: String
  /// True when it reads the images' true classes.
  public let needsLabels: Bool
  /// True when an image loses −1, 0 or 1, nothing between.
  public let isCount: Bool
  /// T columns of N losses, one for each step after which the images may leave.
  let columns: @Sendable (_ record: EpisodeRecord) -> [[Float]]
}

/// The losses whose mean can be promised. A further one is a constant and a row here.
public enum RiskLosses {
  public static let table = [accuracy, consistency, brier]

  /// 1[the early answer is wrong] − 1[the last answer is wrong].
  static let accuracy = RiskLoss(
    name: "accuracy", help: "the accuracy of all steps less that of the thresholds, as a share",
    needsLabels: true, isCount: true
  ) { record in
    guard let labels = record.labels else { return [] }
    let last = record[record.steps].prediction
    return (1...record.steps).map { step in
      let early = record[step].prediction
      return labels.indices.map { i in
        Float((early[i] == labels[i] ? 0 : 1) - (last[i] == labels[i] ? 0 : 1))
      }
    }
  }

  /// 1[the early answer is another than the last one].
  static let consistency = RiskLoss(
    name: "consistency", help: "the share of images that get another answer than after all steps",
    needsLabels: false, isCount: true
  ) { record in
    let last = record[record.steps].prediction
    return (1...record.steps).map { step in zip(record[step].prediction, last).map { $0 == $1 ? 0 : 1 } }
  }

  /// Half of Brier's score of the early probabilities less that of the last ones.
  static let brier = RiskLoss(
    name: "brier", help: "by how much half of Brier's score, Σ (p − y)²/2, rises over that of all steps",
    needsLabels: true, isCount: false
  ) { record in
    guard let labels = record.labels else { return [] }
    let scores = (1...record.steps).map { halfBrier(record[$0].logits, labels, classes: record.classes) }
    return scores.map { early in zip(early, scores[record.steps - 1]).map { Float($0 - $1) } }
  }

  /// (Σ p² − 2·p_y + 1)/2 of each image, 0…1.
  private static func halfBrier(_ logits: [Float], _ labels: [Int32], classes: Int) -> [Double] {
    logits.withUnsafeBufferPointer { logits in
      labels.enumerated().map { i, label in
        let row = UnsafeBufferPointer(rebasing: logits[i * classes..<(i + 1) * classes])
        let top = Double(row.max() ?? 0)
        var (sum, squares) = (0.0, 0.0)
        for logit in row {
          let weight = exp(Double(logit) - top)
          sum += weight
          squares += weight * weight
        }
        let right = exp(Double(row[Int(label)]) - top) / sum
        return min(max((squares / (sum * sum) - 2 * right + 1) / 2, 0), 1)
      }
    }
  }
}
