import Foundation
import Support

/// A clip as a moving picture: one frame after the other, each with the places that were looked at.
public struct ClipAnimation: Sendable {
  /// The clip with its steps; frames that a step does not see have no box of it.
  public var film: Film
  /// How boxes and what is outside of them look, and how pixels are enlarged.
  public var options: GlimpseOptions
  /// Pixels of the picture for one of a frame.
  public var scale: Int
  /// Frames per second, 1 to 50.
  public var framesPerSecond: Double
  /// Fonts and colours.
  public var style: FigureStyle

  public init(
    _ film: Film, options: GlimpseOptions = GlimpseOptions(), scale: Int? = nil, framesPerSecond: Double = 8,
    style: FigureStyle = .screen
  ) {
    self.film = film
    self.options = options
    let longer = max(film.frames[0].width, film.frames[0].height)
    self.scale = scale ?? min(max(Self.usualSide / longer, 1), 16)
    self.framesPerSecond = framesPerSecond
    self.style = style
  }

  /// The longer side that small frames are enlarged up to.
  private static let usualSide = 384
  private static let margin = 3.0
  private static let titleSize = 12.0

  /// An animated GIF that is repeated for ever, and its size in pixels. The same clip gives the same bytes.
  ///
  /// Throws ``FigureError`` for senseless options and for more pixels than such a picture should have, `Interrupted` when
  /// a stop was asked for.
  public func gif() throws -> (file: Data, size: Size, remarks: [String]) {
    guard framesPerSecond >= 1, framesPerSecond <= 50 else {
      throw FigureError("animation: 1 to 50 frames per second, not \(framesPerSecond)")
    }
    guard (1...16).contains(scale) else {
      throw FigureError("animation: scale must be 1 to 16, not \(scale)")
    }
    let remarks = Remarks()
    let setter = try Typesetter(style.fonts, remarks: remarks)
    let (width, height) = (film.frames[0].width * scale, film.frames[0].height * scale)
    let title = try setter.wrapped(
      film.title, size: Self.titleSize, bold: true, width: max(Double(width) - 2 * Self.margin, 40))
    let top = title.isEmpty ? 0 : (Self.titleSize * 1.3 * Double(title.count) + Self.margin).rounded()
    let size = Size(width: Double(width), height: Double(height) + top)
    guard size.width * size.height * Double(film.frames.count) <= Double(AnimatedGIF.mostPixels) else {
      throw FigureError(
        "animation: \(film.frames.count) frames of \(height)×\(width) pixels are more than \(AnimatedGIF.mostPixels / 1_000_000) million; a smaller scale needs less"
      )
    }
    var gif = AnimatedGIF(framesPerSecond: framesPerSecond)
    for number in film.frames.indices {
      try Cancellation.check()
      var list = DisplayList(size: size, background: style.background)
      for (i, line) in title.enumerated() {
        let baseline = Self.margin + Self.titleSize * (0.95 + 1.3 * Double(i))
        line.draw(at: Point(Self.margin, baseline), color: style.ink, into: &list)
      }
      draw(number, in: Rect(x: 0, y: top, width: Double(width), height: Double(height)), into: &list)
      try gif.add(list)
    }
    return (try gif.finished(), size, remarks.all)
  }

  private func draw(_ number: Int, in box: Rect, into list: inout DisplayList) {
    list.image(film.frames[number], in: box, options.interpolation)
    let steps = film.steps.filter { $0.isTaken && $0.sees(number) }
    guard !steps.isEmpty else { return }
    list.clip(to: box)
    let places = steps.map { $0.patch(in: number)?.rect(scale: Double(scale), in: box) }
    let holes = places.compactMap(\.self)
    if options.dim > 0, !holes.isEmpty {
      list.fill(GlimpseGrid.rest(of: box, without: holes), Color.black.opacity(min(options.dim, 1)))
    }
    let line = max((min(box.width, box.height) / 120).rounded(), 1)
    for (step, place) in zip(steps, places) {
      list.frame(place ?? box, options.colors.color(step.isCorrect), width: line)
    }
    list.endClip()
  }
}
