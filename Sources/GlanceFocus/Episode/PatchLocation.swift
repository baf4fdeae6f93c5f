import Tensor

/// Where a patch lies: fractions of the room that a P×P patch has in an S×S image, each in [0, 1].
///
/// (0, 0) puts the patch at the top left, (1, 1) at the bottom right; this is the policy's action. The same
/// place in pixels is a `PatchPosition`.
public struct PatchLocation: Sendable, Hashable {
  /// The fraction of S − P above the patch.
  public var row: Float
  /// The fraction of S − P to the left of the patch.
  public var column: Float

  public init(row: Float, column: Float) {
    self.row = row
    self.column = column
  }

  /// True when both fractions are in [0, 1]; false for NaN.
  public var isValid: Bool { row >= 0 && row <= 1 && column >= 0 && column <= 1 }

  /// The patch's top-left pixel: ⌊a·(S − P)⌋ in single precision, as the paper's code computes it.
  ///
  /// The location must be valid.
  public func position(imageSize: Int, patchSize: Int) -> PatchPosition {
    let room = Float(imageSize - patchSize)
    return PatchPosition(row: Int(row * room), column: Int(column * room))
  }
}
