import Support

/// The files that somebody starts a plugin from: they work as they are written, and say by comments how.
///
/// In the texts `NAME` stands for the plugin, `ITEM` for what it defines.
public struct PluginSkeleton: Sendable {
  /// What it is called on the command line.
  public let word: String
  /// What it defines.
  public let kind: DefinitionKind
  let summary: String
  let capabilities: Set<Capability>
  /// `init.lua`.
  let initialise: String
  /// `test.lua`.
  let test: String
  /// How a script uses it.
  let use: String

  /// All skeletons; a new one is a row here.
  public static let all: [PluginSkeleton] = [.exit, .sampler, .scheduler, .backbone, .report]

  /// The skeleton of that name, or of its kind's (`exits`); nil where there is none.
  public static func find(_ word: String) -> PluginSkeleton? {
    all.first { $0.word == word || $0.kind.rawValue == word }
  }

  /// Writes a plugin into a new folder.
  ///
  /// - Parameters:
  ///   - name: what it is called.
  ///   - parent: the folder that holds plugins; it is made where it is missing.
  /// - Returns: the files that were written, without their folder.
  /// - Throws: `UsageError` for a name that cannot be one, `FileError` where the folder is there or cannot be written.
  @discardableResult
  public func write(_ name: String, in parent: FilePath) throws -> [String] {
    let item = name.replacing("-", with: "_")
    guard LuaNames.isFileStem(name), LuaNames.isIdentifier(item), name.utf8.count <= 64 else {
      throw UsageError(
        "the name of a plugin must be at most 64 letters, digits, - and _, and begin with a letter, got \"\(name.printable(upTo: 80))\""
      )
    }
    let known = DefinitionRegistry()
    if let owner = known.owner(kind, item) {
      throw UsageError("the \(kind.noun) '\(item)' is already defined (\(owner)); choose another name")
    }
    guard !kind.reservedNames.contains(item) else {
      throw UsageError("gfnet.\(kind.rawValue).\(item) is a function already; choose another name")
    }
    let folder = parent / name
    guard !folder.exists else {
      throw FileError(action: "write plugin", path: folder, reason: "something of that name is there already")
    }
    try AtomicFile.createFolder(folder)
    let files = [
      ("plugin.lua", manifest), ("init.lua", initialise), ("test.lua", test), ("README.md", readme),
    ]
    for (file, text) in files {
      try AtomicFile.write(
        text.replacing("NAME", with: name).replacing("ITEM", with: item) + "\n", to: folder / file)
    }
    return files.map(\.0)
  }

  private var manifest: String {
    let rights = capabilities.sorted().map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
    return """
      -- What the plugin is. This file is evaluated in an empty environment at every start, so it only names things;
      -- init.lua runs when a script first uses one of the names under `provides`.
      return {
        name = "NAME",                    -- that of the folder
        version = "0.1",
        summary = "\(summary)",
        requires = "gfnet >= 0.1",        -- the versions of gfnet-lab that it works with
        provides = { \(kind.rawValue) = { "ITEM" } },
        -- What it may touch outside the program: "files.read", "files.write", "network", "clock", "report".
        -- Whoever uses the plugin is asked to allow it, so ask for nothing that you do not need.
        capabilities = {\(rights.isEmpty ? "" : " \(rights) ")},
        -- At most this much, so that a slip costs nobody their run.
        limits = { memory = "200M", seconds = 5 },
      }
      """
  }

  private var readme: String {
    """
    # NAME

    \(summary.prefix(1).uppercased() + summary.dropFirst()).

    ```lua
    \(use)
    ```

    `gfnet-lab help ITEM` shows the parameters. `gfnet-lab plugins check NAME` loads the plugin, runs `test.lua` and tries
    it on random input.
    """
  }

  /// A network and images that tests of plugins use: small, with random weights.
  static let testSetup = """
    -- A script that is run by `gfnet-lab plugins check NAME`, with the plugin's rights. An assert that fails is a failure.
    local labels = {}
    for i = 1, 8 do labels[i] = i % 4 + 1 end
    local data = gfnet.dataset("tensors", {
      images = gfnet.random.rand(8, 3, 128, 128), labels = labels, classes = { "a", "b", "c", "d" } })
    """
}
