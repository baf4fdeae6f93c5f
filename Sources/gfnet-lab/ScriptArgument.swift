import Foundation
import LuaHost
import Support

/// A script as the command line names it.
enum ScriptArgument {
  /// What people give for a script, by the file's ending. Otherwise its first line would be called a slip in
  /// Lua.
  private static let otherLanguages = ["py": "Python"]

  /// Reads a script or a notebook.
  ///
  /// - Throws: `UsageError` for what was meant to be something else, with the nearest command; `FileError`.
  static func read(_ script: FilePath) throws -> ScriptFile {
    if let language = otherLanguages[script.ending], script.exists {
      throw UsageError("\(script) is \(language), not a Lua script")
    }
    if script.ending == "ipynb" { return try NotebookFile.script(script) }
    do {
      return try ScriptFile(contentsOf: script)
    } catch let error as FileError where script.ending != "lua" && error.code == ENOENT {
      let withEnding = script.adding(".lua")
      if withEnding.exists {
        throw UsageError("no command or script '\(script)'; did you mean '\(withEnding)'?")
      }
      guard script.components.count == 1 else { throw error }
      let commands = GFNetLab.commandNames
      throw UsageError("no command or script '\(script)'" + NearestName.hint(script.shown, in: commands))
    }
  }
}
