import ArgumentParser
import LuaHost

/// What `gfnet-lab run` does about results that an earlier run has kept.
struct CellOptions: ParsableArguments {
  @Flag(
    name: .customLong("keep-cells"),
    help:
      "Keep what cells leave, and give it back in later runs where nothing that they depend on has changed.")
  var keepsCells = false

  @Flag(
    name: .customLong("explain-cache"),
    help: "Say of each cell whether its results were found again, and why not; with --keep-cells implied.")
  var explains = false

  @Option(
    name: .customLong("keep-after"),
    help: ArgumentHelp("Cells that take fewer seconds are not worth keeping.", valueName: "seconds"))
  var keepAfter = 0.2

  @Flag(
    help: "Run again whenever the script or a file that it reads is saved; the report follows. Ctrl-C ends.")
  var watch = false

  /// Enters the options, unless the run is to compute everything anew.
  func apply(to context: HostContext) {
    guard keepsCells || explains || watch else { return }
    if explains { context.explainCells = { Terminal.note("gfnet-lab: \($0)") } }
    guard context.options.usesCache else {
      if explains { context.note("--no-cache: no cell is kept, and none is looked for") }
      return
    }
    context.leastSecondsToKeep = keepAfter
    context.cellStore = CellStore.standard()
    if context.cellStore == nil {
      context.note("cells are not kept: neither $XDG_CACHE_HOME nor $HOME is known")
    }
  }
}
