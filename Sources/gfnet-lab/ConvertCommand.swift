import ArgumentParser
import Foundation
import LuaHost
import Reports
import Support

/// `gfnet-lab convert FROM TO`: a script as a notebook of Jupyter, or back.
struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Turn a script into a Jupyter notebook, or back.",
    discussion: """
      The files' endings, .lua and .ipynb, say which. A script comes back byte by byte, with \\n at the ends of \
      its lines; what cells of a notebook produced is left out. `gfnet-lab run SCRIPT.lua --ipynb` writes a notebook with its results.

      Examples:
        gfnet-lab convert sweep.lua sweep.ipynb
        gfnet-lab convert sweep.ipynb sweep.lua
      """)

  @Argument(help: "The script or notebook.", completion: .file(extensions: ["lua", "ipynb"]))
  var source: FilePath

  @Argument(help: "The file to write.", completion: .file(extensions: ["lua", "ipynb"]))
  var destination: FilePath

  func run() throws {
    switch (source.ending, destination.ending) {
    case ("lua", "ipynb"):
      let text = try ScriptText.read(source)
      if let mistake = ScriptFile(path: source, source: text).mistake { throw UsageError(mistake) }
      try AtomicFile.write(JupyterNotebook(script: text).text, to: destination)
    case ("ipynb", "lua"):
      try AtomicFile.write(try NotebookFile.read(source).script, to: destination)
    default:
      throw UsageError(
        "convert takes a .lua and writes .ipynb, or the other way round: got \(source) and \(destination)")
    }
  }
}
