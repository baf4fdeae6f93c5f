import Support

/// The files that a run has read: its modules, and what scripts name.
public final class RunInputs {
  /// Modules by their path, with a digest of their text.
  private(set) var modules: [FilePath: String] = [:]
  /// All files in the order in which they were first read.
  public private(set) var files: [FilePath] = []
  private var known: Set<FilePath> = []
  /// The most files that are remembered.
  private static let most = 10_000

  init() {}

  /// Whether a module may reach globals without naming them.
  private(set) var reachesAllGlobals = false

  func note(module path: FilePath, _ text: String) {
    reachesAllGlobals = reachesAllGlobals || CellKeeper.reachesAllGlobals(text)
    var digest = StateDigest()
    digest.add(text: text)
    modules[path] = digest.text
    note(read: path)
  }

  func note(read path: FilePath) {
    guard files.count < Self.most, known.insert(path).inserted else { return }
    files.append(path)
  }

  /// A digest of all modules that were loaded so far.
  var modulesDigest: String {
    var digest = StateDigest()
    for (path, text) in modules.sorted(by: { $0.key.shown < $1.key.shown }) {
      digest.add(text: path.shown)
      digest.add(text: text)
    }
    return digest.text
  }
}
