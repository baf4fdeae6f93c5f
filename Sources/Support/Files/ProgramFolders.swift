/// Where the models, plugins, scripts and documents that belong to the program are.
///
/// Installed, they are under `../share/gfnet-lab` of the program's own folder; in a source tree they are at
/// its root. Both are found from the running executable, so that the files may be moved as a whole.
public enum ProgramFolders {
  /// The folder that holds `models`, `plugins` and `scripts`; nil when the program was copied out alone.
  public static let shared: FilePath? = executable.flatMap(locate)

  /// The running program, with symbolic links resolved.
  public static let executable: FilePath? = FilePath("/proc/self/exe").resolved

  /// `name` under ``shared``, when it exists.
  public static func existing(_ name: String) -> FilePath? {
    guard let path = shared.map({ $0 / name }), path.exists else { return nil }
    return path
  }

  /// The folder of the manual's pages: `docs` of a source tree, `share/doc/gfnet-lab` of an installation.
  public static var manual: FilePath? { existing("docs") ?? existing("../doc/gfnet-lab") }

  /// The shared folder of a program whose executable is at `executable` (absolute, symbolic links resolved).
  package static func locate(from executable: FilePath) -> FilePath? {
    var folder = executable.folder
    let installed = folder.folder / "share/gfnet-lab"
    if (installed / "installed-files").exists { return installed }
    // .build/<triple>/release/gfnet-lab, and the test bundle beside it, are a few folders below the root.
    for _ in 0..<5 {
      if (folder / "Sources/gfnet-lab").exists { return folder }
      folder = folder.folder
    }
    return nil
  }
}
