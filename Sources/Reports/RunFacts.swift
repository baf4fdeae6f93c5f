import Foundation

/// What must be known about a run to judge it and to repeat it: the header of reports, and `meta.json`.
public struct RunFacts: Sendable {
  /// Whether the run goes on, or how it ended.
  public enum Status: String, Sendable { case running, done, failed, interrupted }

  /// A parameter of the script, as declared and as set.
  public struct Parameter: Sendable {
    public var name: String
    /// The value that the run uses.
    public var value: JSONValue
    /// The value that is declared.
    public var defaultValue: JSONValue
    /// What the parameter means; may be empty.
    public var help: String
    /// True when the command line set it, even to the default's value.
    public var isOverridden: Bool

    public init(
      name: String, value: JSONValue, defaultValue: JSONValue, help: String = "", isOverridden: Bool = false
    ) {
      self.name = name
      self.value = value
      self.defaultValue = defaultValue
      self.help = help
      self.isOverridden = isOverridden
    }
  }

  /// The version of the program or of something it uses.
  public struct Version: Sendable, Equatable {
    public var name: String
    public var version: String

    public init(_ name: String, _ version: String) {
      self.name = name
      self.version = version
    }
  }

  /// A plugin or a model file that the run used.
  public struct Source: Sendable, Equatable {
    public var name: String
    /// Its version; empty when it has none.
    public var version: String
    /// The file or folder that it was read from.
    public var path: String
    /// The checksum of what was read: `xxh64:` and 16 hexadecimal digits.
    public var checksum: String
    /// What a plugin may touch.
    public var capabilities: [String]

    public init(
      name: String, version: String = "", path: String, checksum: String, capabilities: [String] = []
    ) {
      self.name = name
      self.version = version
      self.path = path
      self.checksum = checksum
      self.capabilities = capabilities
    }

    fileprivate var json: JSONValue {
      var members: [JSONValue.Member] = [.init("name", .string(name))]
      if !version.isEmpty { members.append(.init("version", .string(version))) }
      members += [.init("path", .string(path)), .init("checksum", .string(checksum))]
      if !capabilities.isEmpty {
        members.append(.init("capabilities", .array(capabilities.map(JSONValue.string))))
      }
      return .object(members)
    }
  }

  /// Images or clips that the run used.
  public struct Data: Sendable, Equatable {
    /// The data set and its split.
    public var name: String
    /// How many items there were.
    public var count: Int
    /// What tells its items from others: its options, and a checksum of what it holds or of the names, sizes and times of its
    /// files.
    public var identity: String

    public init(name: String, count: Int, identity: String) {
      self.name = name
      self.count = count
      self.identity = identity
    }

    fileprivate var json: JSONValue {
      ["name": .string(name), "count": .integer(count), "identity": .string(identity)]
    }
  }

  /// The command as words, the program's name first.
  public var command: [String]
  /// The program first; then Swift, Lua, oneDNN and whatever else matters.
  public var versions: [Version]
  /// The parameters of the script.
  public var parameters: [Parameter]
  /// The plugins that were loaded.
  public var plugins: [Source] = []
  /// The files of the models that were loaded.
  public var models: [Source] = []
  /// The data sets that were opened.
  public var data: [Data] = []
  /// The seed of everything random.
  public var seed: UInt64
  /// The number of threads.
  public var threads: Int
  /// The precision of inference, such as `f32`.
  public var precision: String
  /// The machine.
  public var host: HostFacts
  /// The state of the script's repository; nil outside one.
  public var repository: RepositoryState?
  /// When the run began.
  public var started: Date
  /// Whether it goes on, or how it ended.
  public var status: Status
  /// Wall-clock seconds; nil while running.
  public var seconds: Double?
  /// Has open pages show what is written next; nil for a page that nobody writes again.
  public var follower: PageFollower?
  /// What the program said on standard error while it ran.
  public var remarks: [String] = []
  /// Status, time and memory of each cell of code.
  var cells: [JSONValue] = []

  /// Status, time and memory of each cell of code.
  static func cells(of notebook: Notebook) -> [JSONValue] {
    notebook.cells.enumerated().filter { $0.element.kind != .markdown }.map { $1.json(number: $0 + 1) }
  }

