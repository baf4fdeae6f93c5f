import Foundation

/// Where the models, plugins, scripts and documents that belong to the program are.
///
/// Installed, they are under `../share/gfnet-lab` of the program's own folder; in a source tree they are at
/// its root. Both are found from the running executable, so that the files may be moved as a whole.
public enum ProgramFolders {
  /// The folder that holds `models`, `plugins` and `scripts`; nil when the program was copied out alone.
  public static let shared: String? = {
    let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    return locate(from: executable.path)
  }()

  /// `name` under ``shared``, when it exists.
  public static func existing(_ name: String) -> String? {
    guard let shared else { return nil }
    let path = shared + "/" + name
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }

  /// The folder of the manual's pages: `docs` of a source tree, `share/doc/gfnet-lab` of an installation.
  public static var manual: String? { existing("docs") ?? existing("../doc/gfnet-lab") }

  /// The shared folder of a program whose executable is at `executable` (absolute, symbolic links resolved).
  package static func locate(from executable: String) -> String? {
    var folder = (executable as NSString).deletingLastPathComponent
    let installed = ((folder as NSString).deletingLastPathComponent as NSString)
      .appendingPathComponent("share/gfnet-lab")
    if FileManager.default.fileExists(atPath: installed + "/installed-files") { return installed }
    // .build/<triple>/release/gfnet-lab, and the test bundle beside it, are a few folders below the root.
    for _ in 0..<5 {
      if FileManager.default.fileExists(atPath: folder + "/Sources/gfnet-lab") { return folder }
      folder = (folder as NSString).deletingLastPathComponent
    }
    return nil
  }
}
