import ArgumentParser
import LuaHost
import Support

/// `gfnet-lab cache [list|clear]`: the cells that runs have kept.
struct CacheCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cache",
    abstract: "List or remove what runs have kept of cells.",
    discussion: """
      Cells are kept by gfnet-lab run --keep-cells, in $XDG_CACHE_HOME/gfnet-lab/cells
      (by default ~/.cache/gfnet-lab/cells). Those used longest ago go by themselves.

      Examples:
        gfnet-lab cache
        gfnet-lab cache clear
      """,
    subcommands: [List.self, Clear.self], defaultSubcommand: List.self)

  /// The store, or an error that says why there is none.
  private static func store() throws -> CellStore {
    guard let store = CellStore.standard() else {
      throw UsageError("there is no place for a cache: neither $XDG_CACHE_HOME nor $HOME is known")
    }
    return store
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "Say how many cells are kept, and how much room they take.")

    func run() throws {
      let store = try CacheCommand.store()
      let items = store.items()
      let bytes = items.reduce(0) { $0 + $1.bytes }
      for item in items { Terminal.write("\(MemoryText.size(item.bytes))  \(item.path.shownName)\n") }
      Terminal.write(
        "\(items.count) cell\(items.count == 1 ? "" : "s"), \(MemoryText.size(bytes)) of \(MemoryText.size(store.bound)), in \(store.folder)\n"
      )
    }
  }

  struct Clear: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "clear", abstract: "Remove all kept cells.")

    func run() throws {
      let count = try CacheCommand.store().clear()
      Terminal.write("removed \(count) cell\(count == 1 ? "" : "s")\n")
    }
  }
}
