import Support

/// The folders of the source tree that the tests were built from.
public enum SourceTree {
  /// Where `Package.swift` is.
  public static let root = FilePath(#filePath).folder.folder.folder
  /// `Tests/Fixtures`.
  public static let fixtures = root / "Tests/Fixtures"
}
