import Support

/// The program that runs.
enum RunningProgram {
  /// Its file; the name by which it is found in `$PATH` where the system does not say.
  static let path: FilePath = FilePath("/proc/self/exe").linkTarget ?? "gfnet-lab"
}
