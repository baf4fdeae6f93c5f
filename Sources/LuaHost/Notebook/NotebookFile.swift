import Reports
import Support

/// Reads notebooks of Jupyter as scripts are read: anything that is none is an error of one line.
public enum NotebookFile {
  /// The most bytes of a notebook; results in it may be large.
  private static let largest = 512 << 20

  public static func read(_ path: FilePath) throws -> JupyterNotebook {
    let bytes = try InputFile.bytes(of: path, as: "notebook", limit: largest)
    do {
      return try JupyterNotebook(parsing: bytes)
    } catch let problem as TextProblem {
      throw FileError(action: "read notebook", path: path, reason: problem.description)
    }
  }

  /// The script that a notebook is.
  ///
  /// - Throws: `FileError`; also where the notebook is written in another language.
  public static func script(_ path: FilePath) throws -> ScriptFile {
    let notebook = try read(path)
    let metadata = JSONValue.object(notebook.metadata)
    let language =
      metadata["language_info"]?["name"]?.asString ?? metadata["kernelspec"]?["language"]?.asString
    if let language, language.lowercased() != "lua" {
      throw FileError(
        action: "run", path: path, reason: "it is a notebook of \(language.printable(upTo: 40)), expected Lua"
      )
    }
    return ScriptFile(path: path, notebook: notebook)
  }
}

/// The text of a script, as it is in its file.
public enum ScriptText {
  public static func read(_ path: FilePath) throws -> String { try TextFile.readWhole(path, as: "script") }
}
