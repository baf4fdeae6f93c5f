import Foundation

/// A kind of file that pictures are saved in.
///
/// A renderer is one file, with a function from a ``DisplayList`` to the file's bytes and the format that calls it,
/// and one entry of ``all``.
public struct PictureFormat: Sendable {
  /// The name that people use, such as "PNG".
  public let name: String
  /// How the file's name ends, without the point.
  public let ending: String
  /// What browsers call it, such as `image/png`.
  public let mediaType: String
  /// The bytes of the file; the number is that of pixels per inch, for formats that have pixels.
  public let render: @Sendable (DisplayList, Int) throws -> Data

  public init(
    name: String, ending: String, mediaType: String,
    render: @escaping @Sendable (DisplayList, Int) throws -> Data
  ) {
    (self.name, self.ending, self.mediaType, self.render) = (name, ending, mediaType, render)
  }

  /// All formats; the first is that of files whose names have no ending.
  public static let all: [PictureFormat] = [.png]

  /// Those that a run's folder keeps of each figure; reports show the first.
  public static let kept: [PictureFormat] = [.png]
}
