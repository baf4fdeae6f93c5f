/// Items of a data set, images or clips, prepared together, in the order in which they are to be used.
public struct Batch: Sendable {
  /// The epoch, counted from 0.
  public let epoch: Int
  /// The number of the batch in its epoch, counted from 0.
  public let number: Int
  /// The number of the part of the batch that this is, counted from 0; 0 where batches are prepared whole.
  public let part: Int
  /// The pixels, N × frames × height × width × channels.
  public let pixels: [UInt8]
  /// The 0-based classes of the N items.
  public let labels: [Int]
  /// Which N items of the data set these are, 0-based. Items that could not be read are left out, so that
  /// there can be fewer than the batch size, or none.
  public let indices: [Int]
  /// F, the number of pictures of every item: 1 for images.
  public let frames: Int
  /// Height and width of every picture in pixels.
  public let imageSize: (height: Int, width: Int)
  /// 1 for grey, 3 for red, green, blue.
  public let channels: Int

  /// N, the number of items.
  public var count: Int { indices.count }
}
