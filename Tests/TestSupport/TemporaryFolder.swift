import Foundation
import Support

/// A fresh folder that is removed with everything in it when the last reference goes.
public final class TemporaryFolder: Sendable {
  public let path: FilePath

  public init() throws {
    path = FilePath(NSTemporaryDirectory()) / "gfnet-lab-test-\(UUID().uuidString)"
    try AtomicFile.createFolder(path)
  }

  deinit { try? FileManager.default.removeItem(atPath: path.string) }

  /// Writes a file into the folder, or one below it that is made, and returns its path.
  @discardableResult
  public func write(_ bytes: [UInt8], _ name: String) throws -> FilePath {
    let file = path / name
    try AtomicFile.createFolder(file.folder)
    try Data(bytes).write(to: file.url)
    return file
  }

  /// The same for text, as UTF-8.
  @discardableResult
  public func write(_ text: String, _ name: String) throws -> FilePath { try write(Array(text.utf8), name) }
}

/// Runs `body` with a fresh folder, which is removed afterwards.
public func withTemporaryFolder<Result>(_ body: (FilePath) throws -> Result) throws -> Result {
  let folder = try TemporaryFolder()
  return try withExtendedLifetime(folder) { try body(folder.path) }
}

extension FilePath {
  /// For Foundation, whose paths are text; for paths that are text.
  public var url: URL { URL(fileURLWithPath: string) }
}