  public init(
    command: [String], versions: [Version], parameters: [Parameter] = [], seed: UInt64, threads: Int,
    precision: String = "f32", host: HostFacts = .current(), repository: RepositoryState? = nil,
    started: Date = Date()
  ) {
    self.command = command
    self.versions = versions
    self.parameters = parameters
    self.seed = seed
    self.threads = threads
    self.precision = precision
    self.host = host
    self.repository = repository
    self.started = started
    status = .running
    seconds = nil
  }

  /// The command for a POSIX shell, quoted where needed.
  public var shellCommand: String {
    command.map(RunFacts.shellQuoted).joined(separator: " ")
  }

  /// When the run began, in UTC to the second, such as "2026-03-01 14:05:09 UTC".
  var startedText: String {
    RunFacts.timestamp(started).replacingOccurrences(of: "T", with: " ")
      .replacingOccurrences(of: "Z", with: " UTC")
  }

  /// A time after ISO 8601, in UTC to the second.
  static func timestamp(_ date: Date) -> String { date.formatted(.iso8601) }

  /// The word in bash's `$'…'`, which can say what would be shown as something else: line breaks and other
  /// control characters.
  private static func quotedWithEscapes(_ word: String) -> String {
    var text = "$'"
    for scalar in word.unicodeScalars {
      switch scalar {
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\\", "'": text += "\\" + String(scalar)
      case _ where scalar.properties.generalCategory == .control:
        // Bytes are written in octal, where three digits end by themselves.
        for byte in String(scalar).utf8 {
          let octal = String(byte, radix: 8)
          text += "\\" + String(repeating: "0", count: 3 - octal.count) + octal
        }
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "'"
  }

  /// The word for a POSIX shell, quoted where needed; one with control characters as bash writes it.
  public static func shellQuoted(_ word: String) -> String {
    let harmless = !word.isEmpty && word.utf8.allSatisfy(isHarmlessInShell)
    if word.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
      return quotedWithEscapes(word)
    }
    return harmless ? word : "'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
  }

  private static func isHarmlessInShell(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "_-./=:,+@%".utf8.contains(byte)
    }
  }

  /// The seed as JSON: a number, or text where a number would not fit.
  var seedJSON: JSONValue { Int(exactly: seed).map(JSONValue.integer) ?? .string(String(seed)) }

  /// Every setting of the run: the script's parameters and the program's own.
  var config: JSONValue {
    .object([
      .init("parameters", .object(parameters.map { .init($0.name, $0.value) })),
      .init("seed", seedJSON), .init("threads", .integer(threads)), .init("precision", .string(precision)),
    ])
  }

  /// The parameters that the command line set.
  var overrides: JSONValue {
    .object(parameters.filter(\.isOverridden).map { .init($0.name, $0.value) })
  }

  /// `meta.json`; `files` lists what the run wrote, so that the next run can replace exactly that.
  func meta(title: String, files: [String]) -> JSONValue {
    .object([
      .init("written_by", .string(RunFacts.writer)),
      .init("title", .string(title)),
      .init("status", .string(status.rawValue)),
      .init("started", .string(RunFacts.timestamp(started))),
      .init("seconds", seconds.map(JSONValue.number) ?? .null),
      .init("command", .array(command.map(JSONValue.string))),
      .init("repository", repository?.json ?? .null),
      .init(
        "parameters",
        .array(
          parameters.map {
            .object([
              .init("name", .string($0.name)), .init("value", $0.value), .init("default", $0.defaultValue),
              .init("overridden", .bool($0.isOverridden)),
            ])
          })),
      .init("seed", seedJSON), .init("threads", .integer(threads)), .init("precision", .string(precision)),
      .init("remarks", .array(remarks.map(JSONValue.string))),
      .init("versions", .object(versions.map { .init($0.name, .string($0.version)) })),
      .init("plugins", .array(plugins.map(\.json))), .init("models", .array(models.map(\.json))),
      .init("data", .array(data.map(\.json))),
      .init("host", host.json),
      .init("cells", .array(cells)),
      .init("files", .array(files.map(JSONValue.string))),
    ])
  }

  /// Marks a `meta.json` as ours.
  static let writer = "gfnet-lab"
}
