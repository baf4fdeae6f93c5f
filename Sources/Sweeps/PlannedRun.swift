import Reports
import Support

/// One combination of parameters.
public struct PlannedRun: Sendable, Equatable {
  /// A parameter with its value in this run.
  public struct Parameter: Sendable, Equatable {
    public let name: String
    /// The text behind `name=`; `{run}` in it stands for the run's folder.
    public let text: String
    /// The value.
    public let value: JSONValue
    /// Whether it is the program's option `--seed`, because the script has no parameter of that name.
    public let isSeed: Bool

    public init(name: String, text: String, value: JSONValue, isSeed: Bool = false) {
      self.name = name
      self.text = text
      self.value = value
      self.isSeed = isSeed
    }
  }

  /// The name of its folder, which is always the same for the same parameters.
  public let name: String
  /// What was typed, in order.
  public let parameters: [Parameter]

  /// What `{run}` in a value stands for.
  public static let folderMark = "{run}"

  public init(_ parameters: [Parameter]) {
    self.parameters = parameters
    name = Self.name(parameters)
  }

  /// Its values as words for `gfnet-lab run`, where `folder` is the run's folder.
  public func arguments(folder: FilePath) -> [String] {
    let path = RawArgument.text(folder.bytes)
    return parameters.flatMap { parameter -> [String] in
      parameter.isSeed
        ? ["--seed", parameter.text]
        : ["\(parameter.name)=\(parameter.text.replacing(Self.folderMark, with: path))"]
    }
  }

  /// A name that says the parameters, and is safe in shells and links. What is not, or is too long, ends with a checksum of all
  /// of them.
  private static func name(_ parameters: [Parameter]) -> String {
    guard !parameters.isEmpty else { return "default" }
    let text = parameters.map { "\($0.name)=\($0.text)" }.joined(separator: ",")
    // In a value, = could be taken for that of another parameter.
    let isSafe =
      text.utf8.count <= 100 && text.utf8.allSatisfy(Self.isSafe)
      && !parameters.contains { $0.text.contains("=") }
    if isSafe { return text }
    // Two texts must not meet in one checksum because a comma moved from one value to another.
    let whole = parameters.map { "\($0.name.utf8.count):\($0.name)=\($0.text.utf8.count):\($0.text)" }
      .joined()
    let readable = text.utf8.map { Self.isSafe($0) ? Character(Unicode.Scalar($0)) : "-" }.prefix(80)
    return String(readable.drop { $0 == "." }) + "-" + SHA256.hex(Array(whole.utf8)).prefix(10)
  }

  private static func isSafe(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "_-.=,+".utf8.contains(byte)
    }
  }
}

extension PlannedRun {
  /// All combinations of the values of some parameters: the last one changes from run to run.
  ///
  /// - Parameters:
  ///   - axes: the parameters.
  ///   - seeds: whether the parameter `seed` is the program's option.
  ///   - most: how many combinations there may be.
  /// - Throws: ``SweepError`` where there are more.
  public static func combinations(
    of axes: [SweepAxis], seedIsOption seeds: Bool = false, most: Int = mostRuns
  )
    throws -> [PlannedRun]
  {
    let count = axes.reduce(1.0) { $0 * Double($1.values.count) }
    guard count <= Double(most) else {
      let factors = axes.filter { $0.values.count > 1 }.map { "\($0.values.count) of \($0.name)" }
      throw SweepError(
        "\(NumberSpelling.plain(count)) combinations (\(factors.joined(separator: " × "))) are more than the \(most) that a sweep has"
      )
    }
    var lists: [[Parameter]] = [[]]
    for axis in axes {
      lists = lists.flatMap { list in
        axis.values.map { value in
          list + [
            Parameter(
              name: axis.name, text: value.text, value: value.json, isSeed: seeds && axis.name == "seed")
          ]
        }
      }
    }
    return lists.map(PlannedRun.init)
  }

  /// The most runs of one sweep.
  public static let mostRuns = 10_000
}

extension PlannedRun {
  var json: JSONValue {
    .object([
      .init("name", .string(name)),
      .init(
        "parameters",
        .array(
          parameters.map { parameter in
            .object([
              .init("name", .string(parameter.name)), .init("text", .string(parameter.text)),
              .init("value", parameter.value), .init("seed_option", .bool(parameter.isSeed)),
            ])
          })),
    ])
  }

  /// Nil where the text of a file is no such run, or was made by hand.
  init?(_ json: JSONValue) {
    var parameters: [Parameter] = []
    for entry in json["parameters"]?.asArray ?? [] {
      guard let name = entry["name"]?.asString, let text = entry["text"]?.asString else { return nil }
      parameters.append(
        Parameter(
          name: name, text: text, value: entry["value"] ?? .string(text),
          isSeed: entry["seed_option"]?.asBool == true))
    }
    self.init(parameters)
    // The name is that of a folder, which a file from a stranger must not choose.
    guard json["name"]?.asString == name else { return nil }
  }
}
