import Foundation
import Support

/// Reads source files, with errors that name what is wrong with them.
enum TextFile {
  /// Scripts beyond this are not scripts.
  private static let largest = 16 << 20

  static func read(_ path: String, as kind: String) throws -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw FileError(action: "read \(kind)", path: path, reason: "no such file")
    }
    if isFolder.boolValue {
      throw FileError(action: "read \(kind)", path: path, reason: "it is a folder")
    }
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw FileError(action: "read \(kind)", path: path, errno: errno)
    }
    defer { try? handle.close() }
    let bytes: Data
    do {
      bytes = try handle.read(upToCount: largest + 1) ?? Data()
    } catch {
      throw FileError(action: "read \(kind)", path: path, reason: "the system cannot read it")
    }
    guard bytes.count <= largest else {
      throw FileError(action: "read \(kind)", path: path, reason: "it is larger than \(largest >> 20) MB")
    }
    if bytes.starts(with: [0x1B, 0x4C, 0x75, 0x61]) {
      throw FileError(action: "read \(kind)", path: path, reason: "it is compiled Lua; only source is run")
    }
    guard let text = String(validatingUTF8Bytes: bytes) else {
      throw FileError(action: "read \(kind)", path: path, reason: "it is not UTF-8 text")
    }
    return text
  }
}

extension String {
  fileprivate init?(validatingUTF8Bytes bytes: Data) {
    guard !bytes.contains(0), let text = String(data: bytes, encoding: .utf8) else { return nil }
    self = text
  }
}
