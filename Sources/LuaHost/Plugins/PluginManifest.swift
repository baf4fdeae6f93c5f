import CLuaBridge
import Support

/// What `plugin.lua` says about a plugin.
public struct PluginManifest: Sendable {
  public let name: String
  /// The plugin's version, numbers with dots.
  public let version: String
  /// What it is for, in one line.
  public let summary: String
  /// The names of what it defines, by kind.
  public let provides: [DefinitionKind: [String]]
  /// What its code may reach outside the program's memory.
  public let capabilities: Set<Capability>
  /// What it says it needs at most.
  public let limits: UsageLimits

  /// The fields, each with the most bytes that its text may have.
  private static let fields = [
    "name": 64, "version": 32, "summary": 400, "requires": 200, "provides": 64, "capabilities": 64,
    "limits": 64,
  ]
  /// The most names in one list.
  private static let longestList = 1000

  /// Evaluates a manifest in an empty environment and checks every field.
  ///
  /// - Parameter folderName: the name that it must have; nil: any that a folder can have.
  init(path: FilePath, folderName: String?, files: PluginFiles, state: LuaState) throws {
    let values = try Self.evaluate(path, files, state)
    func text(_ name: String) throws -> String {
      guard let text = values[name]?.asString, !text.isEmpty else {
        let example = name == "requires" ? " such as requires = \"gfnet >= 0.1\"" : ""
        throw LuaError(
          "\(path): \(name) must be a string\(example), got \(values[name]?.described ?? "nil")")
      }
      return text
    }
    name = try text("name")
    guard LuaNames.isFileStem(name) else {
      throw LuaError("\(path): name must be letters, digits, - and _, got \"\(name.printable(upTo: 80))\"")
    }
    if let folderName, name != folderName {
      throw LuaError(
        "\(path): name is \"\(name)\" and the folder is \"\(folderName)\"; they must be the same")
    }
    version = try text("version")
    guard Version(version) != nil else {
      throw LuaError("\(path): version must be numbers with dots, such as \"0.1\", got \"\(version)\"")
    }
    summary = try text("summary")
    try Self.checkRequirement(try text("requires"), path)
    provides = try Self.readProvides(values["provides"] ?? .nil, path)
    capabilities = try Self.readCapabilities(values["capabilities"] ?? .nil, path)
    limits = try UsageLimits(manifest: values["limits"] ?? .nil, at: "\(path): limits")
  }

  /// The fields by name. Whatever a manifest holds besides is an error, and no text is longer than it may be.
  private static func evaluate(
    _ path: FilePath, _ files: PluginFiles, _ state: LuaState
  ) throws -> [String: LuaValue] {
    let stack = state.stack
    let base = stack.count
    defer { stack.count = base }
    try stack.load(files.read(path, as: "manifest"), name: path.shown)
    let environment = try LuaTable(in: state)
    try environment.push(onto: stack)
    if lua_setupvalue(stack.pointer, -2, 1) == nil { stack.pop() }
    try stack.call(arguments: 0, results: 1)
    // A manifest may assign its fields or return them.
    if stack.kind(at: -1) != .table { try environment.push(onto: stack) }
    var values: [String: LuaValue] = [:]
    for (key, value) in try shortPairs(stack, path, "the manifest") {
      guard let name = key.asString, let longest = fields[name] else {
        let name = key.asString ?? key.described
        throw LuaError("\(path): unknown field '\(name)'" + NearestName.hint(name, in: fields.keys))
      }
      if case .string(let text) = value, text.utf8.count > longest {
        throw LuaError("\(path): \(name) is longer than \(longest) bytes")
      }
      values[name] = value
    }
    return values
  }

  /// The pairs of the table on top of the stack. Sizes are looked at before anything is copied: a text of a gigabyte
  /// and a list of a million names are quickly written.
  private static func shortPairs(
    _ stack: LuaStack, _ path: FilePath, _ what: String
  ) throws -> [(key: LuaValue, value: LuaValue)] {
    let table = stack.count
    var count = 0
    try stack.reserve(4)
    stack.pushNil()
    while lua_next(stack.pointer, Int32(table)) != 0 {
      count += 1
      guard count <= longestList else {
        throw LuaError("\(path): \(what) has more than \(longestList) entries")
      }
      for slot in [-2, -1] where (stack.bytes(at: slot)?.count ?? 0) > 1000 {
        throw LuaError("\(path): \(what) holds a text of more than 1000 bytes")
      }
      stack.pop()
    }
    return try stack.pairs(at: table)
  }

  private static func readProvides(_ value: LuaValue, _ path: FilePath) throws -> [DefinitionKind: [String]] {
    guard let table = value.asTable else {
      throw LuaError("\(path): provides must be a table such as {exits = {\"name\"}}, got \(value.described)")
    }
    var provides: [DefinitionKind: [String]] = [:]
    for (key, names) in try pairs(table, path, "provides") {
      guard let kind = key.asString.flatMap(DefinitionKind.init(rawValue:)) else {
        let name = key.asString ?? key.described
        throw LuaError(
          "\(path): provides names no kind '\(name)'"
            + NearestName.hint(name, in: DefinitionKind.allCases.map(\.rawValue)))
      }
      provides[kind] = try list(names, path, "provides.\(kind.rawValue)", of: "names")
    }
    guard provides.values.contains(where: { !$0.isEmpty }) else {
      throw LuaError("\(path): provides nothing")
    }
    return provides
  }

  private static func readCapabilities(_ value: LuaValue, _ path: FilePath) throws -> Set<Capability> {
    if value.isNil { return [] }
    return Set(
      try list(value, path, "capabilities", of: "strings").map { name in
        guard let capability = Capability(rawValue: name) else {
          throw LuaError(
            "\(path): unknown capability '\(name)'"
              + NearestName.hint(name, in: Capability.allCases.map(\.rawValue)))
        }
        return capability
      })
  }

  /// The list of strings that a table holds; with anything else in it, the table is refused.
  private static func list(_ value: LuaValue, _ path: FilePath, _ field: String, of what: String) throws
    -> [String]
  {
    guard let table = value.asTable else {
      throw LuaError("\(path): \(field) must be a list of \(what), got \(value.described)")
    }
    return try pairs(table, path, field).map { key, value in
      guard key.asInteger != nil else {
        throw LuaError("\(path): \(field) must be a list of \(what), got the key \(key.described)")
      }
      guard let name = value.asString else {
        throw LuaError("\(path): \(field) must be a list of \(what), got \(value.described)")
      }
      return name
    }
  }

  private static func pairs(
    _ table: LuaTable, _ path: FilePath, _ what: String
  ) throws -> [(key: LuaValue, value: LuaValue)] {
    let stack = try table.liveStack()
    let base = stack.count
    defer { stack.count = base }
    try table.push(onto: stack)
    return try shortPairs(stack, path, what)
  }

  /// Refuses a plugin for another version: conditions are `gfnet >= 0.1`, also with `==`, separated by
  /// commas.
  private static func checkRequirement(_ text: String, _ path: FilePath) throws {
    for condition in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let match = condition.trimmed.wholeMatch(of: /gfnet\s*(>=|<|==)\s*([0-9.]+)/),
        let wanted = Version(String(match.2)), let own = Version(CoreModule.version)
      else {
        throw LuaError(
          "\(path): requires must be a condition such as requires = \"gfnet >= 0.1\", got \"\(text)\"")
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

/// A version: numbers with dots, of which missing ones are 0.
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
