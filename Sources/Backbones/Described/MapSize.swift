/// The size of a feature map: C×h×w.
public struct MapSize: Sendable, Equatable, CustomStringConvertible {
  public var channels: Int
  public var height: Int
  public var width: Int
  /// True for a row of features instead of a map, of which ``channels`` is the number; height and width are 1.
  public var isFlat = false

  public init(channels: Int, height: Int, width: Int) {
    self.channels = channels
    self.height = height
    self.width = width
  }

  /// A row of so many features.
  static func features(_ count: Int) -> MapSize {
    var size = MapSize(channels: count, height: 1, width: 1)
    size.isFlat = true
    return size
  }

  public var description: String { isFlat ? "\(channels) features" : "\(channels)×\(height)×\(width)" }
}
