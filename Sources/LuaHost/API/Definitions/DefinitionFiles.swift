import Reports
import Support

/// Exit rules and samplers in files of their own: `rule:save` and `gfnet.exits.load`.
///
/// A file is JSON: the kind, the name, and the values of the parameters. What the name means is looked up when it is loaded, so
/// that the plugin that defines it must be there; code is never in the file.
enum DefinitionFiles {
  /// The largest file that is read.
  private static let mostBytes = 16 << 20

  private static let written = ArgumentKey<FilePath>.outputPath("file", "such as rules/mine.json")
  private static let read = ArgumentKey<FilePath>.inputPath("file", "that rule:save or sampler:save wrote")

  static var save: LuaMethod<ConfiguredDefinition> {
    LuaMethod<ConfiguredDefinition>(
      "save",
      "Writes name and parameters to a JSON file, which gfnet.exits.load or gfnet.samplers.load reads.",
      [written],
      example: "gfnet.exits.margin{threshold = 0.3}:save(\"rule.json\")",
      discussion:
        "Of a rule or sampler in Lua the file holds the name alone, not the code. Backbones are kept in model files.",
      touches: [.writeFiles]
    ) { configured, call in
      let definition = configured.definition
      guard definition.kind.isKeptInFiles else {
        throw LuaError(
          "configured:save: \(article(definition.kind.noun)) \(definition.kind.noun) is kept in a model file, by model:save"
        )
      }
      let parameters = configured.values.sorted { $0.key < $1.key }.map {
        JSONValue.Member($0.key, json($0.value))
      }
      let file = JSONValue.object([
        .init("kind", .string(definition.kind.rawValue)), .init("name", .string(definition.name)),
        .init("params", .object(parameters)),
      ])
      try AtomicFile.write(file.pretty, to: call[written])
    }
  }

  static func load(_ kind: DefinitionKind) -> FunctionEntry {
    FunctionEntry(
      "load", "Reads \(article(kind.noun)) \(kind.noun) with its parameters from a file that save wrote.",
      [read],
      returns: "configured",
      example: """
        gfnet.\(kind.rawValue).\(kind == .exits ? "margin" : "grid"){}:save("kept.json")  \
        local kept = gfnet.\(kind.rawValue).load("kept.json")
        """,
      touches: [.readFiles]
    ) { call in
      let path = try call[read]
      return Pushed(try configured(path, kind, call))
    }
  }

  private static func json(_ value: SettingValue) -> JSONValue {
    switch value {
    case .boolean(let value): .bool(value)
    case .integer(let value): .integer(value)
    case .number(let value): JSONTree.number(value)
    case .string(let value): .string(value)
    case .list(let values): .array(values.map(json))
    }
  }

  private static func configured(
    _ path: FilePath, _ kind: DefinitionKind, _ call: LuaCall
  ) throws -> ConfiguredDefinition {
    let place = "gfnet.\(kind.rawValue).load: \(path.shown)"
    let bytes = try InputFile.bytes(of: path, limit: mostBytes)
    let stack = call.stack
    guard let parsed = JSONTree.parse(String(decoding: bytes, as: UTF8.self)), parsed.isContainer else {
      throw LuaError("\(place) is no JSON file of \(article(kind.noun)) \(kind.noun)")
    }
    try parsed.push(onto: stack)
    let table = LuaTable(popping: stack)
    guard let stored = try table.get("kind").asString, let name = try table.get("name").asString else {
      throw LuaError("\(place) lacks kind or name: it was not written by save")
    }
    guard stored == kind.rawValue else {
      let other = DefinitionKind(rawValue: stored)?.noun ?? stored
      throw LuaError("\(place) holds \(article(other)) \(other), expected \(article(kind.noun)) \(kind.noun)")
    }
    let known = call.context.definitions
    guard let definition = try known.find(kind, name) else {
      let absence = try call.context.absence(of: kind, name)
      throw LuaError(
        "\(place): no \(kind.noun) is called '\(name)'"
          + (absence ?? NearestName.hint(name, in: known.names(kind))))
    }
    do {
      return try definition.configured(table.get("params").asTable)
    } catch var error as LuaError {
      error.message = "\(place): " + error.message
      throw error
    }
  }
}
