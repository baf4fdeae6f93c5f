import Foundation
import Support
import TestSupport
import Testing

/// docs/tutorial.md works as it is written: its files are written, its commands run, one after the other, in one folder.
///
/// A block of Lua whose first line of the fence names a file (```` ```lua rule.lua ````) is that file; one without a name is
/// a script of its own; a block of `sh` is commands.
@Suite struct TutorialTests {
  private struct Block {
    let language: String
    let file: String?
    let text: String
    let line: Int
  }

  private static func blocks(of page: String) -> [Block] {
    var blocks: [Block] = []
    var open: (words: [String], line: Int, lines: [String])?
    for (index, line) in page.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if let block = open {
        if line == "```" {
          blocks.append(
            Block(
              language: block.words.first ?? "", file: block.words.dropFirst().first,
              text: block.lines.joined(separator: "\n") + "\n", line: block.line))
          open = nil
        } else {
          open?.lines.append(String(line))
        }
      } else if line.hasPrefix("```") {
        open = (line.dropFirst(3).split(separator: " ").map(String.init), index + 1, [])
      }
    }
    return blocks
  }

  @Test func theTutorialWorksWordForWord() throws {
    let page = String(
      decoding: try InputFile.bytes(of: SourceTree.root / "docs/tutorial.md", limit: 1 << 20), as: UTF8.self)
    let blocks = Self.blocks(of: page)
    #expect(blocks.count { $0.language == "sh" } > 5 && blocks.count { $0.language == "lua" } > 5)
    // The reader stands in a clone, whose program is `./gfnet-lab`.
    var script = "set -euo pipefail\ngfnet-lab() { \"$GFNET\" \"$@\"; }\nexport -f gfnet-lab\n"
    for block in blocks {
      script += "echo \"docs/tutorial.md:\(block.line)\" >&2\n"
      switch (block.language, block.file) {
      case ("lua", let file?), ("json", let file?):
        script += "mkdir -p \"$(dirname \(file))\"; cat >\(file) <<'__END__'\n\(block.text)__END__\n"
      case ("lua", nil):
        script +=
          "cat >snippet.lua <<'__END__'\n\(block.text)__END__\ngfnet-lab run snippet.lua --out snippet\n"
      case ("sh", _): script += block.text
      default: continue
      }
    }
    let program = try Program()
    try program.write("tutorial.sh", script)
    let result = try program.shell("exec bash tutorial.sh </dev/null")
    let last = result.errors.split(separator: "\n").suffix(8).joined(separator: "\n")
    #expect(result.status == 0, "\(last)")
  }
}
