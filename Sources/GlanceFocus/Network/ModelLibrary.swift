import Foundation
import Support

/// Where trained models are looked for by name: `NAME.safetensors` in a few folders.
public struct ModelLibrary: Sendable {
  /// The folders in the order of search; a name is taken from the first that has it.
  public let folders: [FilePath]

  public init(folders: [FilePath]) { self.folders = folders }

  /// The folders called `models` beside the script and above it, in the current folder, and of the program.
  ///
  /// - Parameter scriptFolder: the folder of the running script; nil when there is none.
  public static func standard(scriptFolder: FilePath?) -> ModelLibrary {
    var folders: [FilePath] = []
    if var folder = scriptFolder?.absolute {
      folders.append(folder / "models")
      while folder.removeLastComponent() { folders.append(folder / "models") }
    }
    folders.append(FilePath.currentFolder / "models")
    if let installed = ProgramFolders.existing("models") { folders.append(installed) }
    var seen: Set<FilePath> = []
    return ModelLibrary(folders: folders.filter { seen.insert($0).inserted })
  }

  /// The names that can be asked for, in alphabetical order.
  public func names() -> [String] {
    var names: Set<String> = []
    for folder in folders {
      for name in (try? FolderListing(folder).names) ?? [] where !name.isHidden {
        let path = folder / name
        if path.ending == Self.ending { names.insert(path.shownStem) }
      }
    }
    return names.sorted()
  }

  /// The file that `nameOrFile` means: itself when it is a path, else `NAME.safetensors` in one of the folders.
  ///
  /// A name that none of the folders has is a file, too, when there is one of that name.
  ///
  /// - Parameters:
  ///   - nameOrFile: the name of a model, or the path of a file.
  ///   - found: where a file of the user's is, such as beside the script.
  /// - Throws: ``ModelError``, naming the nearest model or all there are.
  public func find(_ nameOrFile: FilePath, _ found: (FilePath) -> FilePath = { $0 }) throws -> FilePath {
    let given = found(nameOrFile)
    let isFolderGiven = nameOrFile.components.count > 1 || nameOrFile.isAbsolute
    let isPath = isFolderGiven || nameOrFile.ending == Self.ending
    if isPath, given.exists { return given }
    if !isPath {
      let file = nameOrFile.adding("." + Self.ending)
      if let path = folders.lazy.map({ $0.pushing(file) }).first(where: \.exists) { return path }
    }
    if given.isRegularFile { return given }
    if isFolderGiven { throw ModelError("there is no model file \(nameOrFile)") }
    let name = isPath ? nameOrFile.shownStem : nameOrFile.shown
    let known = names()
    let hint =
      known.isEmpty
      ? "; no models/ folder beside the script, here or with the program holds any"
      : NearestName.hint(name, in: known)
    throw ModelError("there is no model '\(nameOrFile)'\(hint)")
  }

  /// The file of the list of classes `name`: `labels/NAME.txt` in one of the folders; nil when there is none.
  public func classList(_ name: FilePath) -> FilePath? {
    guard name.components.count == 1, let plain = name.lastComponent, !plain.isHidden, !name.isAbsolute else {
      return nil
    }
    return folders.lazy.map { ($0 / "labels" / plain).adding(".txt") }.first(where: \.exists)
  }

  private static let ending = "safetensors"
}
