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
  /// Another ending that people use; nil: none.
  public let alias: String?
  /// What browsers call it, such as `image/png`.
  public let mediaType: String
  /// Sees to it that the format can be written, which may install a library; the function is told of what takes long.
  public let prepare: @Sendable ((String) -> Void) throws -> Void
  /// The bytes of the file; the number is that of pixels per inch, which for formats of shapes is that of images in them.
  public let render: @Sendable (DisplayList, Int) throws -> Data

  public init(
    name: String, ending: String, alias: String? = nil, mediaType: String,
    prepare: @escaping @Sendable ((String) -> Void) throws -> Void = { _ in },
    render: @escaping @Sendable (DisplayList, Int) throws -> Data
  ) {
    (self.name, self.ending, self.alias, self.mediaType) = (name, ending, alias, mediaType)
    (self.prepare, self.render) = (prepare, render)
  }

  /// All formats; the first is that of files whose names have no ending.
  public static let all: [PictureFormat] = [.png, .svg, .pdf, .jpeg, .webp]

  /// Those that a run's folder keeps of each figure where nothing else is asked for; reports show the first.
  public static let kept: [PictureFormat] = [.png]

  /// The format with that ending; nil where there is none.
  public static func named(_ ending: String) -> PictureFormat? {
    let ending = ending.lowercased()
    return all.first { $0.ending == ending || $0.alias == ending }
  }

  /// Whether pages show it; others are for downloading.
  var isShown: Bool { mediaType.hasPrefix("image/") }

  /// The formats of a list such as "png,svg,pdf", each once: those that pages show before others, and PNG where there is
  /// none of these.
  ///
  /// Throws ``FigureError`` for what is no format.
  public static func list(_ text: String) throws(FigureError) -> [PictureFormat] {
    var formats: [PictureFormat] = []
    for word in text.split(separator: ",", omittingEmptySubsequences: false) {
      let name = String(word.filter { $0 != " " })
      guard let format = named(name) else {
        throw Names.unknown("picture format", name, among: all.map(\.ending))
      }
      if !formats.contains(where: { $0.ending == format.ending }) { formats.append(format) }
    }
    let shown = formats.filter(\.isShown)
    return (shown.isEmpty ? [.png] : shown) + formats.filter { !$0.isShown }
  }
}
