import Figures
import Reports
import Support

/// Something that a script drew and that a cell can show.
public protocol ScriptDrawing: AnyObject, SendableMetatype {
  /// The stem of the file under `figures/`; nil where it is made from the titles.
  var name: String? { get }
  var caption: String { get }
  /// What the file is called when the script gave no name; may be empty.
  var words: String { get }
  /// What a run's folder keeps of it, in these formats where it does not move.
  func rendered(as formats: [PictureFormat]) throws -> RenderedDrawing
}

/// A drawing as files.
public struct RenderedDrawing {
  /// The same picture in one format or several; reports show the first.
  var files: [Notebook.Picture.File]
  /// The width on a page, in points.
  var width: Double
  /// The height on a page, in points.
  var height: Double
  /// The numbers behind it; nil where there are none.
  var csv: String?
  /// What it shows, for those who hear it read; empty where nothing is known.
  var words = ""
  /// What there is to say about it, one line each.
  var remarks: [String]
}

/// A picture that does not move.
public protocol StillDrawing: ScriptDrawing {
  var drawing: any Drawing { get }
  /// Whether there are numbers to keep as CSV; plain photographs have none.
  var hasNumbers: Bool { get }
  /// Does what needs the script before it is drawn.
  func prepare() throws
}

extension ScriptDrawing {
  /// The picture with its numbers, under a file name that no other figure of the run has.
  public func picture(_ context: HostContext, name: String? = nil, caption: String? = nil) throws
    -> Notebook.Picture
  {
    do {
      let rendered = try rendered(as: context.options.pictureFormats)
      let stem = name ?? self.name ?? Self.stem(words) ?? context.names.next("figure")
      let file = context.names.unique(stem, among: .figures)
      for remark in rendered.remarks { context.note("figure \(file): \(remark)") }
      return Notebook.Picture(
        name: file, caption: caption ?? self.caption, files: rendered.files,
        width: rendered.width, height: rendered.height, csv: rendered.csv, words: rendered.words)
    } catch let error as FigureError {
      throw LuaError("figure: \(error)")
    }
  }

  /// The letters and digits of a text, joined by hyphens; nil when there are none.
  private static func stem(_ text: String) -> String? {
    var stem = ""
    for byte in text.lowercased().utf8 {
      let isPlain = byte >= 97 && byte <= 122 || byte >= 48 && byte <= 57
      if isPlain {
        stem.unicodeScalars.append(Unicode.Scalar(byte))
      } else if !stem.hasSuffix("-") {
        stem += "-"
      }
    }
    let trimmed = stem.prefix(60).split(separator: "-").joined(separator: "-")
    return trimmed.isEmpty ? nil : trimmed
  }

}

extension StillDrawing {
  public func prepare() throws {}

  public func rendered(as formats: [PictureFormat]) throws -> RenderedDrawing {
    try prepare()
    let list = try drawing.displayList()
    let files = try formats.map { format in
      Notebook.Picture.File(
        ending: format.ending, mediaType: format.mediaType, content: try format.render(list, 300))
    }
    return RenderedDrawing(
      files: files, width: list.size.width, height: list.size.height,
      csv: hasNumbers ? try drawing.csv() : nil, words: list.spoken, remarks: list.remarks)
  }

  /// Writes the picture to `path` and, where there are numbers, to `stem`.csv; returns what there is to say about the
  /// picture.
  func save(to path: FilePath, stem: FilePath, as format: PictureFormat, dpi: Int) throws -> [String] {
    try prepare()
    let list = try drawing.displayList()
    try AtomicFile.write(format.render(list, dpi), to: path)
    if hasNumbers { try AtomicFile.write(drawing.csv(), to: stem.adding(".csv")) }
    return list.remarks
  }
}
