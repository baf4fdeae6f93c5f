import Foundation
import Support

/// Scripts and plugins that were damaged, as a function of a random stream.
struct TextMutation {
  private let scripts: [String]
  private let plugins: [[(name: String, text: String)]]

  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  init(_ kind: CaseKind) throws {
    func lua(_ folder: String) throws -> [String] {
      try FileManager.default.subpathsOfDirectory(atPath: "\(Self.root)/\(folder)").sorted()
        .filter { $0.hasSuffix(".lua") }.map { "\(Self.root)/\(folder)/\($0)" }
    }
    func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
    scripts = kind == .scripts ? try lua("scripts").map(text) + [Self.notebook] : []
    guard kind == .plugins else {
      plugins = []
      return
    }
    let files = Dictionary(grouping: try lua("plugins")) {
      $0.split(separator: "/").dropLast().joined(separator: "/")
    }
    // With the folder's name, which a manifest must repeat.
    plugins = try files.sorted { $0.key < $1.key }.map { _, paths in
      try paths.map { ($0.split(separator: "/").suffix(2).joined(separator: "/"), try text($0)) }
    }
  }

  /// Every mark of cells, and what stands beside them in Lua.
  private static let notebook = """
    -- %% [markdown] Title
    -- Text with `code` and
    --[[ a comment -- %% ]]
    -- %% [parameters]
    local p = gfnet.params{n = {default = 3, min = 1}}
    -- %% Sum; hidden
    local x <const>, y <close> = p.n, nil
    local function f(a, ...) local b = select("#", ...) return a + b end
    for i = 1, 3 do x2 = (x2 or 0) + i end
    goto done
    do local z = [==[ -- %% not a cell ]==] end
    ::done::
    f(x, y);
    -- %%
    return f(1, 2), "é\\z
      \\x41\\u{1F642}", 0x1p-3, 3 // 2, ~5 >> 1
    """

  private static let pieces = [
    "-- %%\n", "-- %% [markdown]\n", "-- %% [markdwon]\n", "-- %% [parameters]\n", "--%%", " -- %%\n", "\r",
    "\r\n",
    "\n", "\n\n", "[[", "]]", "[==[", "]==]", "--[[", "--", "\"", "'", "\\", "\\\n", "::e::", "goto e\n",
    "return ",
    "return;", ";;", ";", "local ", "local x <const> = 1\n", "local x <close> = nil\n", "end ", "do ",
    "function ",
    "function(...) ", "(", ")", "{", "}", "[", "]", "...", "..", ".", ",", "=", "~=", "<", "<const>", "0x",
    "1e", "0/0",
    "nil ", "and ", "or ", "not ", "local __gfnet = 1\n", "local _ENV = {}\n", "\u{FEFF}", "\0", "\u{2028}",
    "é", "🙂",
    "#!/usr/bin/env lua\n", "break ", "repeat ", "until ", "if x then ", "else ", "elseif ",
    "while true do end ",
    "error{} ", "error(nil) ", "requires = ", "provides = ", "capabilities = {'net'}", "name = ",
    "limits = {memory = '1M', seconds = -1}\n",
    "limits = {memory = 1e308}\n",
    "version = ",
    "math.huge", "math.mininteger", "1e999",
  ]

  /// One change to `most`.
  func mutated(_ good: String, _ draw: CounterRandom, most: Int) -> String {
    var bytes = Array(good.utf8)
    for change in 0..<draw.integer(0, below: most) + 1 { Self.change(&bytes, draw.child(change)) }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func change(_ bytes: inout [UInt8], _ draw: CounterRandom) {
    let place = draw.integer(0, below: bytes.count + 1)
    let end = min(place + draw.integer(1, below: 200), bytes.count)
    let piece = Array(pieces[draw.integer(2, below: pieces.count)].utf8)
    switch draw.integer(3, below: 10) {
    case 0, 1, 2: bytes.insert(contentsOf: piece, at: place)
    case 3: bytes.removeSubrange(place..<end)
    case 4: bytes.insert(contentsOf: bytes[place..<end], at: draw.integer(4, below: bytes.count + 1))
    case 5: bytes.removeSubrange(place...)
    case 6 where place < bytes.count: bytes[place] = UInt8(truncatingIfNeeded: draw.bits(4))
    case 7: bytes = Array(String(decoding: bytes, as: UTF8.self).replacing("\n", with: "\r\n").utf8)
    case 8:
      let count = [10, 100, 1_000, 20_000][draw.integer(5, below: 4)]
      bytes.insert(contentsOf: Array(repeating: piece, count: count).joined().prefix(100_000), at: place)
    default: bytes.replaceSubrange(place..<end, with: piece)
    }
  }

  func script(_ draw: CounterRandom) -> String {
    mutated(scripts[draw.integer(0, below: scripts.count)], draw.child(1), most: 6)
  }

  /// The files of a plugin, as FOLDER/FILE: its manifest damaged, its code, or both.
  func plugin(_ draw: CounterRandom) -> [(name: String, text: String)] {
    let files = plugins[draw.integer(0, below: plugins.count)]
    let victims = draw.integer(1, below: 3)
    return files.enumerated().map { index, file in
      let isManifest = file.name.hasSuffix("/plugin.lua")
      let damaged = victims == 2 || (victims == 0) == isManifest
      return (file.name, damaged ? mutated(file.text, draw.child(index), most: 2) : file.text)
    }
  }
}
