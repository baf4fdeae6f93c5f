import Reports
import Support

/// The files that a script is made of, as far as its text tells: itself, and the modules that it requires by name.
public struct ScriptSources {
  /// The files, the script first.
  public private(set) var files: [FilePath] = []
  private var hash = SHA256()

  /// Reads a script and the modules that it requires, from its folder and then from `modules`, as `require` does. A name that
  /// the script puts together while it runs is not found.
  ///
  /// - Throws: `FileError` where one of them cannot be read; `Interrupted`.
  public init(of script: FilePath, modules folders: [FilePath] = []) throws {
    let places = [script.folder] + folders
    var waiting = [script]
    var known: Set<FilePath> = [script]
    while let file = waiting.popLast() {
      let bytes = try InputFile.bytes(of: file, as: files.isEmpty ? "script" : "module", limit: 512 << 20)
      files.append(file)
      hash.update(Array("\(bytes.count):".utf8))
      hash.update(bytes)
      guard file.ending == "lua" || files.count == 1, let text = String(validating: bytes, as: UTF8.self)
      else {
        continue
      }
      for name in try Self.required(in: text) {
        let stem = name.replacing(".", with: "/")
        let found = places.lazy.flatMap { [$0 / (stem + ".lua"), $0 / stem / "init.lua"] }.first {
          $0.isRegularFile
        }
        if let found, known.insert(found).inserted { waiting.append(found) }
      }
    }
  }

  /// A checksum of all their bytes.
  public var checksum: String {
    let copy = hash
    return copy.finish().map { byte in
      let text = String(byte, radix: 16)
      return byte < 16 ? "0" + text : text
    }.joined()
  }

  /// The texts behind `require`, in parentheses or without.
  private static func required(in source: String) throws -> [String] {
    let tokens = try LuaLexer.tokens(of: source)
    return tokens.indices.compactMap { index in
      guard tokens[index].text == "require", tokens[index].kind == .name else { return nil }
      var next = index + 1
      if next < tokens.count, tokens[next].text == "(" { next += 1 }
      guard next < tokens.count, tokens[next].kind == .string else { return nil }
      let text = tokens[next].text
      guard let quote = text.first, quote == "\"" || quote == "'" else { return nil }
      let name = String(text.dropFirst().prefix { $0 != quote })
      return name.isEmpty || name.hasPrefix("/") || name.contains("..") ? nil : name
    }
  }
}
