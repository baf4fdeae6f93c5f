import CFreeType
import Foundation
import Support
import Synchronization

/// The one door to FreeType: where the glyphs of a text stand, how large they are, and their outlines.
///
/// Text is measured once, in the units that its font was designed in: every format sets the same glyphs at the same
/// places, whatever its resolution. FreeType's faces belong to one thread at a time, so every call holds a lock.
enum TextEngine {
  /// The size of a run in units of the font size; heights from the baseline.
  struct Metrics {
    var advance: Double
    var ascent: Double
    var descent: Double
  }

  /// A glyph of a run.
  struct PlacedGlyph: Sendable {
    /// Its number in the font.
    var index: UInt32
    /// How far from the start of the run it stands, in units of the font size.
    var x: Double
  }

  private struct Key: Hashable {
    var path: FilePath
    var text: String
  }

  private struct Setting {
    var metrics: Metrics
    var glyphs: [PlacedGlyph]
  }

  private struct State: ~Copyable {
    var faces = FontFaces()
    var outlines = GlyphOutlines()
    var settings: [Key: Setting] = [:]
    var families: [FontChoice: FontFamily] = [:]

    /// Sets the glyphs of a text one after the other, kerned as the font says.
    mutating func setting(of text: String, _ file: FontFile) throws(FigureError) -> Setting {
      let key = Key(path: file.path, text: text)
      if let known = settings[key] { return known }
      var setting = Setting(metrics: Metrics(advance: 0, ascent: 0, descent: 0), glyphs: [])
      for scalar in text.unicodeScalars {
        let glyph = try outlines.metrics(of: scalar, file: file, in: &faces)
        if let before = setting.glyphs.last {
          setting.metrics.advance += try outlines.kerning(before.index, glyph.index, file: file, in: &faces)
        }
        setting.glyphs.append(PlacedGlyph(index: glyph.index, x: setting.metrics.advance))
        setting.metrics.advance += glyph.advance
        setting.metrics.ascent = max(setting.metrics.ascent, glyph.top)
        setting.metrics.descent = max(setting.metrics.descent, -glyph.bottom)
      }
      if settings.count >= TextEngine.cacheLimit { settings.removeAll() }
      settings[key] = setting
      return setting
    }
  }

  private static let state = Mutex(State())
  /// Labels repeat within and across figures; tick labels of a long run could grow the cache without end.
  private static let cacheLimit = 20_000

  /// The advance and ink height of `text`, all of whose characters `face` has.
  static func measure(_ text: String, face: FontFile) throws(FigureError) -> Metrics {
    try locked { state throws(FigureError) in try state.setting(of: text, face).metrics }
  }

  /// The glyphs of `text`, all of whose characters `face` has, and where they stand.
  static func glyphs(of text: String, face: FontFile) throws(FigureError) -> [PlacedGlyph] {
    try locked { state throws(FigureError) in try state.setting(of: text, face).glyphs }
  }

  /// The outlines of the glyphs of `text`, each with where it stands, in units of the font size, y upwards.
  ///
  /// - Parameter pixels: the font size in pixels where the baseline is level (``GlyphOutlines``).
  static func outlines(
    of text: String, face: FontFile, pixels: Double?
  ) throws(FigureError) -> [(path: Path, x: Double)] {
    try locked { state throws(FigureError) in
      var result: [(path: Path, x: Double)] = []
      for glyph in try state.setting(of: text, face).glyphs {
        let path = try state.outlines.outline(
          of: glyph.index, file: face, pixels: pixels, in: &state.faces)
        result.append((path, glyph.x))
      }
      return result
    }
  }

  /// The name of the font's family, and whether the font is bold or slanted.
  static func name(of face: FontFile) throws(FigureError) -> (family: String, isBold: Bool, isItalic: Bool) {
    try locked { state throws(FigureError) in
      let open = try state.faces.face(of: face).pointee
      let family = open.family_name.map { String(cString: $0) } ?? ""
      let flags = open.style_flags
      return (family, flags & Int(FT_STYLE_FLAG_BOLD) != 0, flags & Int(FT_STYLE_FLAG_ITALIC) != 0)
    }
  }

  /// The faces of `choice`, read once.
  static func family(_ choice: FontChoice) throws(FigureError) -> FontFamily {
    try locked { state throws(FigureError) in
      if let known = state.families[choice] { return known }
      let family = try FontFamily(choice)
      state.families[choice] = family
      return family
    }
  }

  private static func locked<Value>(
    _ body: (inout State) throws(FigureError) -> Value
  ) throws(FigureError) -> Value {
    try state.withLock { (state) throws(FigureError) in
      nonisolated(unsafe) let value = try body(&state)
      return value
    }
  }
}
