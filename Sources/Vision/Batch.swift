/// Images of a data set prepared together, in the order in which they are to be used.
public struct Batch: Sendable {
  /// 0-based.
  public let epoch: Int
  /// 0-based, in the epoch.
  public let number: Int
  /// N × height × width × channels.
  public let pixels: [UInt8]
  /// The N 0-based classes.
  public let labels: [Int]
  /// Which N images of the data set these are, 0-based. Images that could not be read are left out, so that there can be
  /// fewer than the batch size, or none.
  public let indices: [Int]
  public let imageSize: (height: Int, width: Int)
  public let channels: Int

  /// N, the number of images.
  public var count: Int { indices.count }
}
