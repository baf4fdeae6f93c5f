/// How the keys of another library's state dictionary become an encoder's own.
///
/// A rule replaces the first components of a dotted key and keeps the others. `*` stands for any one component and is
/// carried over in order: `layers.*.conv` → `blocks.*.conv1` makes `layers.3.conv.weight` `blocks.3.conv1.weight`.
public struct KeyMap: Sendable {
  /// One row of the table: the start of a key there, the start of the key here.
  public struct Rule: Sendable, Equatable {
    /// The start of a key in the source, and the start that takes its place.
    public let from, to: String

    public init(_ from: String, _ to: String) {
      self.from = from
      self.to = to
    }
  }

  /// Where such keys come from: `authors`, `timm`, `torchvision` or a Python package.
  public let name: String
  /// The rules, which are tried in order; the first that matches decides.
  public let rules: [Rule]
  /// What is added to every `…running_var`, because the source's batch norms add this much more ε to the variance.
  ///
  /// In evaluation the result is then exactly the source's.
  public let varianceShift: Float

  private let table: [(from: [Substring], to: [Substring])]

  /// A map of a source called `name`, by rules that are tried in order.
  public init(_ name: String, _ rules: [Rule], varianceShift: Float = 0) {
    self.name = name
    self.rules = rules
    self.varianceShift = varianceShift
    table = rules.map { (Self.components($0.from), Self.components($0.to)) }
  }

  /// The name of the maps for files of TSM, the temporal shift module.
  public static let temporalShift = "tsm"

  /// A map for a source that uses the encoder's own keys.
  public static func same(_ name: String) -> KeyMap { KeyMap(name, [Rule("", "")]) }

  /// The encoder's key for `key`, or nil where no rule knows it.
  public func rename(_ key: String) -> String? {
    let parts = Self.components(key)
    for (from, to) in table where Self.matches(parts, from) {
      var captured = zip(parts, from).filter { $0.1 == "*" }.map(\.0).makeIterator()
      let start = to.map { $0 == "*" ? captured.next() ?? $0 : $0 }
      return (start + parts.dropFirst(from.count)).joined(separator: ".")
    }
    return nil
  }

  /// True where an array of shape `source` can be taken for one of shape `own`: equal but for axes of size 1
  /// at the end.
  ///
  /// A 1×1 convolution on a pooled map and a linear layer hold the same numbers in the same order.
  public static func fits(_ source: [Int], _ own: [Int]) -> Bool {
    let (short, long) = source.count < own.count ? (source, own) : (own, source)
    return long.starts(with: short) && long.dropFirst(short.count).allSatisfy { $0 == 1 }
      && (short.count == long.count || short.count >= 2)
  }

  private static func components(_ key: String) -> [Substring] {
    key.split(separator: ".", omittingEmptySubsequences: true)
  }

  private static func matches(_ parts: [Substring], _ pattern: [Substring]) -> Bool {
    parts.count >= pattern.count && zip(parts, pattern).allSatisfy { $0 == $1 || $1 == "*" }
  }
}

extension [KeyMap.Rule] {
  /// Every row followed by every row of `parts`, such as blocks by the layers in them.
  func each(_ parts: [KeyMap.Rule]) -> [KeyMap.Rule] {
    flatMap { block in
      parts.map { KeyMap.Rule("\(block.from).\($0.from)", "\(block.to).\($0.to)") }
    }
  }
}
