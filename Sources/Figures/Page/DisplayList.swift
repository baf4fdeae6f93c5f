import Foundation

/// Everything a figure draws, in points, in painting order: what each renderer turns into its own format.
public struct DisplayList: Sendable {
  /// The size of the page.
  public var size: Size
  /// The colour of the page.
  public var background: Color
  /// What is drawn, each over those before.
  public private(set) var items: [Item] = []
  /// What the picture is called, for files that can say it and for those who hear it read; may be empty.
  public var title = ""
  /// What it shows, for those who hear it read; empty where its texts say it.
  public var words = ""
  /// What is not as it was asked for, or cannot be shown: one line each, for the reader of the figure.
  public var remarks: [String] = []

  /// One thing that is drawn, or a limit to what follows.
  public enum Item: Sendable {
    /// The inside of a path by the non-zero winding rule.
    case fill(Path, Color)
    /// The line along a path.
    case stroke(Path, Stroke)
    /// Characters on a baseline.
    case text(TextRun)
    /// An image, fitted to a rectangle.
    case image(Pixels, Rect, ImageScaling)
    /// Limits what follows to a rectangle until the matching `endClip`; clips do not nest.
    case beginClip(Rect)
    /// Ends the limit.
    case endClip
  }

  public init(size: Size, background: Color = .white) {
    self.size = size
    self.background = background
  }

  /// What a listener is told: ``words``, or the texts of the picture, as far as anybody would listen.
  public var spoken: String {
    guard words.isEmpty else { return String(words.prefix(2000)) }
    var texts: [String] = []
    for case .text(let run) in items where !run.text.allSatisfy(\.isWhitespace) {
      texts.append(run.text)
      if texts.count == 60 { break }
    }
    let pictures = items.count { if case .image = $0 { true } else { false } }
    let images = pictures == 0 ? "" : pictures == 1 ? "An image" : "\(pictures) images"
    if texts.isEmpty { return images }
    return (images.isEmpty ? "" : images + " with: ") + texts.joined(separator: " ")
  }

  /// Fills the inside of a path by the non-zero winding rule; what could not be seen is left out.
  public mutating func fill(_ path: Path, _ color: Color) {
    if !path.isEmpty && color.alpha > 0 { items.append(.fill(path, color)) }
  }

  /// Draws a line along a path; what could not be seen is left out.
  public mutating func stroke(_ path: Path, _ stroke: Stroke) {
    if !path.isEmpty && stroke.width > 0 && stroke.color.alpha > 0 { items.append(.stroke(path, stroke)) }
  }

  /// Writes characters on a baseline.
  public mutating func text(_ run: TextRun) { items.append(.text(run)) }

  /// Draws an image, fitted to a rectangle whatever its shape.
  public mutating func image(_ pixels: Pixels, in rect: Rect, _ scaling: ImageScaling) {
    items.append(.image(pixels, rect, scaling))
  }

  /// Limits what follows to `rect`, until ``endClip()``.
  public mutating func clip(to rect: Rect) { items.append(.beginClip(rect)) }

  /// Ends the limit that ``clip(to:)`` began.
  public mutating func endClip() { items.append(.endClip) }
}

/// How a path's line is drawn. Joins are round, except in axis-parallel paths, whose corners are square.
public struct Stroke: Sendable, Hashable {
  /// How a line ends: straight at its last point, or in a half disc beyond it.
  public enum Cap: Sendable { case butt, round }

  /// The colour of the line.
  public var color: Color
  /// The width in points.
  public var width: Double
  /// Lengths in points of line and gap in turn; empty for a solid line.
  public var dash: [Double]
  /// How the line and its dashes end.
  public var cap: Cap

  public init(_ color: Color, width: Double, dash: [Double] = [], cap: Cap = .butt) {
    self.color = color
    self.width = width
    self.dash = dash
    self.cap = cap
  }
}

/// Characters of one face at one size on one baseline, all of which the face has.
public struct TextRun: Sendable, Hashable {
  /// The characters.
  public var text: String
  /// The font.
  public var face: FontFile
  /// The font size in points.
  public var size: Double
  /// The colour of the characters.
  public var color: Color
  /// The start of the baseline.
  public var origin: Point
  /// The angle of the baseline in degrees, counter-clockwise.
  public var angle: Double

  /// The corners of the smallest box around its ink, turned with it.
  package func corners() throws(FigureError) -> [Point] {
    let metrics = try TextEngine.measure(text, face: face)
    let (c, s) = (cos(angle * .pi / 180), sin(angle * .pi / 180))
    let (right, top, bottom) = (metrics.advance * size, metrics.ascent * size, -metrics.descent * size)
    return [(0, bottom), (right, bottom), (right, top), (0, top)].map { x, y in
      Point(origin.x + x * c - y * s, origin.y - x * s - y * c)
    }
  }
}

/// How an image is enlarged.
public enum ImageScaling: String, NamedOption {
  /// Mitchell and Netravali's cubic: smooth, without ringing.
  case mitchell
  /// Sharp squares, to show the pixels themselves.
  case nearest

  public static let optionName = "interpolation"
}

/// An image as plain bytes, H×W×C, 1 (grey) or 3 (RGB) channels.
public struct Pixels: Sendable, Hashable {
  /// The number of columns, W.
  public let width: Int
  /// The number of rows, H.
  public let height: Int
  /// The number of channels, C.
  public let channels: Int
  /// The values, H·W·C of them.
  public let bytes: [UInt8]

  /// Throws ``FigureError`` unless there are `width`·`height`·`channels` bytes.
  public init(width: Int, height: Int, channels: Int, bytes: [UInt8]) throws(FigureError) {
    guard width > 0, height > 0, width <= 32768, height <= 32768 else {
      throw FigureError("an image must be 1 to 32768 pixels wide and high, not \(width)×\(height)")
    }
    guard channels == 1 || channels == 3 else {
      throw FigureError("an image must have 1 or 3 channels, not \(channels)")
    }
    guard bytes.count == width * height * channels else {
      throw FigureError(
        "an image of \(height)×\(width)×\(channels) needs \(width * height * channels) bytes, got \(bytes.count)"
      )
    }
    self.width = width
    self.height = height
    self.channels = channels
    self.bytes = bytes
  }
}
