import Vision

/// Gives the pictures of one file by number, and is used by one thread at a time.
protocol FrameSource: AnyObject {
  /// The picture `number`, from 0.
  ///
  /// - Throws: ``VideoError`` where the file has changed, `FileError`, `MemoryRefused`, `Interrupted`.
  func picture(_ number: Int) throws -> FrameOutcome

  /// Closes the file until the next picture.
  func close()
}

/// What a picture comes to.
enum FrameOutcome {
  case image(RGBImage)
  /// It does not come, or not whole, and why.
  case damaged(String)
}
