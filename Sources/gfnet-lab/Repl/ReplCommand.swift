import ArgumentParser
import Foundation
import LuaHost
import Support

/// `gfnet-lab repl`: a prompt, or cells from a pipe.
struct ReplCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repl",
    abstract: "Type Lua and see what it gives.",
    discussion: """
      Each input is a cell, as in a script: its locals stay for the inputs after it,
      and the value of its last expression is shown. An input that is not complete
      goes on in the next line. Tab completes names, methods, options and files; ?NAME
      explains a name, ??NAME shows its source, %help lists the commands. Ctrl-R
      searches what was typed before, Ctrl-C stops what runs, Ctrl-D ends.

      With a script its cells run first, and its variables are there. Where standard
      input is no terminal, its Lua runs without a prompt, and the first error ends the
      program with status 1.

      Figures are shown in terminals that can (kitty, sixel), and saved under
      reports/session. The prompt reads ~/.editrc, and keeps what was typed in
      ~/.local/state/gfnet-lab/history.

      Examples:
        gfnet-lab repl
        gfnet-lab repl scripts/threshold_sweep.lua limit=500
        echo 'gfnet.tensor{1, 2, 3}:mean()' | gfnet-lab repl
      """)

  @Argument(
    help: "A script to run first: Lua source, with or without cells.", completion: .file(extensions: ["lua"]))
  var script: FilePath?

  @Argument(help: ArgumentHelp("Parameters of the script.", valueName: "name=value"))
  var parameters: [String] = []

  @OptionGroup var host: HostOptions

  /// Where a session keeps figures and checkpoints.
  private static let folder: FilePath = "reports/session"

  func run() throws {
    let isPrompt = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
    // Before anything starts threads: they inherit what is blocked here.
    let signals = isPrompt ? PromptSignals() : nil
    let context = try host.context()
    context.sessionFolder = Self.folder
    let session = try InteractiveSession(
      context: context, plugins: host.plugins(scriptFolder: script?.folder))
    let display = SessionDisplay(session, folder: Self.folder)
    signals?.watch(session.interruption)
    if let script {
      let outcome = session.runScript(script, parameters: try parameters.map(ParameterSession.parseOverride))
      display.show(outcome)
      // At a prompt what the script has left can be looked at.
      if !isPrompt, let status = outcome.failureStatus { throw ExitCode(status) }
    }
    let status =
      if let signals, let prompt = Prompt(session, display, signals) { prompt.run() } else {
        PipedCells(session, display).run()
      }
    if status != 0 { throw ExitCode(status) }
  }
}

extension InteractiveSession.Outcome {
  /// The exit status of the program where this ends it; nil where all is well.
  var failureStatus: Int32? {
    switch self {
    case .done: nil
    case .failed: 1
    case .interrupted: 130
    }
  }
}
