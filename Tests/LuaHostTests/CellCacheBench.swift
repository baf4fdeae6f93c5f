import Foundation
import LuaHost
import Reports
import Support
import TestSupport

/// Runs scripts with and without kept cells, in a folder of its own.
struct CellCacheBench {
  /// What a user would see of a run.
  struct Result: Equatable {
    var outputs: String
    var results: [JSONValue.Member]
    var message: String
  }

  let folder: TemporaryFolder
  let store: CellStore

  init() throws {
    folder = try TemporaryFolder()
    store = CellStore(folder: folder.path / "cells")
    try folder.write("one\n", "data.txt")
  }

  /// - Returns: the result, and a line on each cell where cells are kept.
  func run(
    _ source: String, keeps: Bool, limit: Int = 5, seed: UInt64 = 1, plugins: FilePath? = nil,
    store other: CellStore? = nil
  ) throws -> (result: Result, lines: [String]) {
    var lines: [String] = []
    var context: HostContext?
    let bench = try ScriptBench(
      source, overrides: source.contains("gfnet.params") ? [("limit", "\(limit)")] : [],
      plugins: plugins.map { PluginLoader(folders: [$0]) }, path: folder.path / "test.lua"
    ) { made in
      made.options.seed = seed
      made.leastSecondsToKeep = 0
      made.showRemark = { _ in }
      if keeps {
        made.cellStore = other ?? store
        made.explainCells = { lines.append($0) }
      }
      context = made
    }
    let outputs = bench.notebook.cells.map { "\($0.status) \($0.outputs)" }.joined(separator: "\n")
    return (Result(outputs: outputs, results: context?.outputs.results ?? [], message: bench.message), lines)
  }
}
