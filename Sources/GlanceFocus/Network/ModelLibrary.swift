import Foundation
import Support

/// Where trained models are looked for by name: `NAME.safetensors` in a few folders.
public struct ModelLibrary: Sendable {
  /// In the order of search; a name is taken from the first that has it.
  public let folders: [String]

  public init(folders: [String]) { self.folders = folders }

  /// The folders called `models` beside the script and above it, in the current folder, and of the program.
  ///
  /// - Parameter scriptFolder: the folder of the running script; nil when there is none.
  public static func standard(scriptFolder: String?) -> ModelLibrary {
    var folders: [String] = []
    if let scriptFolder {
      var folder = URL(fileURLWithPath: scriptFolder).standardizedFileURL.path
      while true {
        folders.append((folder as NSString).appendingPathComponent("models"))
        let parent = (folder as NSString).deletingLastPathComponent
        if parent == folder || parent.isEmpty { break }
        folder = parent
      }
    }
    folders.append(FileManager.default.currentDirectoryPath + "/models")
    if let installed = ProgramFolders.existing("models") { folders.append(installed) }
    var seen: Set<String> = []
    return ModelLibrary(folders: folders.filter { seen.insert($0).inserted })
  }

  /// The names that can be asked for, in alphabetical order.
  public func names() -> [String] {
    var names: Set<String> = []
    for folder in folders {
      for file in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      where file.hasSuffix(Self.ending) && !file.hasPrefix(".") {
        names.insert(String(file.dropLast(Self.ending.count)))
      }
    }
    return names.sorted()
  }

  /// The file that `nameOrFile` means: itself when it is a path, else `NAME.safetensors` in one of the folders.
  ///
  /// - Throws: ``ModelError``, naming the nearest model or all there are.
  public func find(_ nameOrFile: String) throws -> String {
    let isPath = nameOrFile.contains("/") || nameOrFile.hasSuffix(Self.ending)
    if FileManager.default.fileExists(atPath: nameOrFile), isPath { return nameOrFile }
    if !isPath {
      let file = nameOrFile + Self.ending
      for folder in folders {
        let path = (folder as NSString).appendingPathComponent(file)
        if FileManager.default.fileExists(atPath: path) { return path }
      }
    }
    if nameOrFile.contains("/") { throw ModelError("there is no model file \(nameOrFile)") }
    let name = isPath ? String(nameOrFile.dropLast(Self.ending.count)) : nameOrFile
    let known = names()
    let hint =
      known.isEmpty
      ? "; no models/ folder beside the script, here or with the program holds any"
      : NearestName.hint(name, in: known)
    throw ModelError("there is no model '\(nameOrFile)'\(hint)")
  }

  /// The file of the list of classes `name`: `labels/NAME.txt` in one of the folders; nil when there is none.
  public func classList(_ name: String) -> String? {
    guard !name.contains("/"), !name.hasPrefix(".") else { return nil }
    return folders.lazy.map { $0 + "/labels/" + name + ".txt" }.first(
      where: FileManager.default.fileExists(atPath:))
  }

  private static let ending = ".safetensors"
}
