import Foundation
import Support
import Tensor

/// Recorded results of another implementation: a JSON array of named arrays.
///
/// The numbers are base64 of little-endian float32, so that they are exact.
public struct Fixtures {
  private struct Entry: Decodable {
    let name: String
    let shape: [Int]
    let float32: Data
  }

  private let entries: [String: Entry]

  /// Reads `Tests/Fixtures/` + `path`.
  public init(_ path: String) throws {
    let list = try JSONDecoder().decode([Entry].self, from: Data(contentsOf: Self.path(path).url))
    entries = Dictionary(uniqueKeysWithValues: list.map { ($0.name, $0) })
  }

  /// The path of `Tests/Fixtures/` + `name`.
  public static func path(_ name: String) -> FilePath { SourceTree.fixtures / name }

  public var names: [String] { entries.keys.sorted() }

  /// The array recorded under `name`.
  public subscript(_ name: String) -> Tensor {
    get throws {
      guard let entry = entries[name] else { throw CheckFailure("no fixture \(name)") }
      let values = entry.float32.withUnsafeBytes { bytes in
        (0..<bytes.count / 4).map {
          Float(
            bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
        }
      }
      return try Tensor(Shape(entry.shape), values)
    }
  }
}
