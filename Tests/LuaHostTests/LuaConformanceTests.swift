import Foundation
import LuaHost
import Support
import TestSupport
import Testing

/// Scripts that go through the language and the library answer as Lua 5.4 does: as it was recorded beside them, and as the
/// interpreter of this machine says where it has one.
@Suite struct LuaConformanceTests {
  private static let folder = SourceTree.root / "Tests/LuaHostTests/Lua"
  private static let names: [String] = ((try? FolderListing(folder).files) ?? []).map(\.name)
    .filter { $0.shown.hasSuffix(".lua") }.map { String($0.shown.dropLast(4)) }

  @Test func thereAreScripts() { #expect(Self.names.count >= 11) }

  @Test(arguments: names)
  func answersAsLua(_ name: String) throws {
    let source = try String(contentsOf: (Self.folder / (name + ".lua")).url, encoding: .utf8)
    // Scripts print bytes that are no UTF-8 too.
    let recorded = try [UInt8](Data(contentsOf: (Self.folder / (name + ".expected")).url))
    let here = Self.printed(try run(name, source))
    compare(here, recorded, "as recorded")
    guard let lua = Self.interpreter else {
      print(
        "\(name).lua is compared with what was recorded only: this machine has no lua5.4 (Debian package lua5.4)"
      )
      return
    }
    compare(here, try output(of: lua, name), "of \(lua)")
  }

  private func run(_ name: String, _ source: String) throws -> String {
    // The place of a script is in its messages, so it goes by its name here; modules are where they are.
    let source = source.replacing("\"./modules/", with: "\"\(Self.folder)/modules/")
      .replacing(";./modules/", with: ";\(Self.folder)/modules/")
    let bench = try ScriptBench("gfnet.strict(false) " + source, path: FilePath(name + ".lua")) {
      $0.options.allowed = [Self.folder]
    }
    #expect(bench.message == "")
    return bench.shown
  }

  /// The bytes that a script printed, of which a notebook shows those that are no UTF-8 as `\\xff`.
  private static func printed(_ shown: String) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = Array(shown.utf8)[...]
    while let first = rest.first {
      let digits = rest.dropFirst(2).prefix(2)
      if rest.starts(with: "\\x".utf8), digits.count == 2,
        let byte = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
      {
        bytes.append(byte)
        rest = rest.dropFirst(4)
      } else {
        bytes.append(first)
        rest = rest.dropFirst()
      }
    }
    return bytes
  }

  private static let interpreter = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .map { "\($0)/lua5.4" }.first(where: FileManager.default.isExecutableFile)

  private func output(of lua: String, _ name: String) throws -> [UInt8] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: lua)
    process.arguments = [name + ".lua"]
    process.currentDirectoryURL = Self.folder.url
    process.environment = ["TZ": "UTC", "LC_ALL": "C"]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    // Debian's Lua has math.atan2 as another name of math.atan, and says either, from one run to the next.
    return [UInt8](data).replacing("'math.atan2'".utf8, with: "'math.atan'".utf8)
  }

  private func compare(_ here: [UInt8], _ there: [UInt8], _ what: String) {
    let newline = UInt8(ascii: "\n")
    let (a, b) = (here.split(separator: newline), there.split(separator: newline))
    #expect(a.count == b.count, "\(a.count) lines here, \(b.count) \(what)")
    if let (number, lines) = zip(a, b).enumerated().first(where: { $0.element.0 != $0.element.1 }) {
      let ours = String(decoding: lines.0, as: UTF8.self)
      let theirs = String(decoding: lines.1, as: UTF8.self)
      Issue.record("line \(number + 1) is '\(ours)' here, and '\(theirs)' \(what)")
    }
  }
}
