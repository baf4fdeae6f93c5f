import CLuaBridge
import Support

/// What `plugin.lua` says about a plugin.
public struct PluginManifest: Sendable {
  public let name: String
  public let version: String
  public let summary: String
  /// What it defines, by kind.
  public let provides: [DefinitionKind: [String]]
  public let capabilities: [String]

  private static let fields = ["name", "version", "summary", "requires", "provides", "capabilities"]

  /// Evaluates a manifest in an empty environment and checks every field.
  init(path: String, folderName: String, state: LuaState) throws {
    let values = try Self.evaluate(path, state)
    for (key, _) in values {
      guard let name = key.asString, Self.fields.contains(name) else {
        let name = key.asString ?? key.described
        throw LuaError("\(path): unknown field '\(name)'" + NearestName.hint(name, in: Self.fields))
      }
    }
    func field(_ name: String) -> LuaValue { values.first { $0.key.asString == name }?.value ?? .nil }
    func text(_ name: String) throws -> String {
      guard let text = field(name).asString, !text.isEmpty else {
        throw LuaError("\(path): \(name) must be a string, got \(field(name).described)")
      }
      return text
    }
    name = try text("name")
    guard name == folderName else {
      throw LuaError(
        "\(path): name is \"\(name)\" and the folder is \"\(folderName)\"; they must be the same")
    }
    version = try text("version")
    guard Version(version) != nil else {
      throw LuaError("\(path): version must be numbers with dots, such as \"0.1\", got \"\(version)\"")
    }
    summary = try text("summary")
    try Self.checkRequirement(try text("requires"), path)
    provides = try Self.readProvides(field("provides"), path)
    capabilities =
      try field("capabilities").asTable?.elements().map { value in
        guard let name = value.asString else {
          throw LuaError("\(path): capabilities must be a list of strings, got \(value.described)")
        }
        // None exist so far: plugins compute, and reach neither files nor the network.
        throw LuaError("\(path): unknown capability '\(name)'; this version grants none")
      } ?? []
  }

  private static func evaluate(_ path: String, _ state: LuaState) throws -> [(key: LuaValue, value: LuaValue)]
  {
    let stack = state.stack
    let base = stack.count
    defer { stack.count = base }
    try stack.load(TextFile.read(path, as: "manifest"), name: path)
    let environment = try LuaTable(in: state)
    try environment.push(onto: stack)
    if lua_setupvalue(stack.pointer, -2, 1) == nil { stack.pop() }
    try stack.call(arguments: 0, results: 1)
    // A manifest may assign its fields or return them.
    return try (stack.value(at: -1).asTable ?? environment).pairs()
  }

  private static func readProvides(_ value: LuaValue, _ path: String) throws -> [DefinitionKind: [String]] {
    guard let table = value.asTable else {
      throw LuaError("\(path): provides must be a table such as {exits = {\"name\"}}, got \(value.described)")
    }
    var provides: [DefinitionKind: [String]] = [:]
    for (key, names) in try table.pairs() {
      guard let kind = key.asString.flatMap(DefinitionKind.init(rawValue:)) else {
        let name = key.asString ?? key.described
        throw LuaError(
          "\(path): provides names no kind '\(name)'"
            + NearestName.hint(name, in: DefinitionKind.allCases.map(\.rawValue)))
      }
      provides[kind] = try names.asTable?.elements().map { value in
        guard let name = value.asString else {
          throw LuaError("\(path): provides.\(kind.rawValue) must be a list of names, got \(value.described)")
        }
        return name
      }
      guard provides[kind] != nil else {
        throw LuaError("\(path): provides.\(kind.rawValue) must be a list of names, got \(names.described)")
      }
    }
    guard provides.values.contains(where: { !$0.isEmpty }) else {
      throw LuaError("\(path): provides nothing")
    }
    return provides
  }

  /// `gfnet >= 0.1`, also with `==` and several conditions separated by commas.
  private static func checkRequirement(_ text: String, _ path: String) throws {
    for condition in text.split(separator: ",") {
      guard let match = condition.trimmed.wholeMatch(of: /gfnet\s*(>=|<|==)\s*([0-9.]+)/),
        let wanted = Version(String(match.2)), let own = Version(CoreModule.version)
      else {
        throw LuaError("\(path): requires must be a condition such as \"gfnet >= 0.1\", got \"\(text)\"")
      }
      let isMet =
        switch match.1 {
        case ">=": own >= wanted
        case "<": own < wanted
        default: own == wanted
        }
      guard isMet else {
        throw LuaError("\(path): requires \(condition.trimmed), and this is gfnet \(CoreModule.version)")
      }
    }
  }
}

/// Numbers with dots; missing ones are 0.
struct Version: Comparable {
  private let parts: [Int]

  init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
    let numbers = parts.compactMap(\.self).filter { $0 >= 0 }
    guard !numbers.isEmpty, numbers.count == parts.count, numbers.count <= 4 else { return nil }
    self.parts = numbers + Array(repeating: 0, count: 4 - numbers.count)
  }

  static func < (a: Version, b: Version) -> Bool { a.parts.lexicographicallyPrecedes(b.parts) }
}
