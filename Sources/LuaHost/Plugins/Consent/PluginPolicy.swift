import Foundation
import Support

/// Which plugins are loaded, and what they may touch: what the user has decided, and how earlier starts went.
public struct PluginPolicy: Sendable {
  /// The file with the user's decisions; nil where there is no place for it.
  private let file: FilePath?
  /// What the user has decided.
  public private(set) var decisions = PluginDecisions()
  /// Notes on plugins that ended the program; nil where there is no place for them.
  public let marks: LoadingMarks?
  /// The plugins that belong to the program: who can change them can change the program.
  private let program: FilePath?
  /// Whether everything that plugins ask for is allowed, for this run alone.
  public var allowsAll = false
  /// Whether plugins are tried that are disabled or ended the last starts, as checks do.
  public var ignoresObstacles = false
  /// What is wrong with the file of decisions, which then counts as empty.
  public private(set) var remark: String?

  /// - Parameters:
  ///   - environment: the variables that say where the user's configuration is.
  ///   - program: the folder with the program's own files.
  public init(
    environment: [String: String] = ProcessInfo.processInfo.environment,
    program: FilePath? = ProgramFolders.shared
  ) {
    file = UserFolder.configuration.path(in: environment).map { $0 / "plugins.json" }
    marks = UserFolder.state.path(in: environment).map { LoadingMarks(folder: $0 / "plugins-loading") }
    self.program = program.flatMap { ($0 / "plugins").resolved }
    do {
      if let file { decisions = try PluginDecisions(contentsOf: file) }
    } catch {
      remark = "\(error)".printable(upTo: 400) + "; until then no plugin is allowed anything"
    }
  }

  /// Whether a plugin comes with the program.
  public func belongsToProgram(_ folder: FilePath) -> Bool {
    guard let program, let real = folder.resolved else { return false }
    return real.starts(with: program) && real != program
  }

  // MARK: Questions

  /// Why a plugin is not to be tried at all; nil: it may be. Disabled plugins are passed over without a word, which the
  /// empty text stands for.
  func obstacle(to candidate: PluginFolders.Candidate) -> String? {
    if ignoresObstacles { return nil }
    if decisions.disabled.contains(candidate.name) { return "" }
    guard let marks, marks.count(candidate.name, candidate.folder) >= LoadingMarks.most else { return nil }
    return "the last \(LoadingMarks.most) starts ended while it was loading (a crash, a kill or a time-out); "
      + "\(Self.command("enable", candidate.name, candidate.folder)) tries it again"
  }

  /// The command that does something with a plugin.
  static func command(_ verb: String, _ name: String, _ folder: FilePath) -> String {
    "gfnet-lab plugins \(verb) \(argument(name, folder))"
  }

  /// How commands are told of a plugin: by its name, or by its folder where the name leads elsewhere.
  private static func argument(_ name: String, _ folder: FilePath) -> String {
    let found = PluginFolders.standard(scriptFolder: nil).candidates().first { $0.name == name }
    return found?.folder.resolved == folder.resolved ? name : folder.shown
  }

  /// What the user's word on a plugin is.
  enum Consent {
    /// It may, and nothing needs to be compared: it asks for nothing, comes with the program, or is being written.
    case free
    /// It may, as long as its files are these.
    case given(PluginContents)
    /// It may for this run, which is worth a remark.
    case once
    /// It may not, and so is not loaded.
    case missing(String)
  }

  /// Whether a plugin may have what it asks for.
  func consent(to name: String, in folder: FilePath, asking rights: Set<Capability>) throws -> Consent {
    if rights.isEmpty || belongsToProgram(folder) { return .free }
    if allowsAll { return .once }
    let list = rights.sorted().map(\.rawValue).joined(separator: ", ")
    let command = Self.command("allow", name, folder)
    guard let allowance = decisions.allowance(name, folder) else {
      return .missing("it asks for \(list), which you have not allowed; \(command) does")
    }
    let more = rights.filter { !allowance.capabilities.contains($0.rawValue) }.sorted().map(\.rawValue)
    guard more.isEmpty else {
      return .missing(
        "it asks for more than you allowed: \(more.joined(separator: ", ")); \(command) allows it")
    }
    guard let checksum = allowance.checksum else { return .free }
    let contents = try PluginContents(of: folder)
    guard contents.checksum == checksum else {
      return .missing("its files are not those that you allowed \(list); \(command) allows them again")
    }
    return .given(contents)
  }

  // MARK: Changes

  /// Changes the decisions and writes them.
  ///
  /// - Throws: `FileError` where they cannot be written, or cannot be read, which must not cost what is in the file.
  public mutating func change(_ body: (inout PluginDecisions) throws -> Void) throws {
    guard let file else {
      throw UsageError("there is no place for decisions about plugins: set $HOME or $XDG_CONFIG_HOME")
    }
    var changed = try PluginDecisions(contentsOf: file)
    try body(&changed)
    if changed != decisions || !file.exists { try changed.write(to: file) }
    decisions = changed
  }
}

extension PluginPolicy {
  /// Lets a plugin have what its manifest asks for.
  ///
  /// - Parameter whateverFiles: whether its files may change, as when one works on it; else those of now are allowed.
  public mutating func allow(
    _ candidate: PluginFolders.Candidate, _ manifest: PluginManifest, whateverFiles: Bool = false
  ) throws {
    let contents = try whateverFiles ? nil : PluginContents(of: candidate.folder)
    try change { $0.allow(manifest.name, candidate.folder, contents, manifest.capabilities) }
  }

  /// Takes back what a plugin was allowed.
  public mutating func withdraw(_ candidate: PluginFolders.Candidate) throws {
    try change { $0.withdraw(candidate.name, candidate.folder) }
  }

  /// Has runs load plugins of this name again, and this one in spite of how earlier starts ended.
  public mutating func enable(_ candidate: PluginFolders.Candidate) throws {
    try change { $0.enable(candidate.name) }
    marks?.clear(candidate.name, candidate.folder)
  }

  /// Has runs leave out plugins of this name.
  public mutating func disable(_ candidate: PluginFolders.Candidate) throws {
    try change { $0.disable(candidate.name) }
  }
}
