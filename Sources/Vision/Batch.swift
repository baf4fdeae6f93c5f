/// Images of a data set prepared together, in the order in which they are to be used.
public struct Batch: Sendable {
  /// The epoch, counted from 0.
  public let epoch: Int
  /// The number of the batch in its epoch, counted from 0.
  public let number: Int
  /// The pixels, N × height × width × channels.
  public let pixels: [UInt8]
  /// The 0-based classes of the N images.
  public let labels: [Int]
  /// Which N images of the data set these are, 0-based. Images that could not be read are left out, so that
  /// there can be fewer than the batch size, or none.
  public let indices: [Int]
  /// Height and width of every image in pixels.
  public let imageSize: (height: Int, width: Int)
  /// 1 for grey, 3 for red, green, blue.
  public let channels: Int

  /// N, the number of images.
  public var count: Int { indices.count }
}
