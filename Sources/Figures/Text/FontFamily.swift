import Foundation
import Support

/// Which fonts a figure uses.
public enum FontChoice: Sendable, Hashable {
  /// CMU Serif, the look of a LaTeX paper, when it is installed; else DejaVu Serif.
  case paper
  /// DejaVu Sans.
  case sans
  /// Files of the user's own; `bold` falls back to `regular`.
  case files(regular: FilePath, bold: FilePath?)

  /// "paper", "sans" or the path of a font file.
  public init(named path: FilePath) throws(FigureError) {
    let name = path.shown
    switch Names.folded(name) {
    case "paper", "serif": self = .paper
    case "sans": self = .sans
    default:
      guard name.contains("/") || name.contains(".") else {
        throw Names.unknown("font", name, among: ["paper", "sans", "a path ending in .ttf or .otf"])
      }
      self = .files(regular: path, bold: nil)
    }
  }
}

/// The faces of one figure in the order in which a missing glyph is looked for.
struct FontFamily {
  var regular: [FontFile]
  var bold: [FontFile]

  init(_ choice: FontChoice) throws(FigureError) {
    var regular: [FontFile] = []
    var bold: [FontFile] = []
    switch choice {
    case .paper:
      regular = FontFamily.installed(["cmunrm.ttf", "DejaVuSerif.ttf"])
      bold = FontFamily.installed(["cmunbx.ttf", "DejaVuSerif-Bold.ttf"])
    case .sans: break
    case .files(let regularPath, let boldPath):
      regular = [try FontFile(path: regularPath)]
      bold = [try FontFile(path: boldPath ?? regularPath)]
    }
    regular += FontFamily.installed(["DejaVuSans.ttf"])
    bold += FontFamily.installed(["DejaVuSans-Bold.ttf"]) + regular
    guard !regular.isEmpty else {
      throw FigureError("no font found: install DejaVu (package fonts-dejavu-core) or name a font file")
    }
    self.regular = regular
    self.bold = bold
  }

  /// The faces in the first of these files that are there. They are named by file, not by family: fontconfig
  /// silently substitutes another font for a missing one.
  private static func installed(_ names: [String]) -> [FontFile] {
    let environment = ProcessInfo.processInfo.environment
    var folders = (environment["GDFONTPATH"] ?? "").split(separator: ":").map { FilePath(String($0)) }
    if let home = environment["HOME"].map({ FilePath($0) }) {
      folders += [home / ".local/share/fonts", home / ".fonts"]
    }
    for root: FilePath in ["/usr/local/share/fonts", "/usr/share/fonts"] {
      folders += [
        "truetype/cmu", "truetype/dejavu", "dejavu", "TTF", "cmu", "dejavu-sans-fonts", "dejavu-serif-fonts",
      ]
      .map { root / $0 }
    }
    return names.compactMap { name in
      for folder in folders where (folder / name).exists {
        if let file = try? FontFile(path: folder / name) { return file }
      }
      return nil
    }
  }

  /// The first face that has `scalar`, or else any font of the machine; nil when none has.
  func face(for scalar: Unicode.Scalar, bold wantsBold: Bool) -> FontFile? {
    (wantsBold ? bold : regular).first { $0.has(scalar) } ?? FontFallback.installed.face(for: scalar)
  }
}
