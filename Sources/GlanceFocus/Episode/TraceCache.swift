import Checkpoints
import Foundation
import Support

/// Traces kept on disk under a key that names everything they depend on.
///
/// The whole key is stored in each file and compared, so that two keys never share a trace. The oldest files
/// are removed when all together exceed the bound.
public struct TraceCache: Sendable {
  /// The folder of the files.
  public let folder: FilePath
  /// The most bytes of all files together.
  public let bound: Int

  private static let keyEntry = "cache_key"

  public init(folder: FilePath, bound: Int = 2 << 30) {
    self.folder = folder
    self.bound = bound
  }

  /// `$XDG_CACHE_HOME/gfnet-lab/traces` or `~/.cache/gfnet-lab/traces`; nil when neither is known.
  public static func standard(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> TraceCache? {
    UserFolder.cache.path(in: environment).map { TraceCache(folder: $0 / "traces") }
  }

  /// The trace stored under `key`; nil when there is none.
  ///
  /// - Throws: what reading a file that is there but damaged throws.
  public func load(_ key: String) throws -> Trace? {
    let path = path(of: key)
    guard path.exists else { return nil }
    let file = try FileAccess.ofProgram { try Safetensors(contentsOf: path) }
    guard file.metadata[Self.keyEntry] == key else { return nil }
    let trace = try Trace(file)
    // What is used stays longest.
    _ = path.withPlatformString { utimes($0, nil) }
    return trace
  }

  /// Keeps `trace` under `key`, and removes the oldest others beyond the bound.
  public func store(_ trace: Trace, _ key: String) throws {
    let path = path(of: key)
    try AtomicFile.createFolder(folder)
    try FileAccess.ofProgram { try trace.save(to: path, metadata: [Self.keyEntry: key]) }
    trim(keeping: path)
  }

  /// The file of `key`.
  public func path(of key: String) -> FilePath {
    let digest = String(Array(key.utf8).withUnsafeBytes(XXHash64.digest), radix: 16)
    return folder / (String(repeating: "0", count: 16 - digest.count) + digest + ".safetensors")
  }

  private func trim(keeping kept: FilePath) {
    var entries = ((try? FolderListing(folder).files) ?? []).compactMap { entry in
      entry.status.map { (path: folder / entry.name, status: $0) }
    }.filter { $0.path.ending == "safetensors" }
    var total = entries.reduce(0) { $0 + $1.status.byteCount }
    entries.sort { $0.status.changed < $1.status.changed }
    for entry in entries where total > bound && entry.path != kept {
      if entry.path.withPlatformString({ unlink($0) }) == 0 { total -= entry.status.byteCount }
    }
  }
}
