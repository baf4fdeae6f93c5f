import Foundation

/// How the learning rate of a step follows from the progress of the training, as a factor of the base rate.
public enum Schedule: String, Sendable, CaseIterable {
  /// The base rate throughout.
  case constant
  /// ½(1 + cos πt), which falls from the base rate to zero.
  case cosine
  /// A cosine rise over the first 30 %, then a cosine fall to zero (Smith and Topin 2018, without the
  /// momentum cycle).
  case oneCycle = "one-cycle"

  /// The factor of the base rate when the share `progress` of the training is finished, in [0, 1].
  public func factor(_ progress: Double) -> Float {
    let t = min(max(progress, 0), 1)
    switch self {
    case .constant: return 1
    case .cosine: return Float(0.5 * (1 + cos(.pi * t)))
    case .oneCycle:
      let peak = 0.3
      let start = 0.04
      if t < peak { return Float(start + (1 - start) * 0.5 * (1 - cos(.pi * t / peak))) }
      return Float(0.5 * (1 + cos(.pi * (t - peak) / (1 - peak))))
    }
  }
}
