import Glibc
// The one type of paths: the bytes that the system uses, from the command line, Lua or a folder's listing to `open`. It
// need not be text. Where people read it, it is `shown`; interpolation into a string does the same. All who use Support
// see it.
@_exported import SystemPackage

/// One name in a path, as a folder lists it.
public typealias FileName = SystemPackage.FilePath.Component

extension FilePath {
  /// The path of these bytes; nil when one of them is 0, which the system would take for the end.
  public init?(bytes: some Collection<UInt8>) {
    guard !bytes.contains(0) else { return nil }
    self.init(platformString: bytes.map { CChar(bitPattern: $0) } + [0])
  }

  /// The bytes that the system uses, without the 0 at their end.
  public var bytes: [UInt8] { withPlatformString { Array(UnsafeRawBufferPointer(cString: $0)) } }

  /// The path as people read it: bytes that are not UTF-8, and characters that are not for print, escaped as in Lua.
  public var shown: String { String(escaping: bytes) }

  /// The name without its folders, as people read it; empty for `/` and the empty path.
  public var shownName: String { lastComponent?.shown ?? "" }

  /// The name without folders and ending, as people read it.
  public var shownStem: String {
    guard let name = lastComponent else { return "" }
    let ending = name.endingCount
    return String(escaping: name.bytes.dropLast(ending == 0 ? 0 : ending + 1))
  }

  /// The ending without its dot, in lower case; empty when there is none.
  public var ending: String {
    guard let name = lastComponent else { return "" }
    return String(escaping: name.bytes.suffix(name.endingCount)).lowercased()
  }

  /// The path without its ending and the dot before it.
  public var removingEnding: FilePath {
    guard let count = lastComponent?.endingCount, count > 0 else { return self }
    return FilePath(bytes: bytes.dropLast(count + 1)) ?? self
  }

  /// The folder that holds it: `.` for a plain name.
  public var folder: FilePath {
    let parent = removingLastComponent()
    return parent.isEmpty ? "." : parent
  }

  /// The path with `text` at its end, as part of the last name.
  public func adding(_ text: String) -> FilePath {
    FilePath(
      platformString: (bytes + Array(text.utf8.prefix { $0 != 0 })).map { CChar(bitPattern: $0) } + [0])
  }

  /// The path with `text` behind the name's stem, before its ending: `a-old.txt` for `a.txt`.
  public func addingToStem(_ text: String) -> FilePath {
    guard let name = lastComponent else { return adding(text) }
    let ending = name.endingCount == 0 ? 0 : name.endingCount + 1
    let joined = name.bytes.dropLast(ending) + Array(text.utf8) + name.bytes.suffix(ending)
    return FilePath(bytes: joined).map { removingLastComponent().pushing($0) } ?? self
  }

  /// `name` in this folder; `name` may be several names with `/` between, and never leads to the root.
  public static func / (folder: FilePath, name: String) -> FilePath { folder.appending(name) }

  /// `name` in this folder.
  public static func / (folder: FilePath, name: FileName) -> FilePath { folder.appending(name) }

  /// The current folder.
  public static var currentFolder: FilePath {
    guard let buffer = getcwd(nil, 0) else { return "." }
    defer { free(buffer) }
    return FilePath(platformString: buffer)
  }

  /// The path without links and dots; nil when it leads nowhere.
  public var resolved: FilePath? {
    guard let found = withPlatformString({ realpath($0, nil) }) else { return nil }
    defer { free(found) }
    return FilePath(platformString: found)
  }

  /// The path from the root, with neither `.` nor `..` in it.
  public var absolute: FilePath { FilePath.currentFolder.pushing(self).lexicallyNormalized() }
}

extension FileName {
  /// The bytes that the system uses, without the 0 at their end.
  public var bytes: [UInt8] { withPlatformString { Array(UnsafeRawBufferPointer(cString: $0)) } }

  /// The name as people read it; see ``SystemPackage/FilePath/shown``.
  public var shown: String { String(escaping: bytes) }

  /// The order of bytes, which is also that of code points.
  public func precedes(_ other: FileName) -> Bool { bytes.lexicographicallyPrecedes(other.bytes) }

  /// True for names that begin with a dot.
  public var isHidden: Bool { bytes.first == UInt8(ascii: ".") }

  /// Bytes behind the last dot; 0 without one, and where only dots are before it, as in `.profile`.
  fileprivate var endingCount: Int {
    let bytes = bytes
    guard let dot = bytes.lastIndex(of: UInt8(ascii: ".")),
      bytes[..<dot].contains(where: { $0 != UInt8(ascii: ".") })
    else { return 0 }
    return bytes.count - dot - 1
  }
}

extension DefaultStringInterpolation {
  /// The path as people read it.
  public mutating func appendInterpolation(_ path: FilePath) { appendLiteral(path.shown) }
  /// The name as people read it.
  public mutating func appendInterpolation(_ name: FileName) { appendLiteral(name.shown) }
}

extension UnsafeRawBufferPointer {
  /// The bytes before the 0 that ends a C string.
  fileprivate init(cString: UnsafePointer<CChar>) { self.init(start: cString, count: strlen(cString)) }
}
