import Vision

/// One image of a stream: where its pixels come from.
public struct SourceImage {
  /// The data set that it is read from.
  public let dataset: any ImageDataset
  /// Its place in the data set, from 0.
  public let index: Int
  /// Its place in the stream, from 0: names it in errors and results, and keys its random numbers.
  public let number: Int

  public init(dataset: any ImageDataset, index: Int, number: Int) {
    self.dataset = dataset
    self.index = index
    self.number = number
  }
}

/// Where a stream of images comes from. It is asked for more only when there is room for them.
public protocol ImageSource: AnyObject {
  /// The number of channels of an image, 1 or 3; sources that mix both say 3.
  var channels: Int { get }
  /// True when every image has a label.
  var knowsLabels: Bool { get }
  /// False where images should not be asked for before the network is ready for them, such as those of a
  /// camera.
  var isPatient: Bool { get }
  /// Gives up to `most` further images; none when the stream has ended.
  func next(_ most: Int) throws -> [SourceImage]
}

/// The images of a data set in their order, once or several times.
public final class DatasetSource: ImageSource {
  /// The data set that the images are of.
  public let dataset: any ImageDataset
  /// The number of images of the stream.
  public let count: Int
  public var channels: Int { dataset.channels }
  public var knowsLabels: Bool { dataset.knowsLabels }
  public let isPatient = true
  private var position: Int

  /// - Parameters:
  ///   - dataset: the images.
  ///   - passes: how often the data set is gone through.
  public init(_ dataset: any ImageDataset, passes: Int = 1) {
    self.dataset = dataset
    count = dataset.count * max(passes, 0)
    position = 0
  }

  /// Some images in a row; their numbers are those in the data set.
  init(_ dataset: any ImageDataset, _ range: Range<Int>) {
    self.dataset = dataset
    count = range.upperBound
    position = range.lowerBound
  }

  public func next(_ most: Int) -> [SourceImage] {
    let range = position..<max(min(position + most, count), position)
    position = range.upperBound
    return range.map { SourceImage(dataset: dataset, index: $0 % dataset.count, number: $0) }
  }
}
