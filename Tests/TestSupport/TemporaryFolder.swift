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

  /// Writes a file into the folder and returns its path.
  public func write(_ bytes: [UInt8], _ name: String) throws -> FilePath {
    let file = path / name
    try Data(bytes).write(to: file.url)
    return file
  }
}

extension FilePath {
  /// For Foundation, whose paths are text; for paths that are text.
  public var url: URL { URL(fileURLWithPath: string) }
}
