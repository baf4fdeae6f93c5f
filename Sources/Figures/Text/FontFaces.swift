import CFreeType
import Support

/// The font files that FreeType has open, one for each path.
///
/// Not safe for several threads; ``TextEngine`` holds its lock.
struct FontFaces: ~Copyable {
  private var library: FT_Library?
  private var faces: [FilePath: FT_Face] = [:]

  init() {}

  deinit { if let library { FT_Done_FreeType(library) } }

  /// FreeType's face of a file; it stays open, because what draws with it may keep it.
  ///
  /// Throws ``FigureError`` when FreeType cannot read the font.
  mutating func face(of file: FontFile) throws(FigureError) -> FT_Face {
    if let face = faces[file.path] { return face }
    if library == nil, FT_Init_FreeType(&library) != 0 {
      throw FontFaces.failed(file, "does not start")
    }
    var face: FT_Face?
    let code = file.path.withPlatformString { FT_New_Face(library, $0, 0, &face) }
    guard code == 0, let face else { throw FontFaces.failed(file, "cannot read it") }
    faces[file.path] = face
    return face
  }

  static func failed(_ file: FontFile, _ what: String) -> FigureError {
    FigureError("font \(file.path): FreeType \(what)")
  }
}
