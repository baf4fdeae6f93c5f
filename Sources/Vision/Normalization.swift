/// The mean and standard deviation, by channel, that encoders normalise with; in units of pixel/255.
public struct Normalization: Sendable, Hashable {
  public let mean: [Float]
  public let std: [Float]

  /// - Parameters:
  ///   - mean: one value per channel of the images.
  ///   - std: one value per channel, above 0.
  public init(mean: [Float], std: [Float]) {
    self.mean = mean
    self.std = std
  }

  /// ImageNet's, for red, green and blue.
  public static let imageNet = Normalization(mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225])

  /// Takes [0, 1] to [−1, 1] in every channel.
  public static func symmetric(channels: Int) -> Normalization {
    Normalization(
      mean: Array(repeating: 0.5, count: channels), std: Array(repeating: 0.5, count: channels))
  }
}
