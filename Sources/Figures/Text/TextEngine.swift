import CGD
import Foundation
import Support
import Synchronization

/// The one door to gd's FreeType text: measuring, drawing, and the fonts already read.
///
/// gd sets up its font cache without a lock, so every call holds this one.
enum TextEngine {
  /// The size of a run in units of the font size; heights from the baseline.
  struct Metrics {
    var advance: Double
    var ascent: Double
    var descent: Double
  }

  private struct Key: Hashable {
    var path: FilePath
    var text: String
  }

  private struct State: ~Copyable {
    var outlines = GlyphOutlines()
    var metrics: [Key: Metrics] = [:]
    var families: [FontChoice: FontFamily] = [:]
  }

  private static let state = Mutex(State())
  /// Labels repeat within and across figures; tick labels of a long run could grow the cache without end.
  private static let cacheLimit = 20_000

  /// The advance and ink height of `text`, all of whose characters `face` has.
  static func measure(_ text: String, face: FontFile) throws(FigureError) -> Metrics {
    if isOutlined(text, face) {
      var metrics = Metrics(advance: 0, ascent: 0, descent: 0)
      for outline in try outlines(of: text, face: face) {
        metrics.ascent = max(metrics.ascent, outline.top)
        metrics.descent = max(metrics.descent, -outline.bottom)
        metrics.advance += outline.advance
      }
      return metrics
    }
    let result = state.withLock { state -> Result<Metrics, FigureError> in
      let key = Key(path: face.path, text: text)
      if let known = state.metrics[key] { return .success(known) }
      // At a font size of 1000 pixels, rounding to whole ones is a thousandth.
      var extra = gdFTStringExtra()
      extra.flags = gdFTEX_RESOLUTION | gdFTEX_FONTPATHNAME | gdFTEX_XSHOW
      extra.hdpi = 720
      extra.vdpi = 720
      var box = [Int32](repeating: 0, count: 8)
      let message = face.path.withPlatformString {
        gdImageStringFTEx(nil, &box, 0, $0, 100, 0, 0, 0, escaped(text), &extra)
      }
      if let message {
        return .failure(FigureError("font \(face.path): \(String(cString: message))"))
      }
      var advance = Double(box[2])
      if let list = extra.xshow {
        advance = String(cString: list).split(separator: " ").compactMap { Double($0) }.reduce(0, +)
        gdFree(list)
      }
      let metrics = Metrics(
        advance: advance / 1000, ascent: Double(-box[7]) / 1000, descent: Double(box[1]) / 1000)
      if state.metrics.count >= cacheLimit { state.metrics.removeAll() }
      state.metrics[key] = metrics
      return .success(metrics)
    }
    return try result.get()
  }

  static func draw(_ run: TextRun, on image: gdImagePtr, pixelSize: Double, x: Int32, y: Int32)
    throws(FigureError)
  {
    let failure = state.withLock { _ -> String? in
      var extra = gdFTStringExtra()
      extra.flags = gdFTEX_RESOLUTION | gdFTEX_FONTPATHNAME
      extra.hdpi = 72
      extra.vdpi = 72
      let color = run.color.packed | (127 - Int32((min(max(run.color.alpha, 0), 1) * 127).rounded())) << 24
      let angle = run.angle * Double.pi / 180
      let message = run.face.path.withPlatformString {
        gdImageStringFTEx(image, nil, color, $0, pixelSize, angle, x, y, escaped(run.text), &extra)
      }
      return message.map { String(cString: $0) }
    }
    if let failure { throw FigureError("font \(run.face.path): \(failure)") }
  }

  /// True for text that is drawn as outlines, because gd cannot: one character beyond the first 65,536 is enough.
  static func isOutlined(_ text: String, _ face: FontFile) -> Bool {
    face.needsOutlines || text.unicodeScalars.contains { $0.value > 0xFFFF }
  }

  /// The glyphs of a text one by one.
  static func outlines(of text: String, face: FontFile) throws(FigureError) -> [GlyphOutlines.Outline] {
    let result = state.withLock { state -> Result<[GlyphOutlines.Outline], FigureError> in
      do throws(FigureError) {
        var list: [GlyphOutlines.Outline] = []
        for scalar in text.unicodeScalars { list.append(try state.outlines.outline(of: scalar, face: face)) }
        return .success(list)
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  /// The faces of `choice`, read once.
  static func family(_ choice: FontChoice) throws(FigureError) -> FontFamily {
    let result = state.withLock { state -> Result<FontFamily, FigureError> in
      if let known = state.families[choice] { return .success(known) }
      do throws(FigureError) {
        let family = try FontFamily(choice)
        state.families[choice] = family
        return .success(family)
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  /// gd reads "&name;" as an HTML entity.
  private static func escaped(_ text: String) -> String { text.replacing("&", with: "&amp;") }
}
