/// The mean and standard deviation, by channel, that encoders normalise with; in units of pixel/255.
public struct Normalization: Sendable, Hashable {
  /// The mean of each channel.
  public let mean: [Float]
  /// The standard deviation of each channel, above 0.
  public let std: [Float]

  /// Takes one value per channel of the images; deviations are above 0.
  public init(mean: [Float], std: [Float]) {
    self.mean = mean
    self.std = std
  }

  /// What ImageNet's encoders use, for red, green and blue.
  public static let imageNet = Normalization(mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225])

  /// What takes [0, 1] to [−1, 1] in every channel.
  public static func symmetric(channels: Int) -> Normalization {
    Normalization(
      mean: Array(repeating: 0.5, count: channels), std: Array(repeating: 0.5, count: channels))
  }
}
