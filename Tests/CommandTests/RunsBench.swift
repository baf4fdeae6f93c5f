import Foundation
import TestSupport

/// Folders of runs for tests: as a run leaves them, and as nobody should find them.
enum RunsBench {
  /// What stands in the `meta.json` of a run of the tests, beside what a test says.
  private static func meta(_ members: [String: Any], files: [String]) -> [String: Any] {
    let standard: [String: Any] = [
      "written_by": "gfnet-lab", "title": "A run", "status": "done", "started": "2026-03-01T14:05:09Z",
      "seconds": 1.5, "command": ["gfnet-lab", "run", "scripts/train.lua"], "seed": 1, "threads": 2,
      "precision": "f32", "repository": ["commit": String(repeating: "a", count: 40), "dirty": false],
      "versions": ["gfnet-lab": "0.1.0"], "files": files, "parameters": [[String: Any]](),
      "remarks": [String](),
    ]
    return standard.merging(members) { $1 }
  }

  /// A parameter as `meta.json` has it.
  static func parameter(_ name: String, _ value: Any, default usual: Any = 0, isSet: Bool = true) -> [String:
    Any]
  {
    ["name": name, "value": value, "default": usual, "overridden": isSet]
  }

  /// Writes the folder of a run.
  static func write(
    _ program: Program, _ folder: String, _ members: [String: Any] = [:], results: [String: Any] = [:],
    metrics: String = "", figures: [String] = []
  ) throws {
    let files = ["meta.json", "log.txt", "summary.json", "metrics.jsonl", "index.html"]
    let meta = meta(members, files: files + figures.map { "figures/" + $0 })
    try program.write("\(folder)/meta.json", json(meta))
    try program.write("\(folder)/summary.json", json(["results": results, "status": "done"]))
    try program.write("\(folder)/metrics.jsonl", metrics)
    try program.write("\(folder)/log.txt", "started\n")
    try program.write("\(folder)/index.html", "<p>a report</p>")
    for name in figures {
      try FileManager.default.createDirectory(
        atPath: program.folder + "/\(folder)/figures", withIntermediateDirectories: true)
      try png.write(to: URL(fileURLWithPath: program.folder + "/\(folder)/figures/\(name)"))
    }
  }

  private static func json(_ value: [String: Any]) throws -> String {
    String(decoding: try JSONSerialization.data(withJSONObject: value, options: .sortedKeys), as: UTF8.self)
  }

  /// A PNG of one white pixel.
  static let png =
    Data(
      base64Encoded:
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTyNkgAAAABJRU5ErkJggg=="
    ) ?? Data()

  /// The names in the first column of a table on the terminal.
  static func firstColumn(_ output: String) -> [String] {
    output.split(separator: "\n").drop { !$0.hasPrefix("─") }.dropFirst().map {
      String($0.prefix { $0 != " " })
    }
  }

  /// The variables under which the index is kept in the program's own folder.
  static func environment(_ program: Program) -> [String: String] {
    ["XDG_CACHE_HOME": program.folder + "/cache"]
  }

  /// The files of the index.
  static func indexFiles(_ program: Program) -> [String] {
    let folder = program.folder + "/cache/gfnet-lab/runs"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".sqlite") }.map { folder + "/" + $0 }
  }

  /// Runs `gfnet-lab runs …`.
  static func runs(_ program: Program, _ words: String...) throws -> Program.Result {
    try program.run(["runs"] + words, environment: environment(program))
  }
}
