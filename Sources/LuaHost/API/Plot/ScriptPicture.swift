import Figures

/// A finished picture: images, or images with the patches that were looked at.
public final class ScriptPicture: StillDrawing {
  public let drawing: any Drawing
  public let name: String?
  public let caption: String
  public let hasNumbers: Bool
  public let words: String

  /// - Parameters:
  ///   - drawing: what is shown.
  ///   - name: the stem of the file; nil: it is made from `words`.
  ///   - caption: what stands below it; empty for nothing.
  ///   - hasNumbers: whether a CSV file belongs to it.
  ///   - words: what the file is called where it has no name; may be empty.
  public init(
    _ drawing: some Drawing, name: String? = nil, caption: String = "", hasNumbers: Bool = true,
    words: String = ""
  ) {
    self.drawing = drawing
    self.name = name
    self.caption = caption
    self.hasNumbers = hasNumbers
    self.words = words
  }
}
