import CLuaBridge
import Support

/// `gfnet.override`: a parameter's value from within a script, as a notebook's injected cell has it.
enum OverrideFunction {
  private static let name = ArgumentKey<String>("name", "the parameter")
  private static let value = ArgumentKey<LuaValue>("value", "what takes the place of its default")

  static let entry = FunctionEntry(
    "override", "Sets a parameter from within the script, and returns the value that the run uses.",
    [name, value], returns: "any: the value, or that of the command line",
    example: "limit = gfnet.override(\"limit\", 500)",
    discussion: """
      For programs that write parameters into notebooks, such as Papermill. Where `gfnet.params` has declared the name, the \
      value is checked and the table that it returned is changed; where it is called later, the value takes the place of \
      the default. What the command line sets comes first.
      """
  ) { call in
    guard try call.state.callingPlugin() == nil else {
      throw LuaError("gfnet.override: the parameters of a run are its script's, and this is a plugin's code")
    }
    return AnyPushable(
      try call.context.injected.set(call[name], try call[value], in: call.context, call.stack))
  }
}

/// Values of parameters that the script's own code sets.
struct InjectedParameters {
  /// By name; those that `gfnet.params` has not asked for yet, too.
  private(set) var values: [String: LuaValue] = [:]
  /// What `gfnet.params` declared last, and the table that it returned.
  private var declared: (settings: [Setting], table: LuaTable)?

  /// Takes note of what was declared, and of the script's table.
  mutating func note(_ settings: [Setting], _ table: LuaTable) { declared = (settings, table) }

  /// Sets a parameter; returns the value that the run uses.
  fileprivate mutating func set(_ name: String, _ value: LuaValue, in context: HostContext, _ stack: LuaStack)
    throws
    -> any LuaPushable
  {
    guard let declared else {
      values[name] = value
      return value
    }
    guard let setting = declared.settings.first(where: { $0.name == name }) else {
      throw LuaError(
        "gfnet.override: unknown parameter '\(name.printable(upTo: 80))'"
          + NearestName.hint(name, in: declared.settings.map(\.name)))
    }
    if context.parameters.overrides.contains(where: { $0.name == name }),
      let used = context.parameters.values.first(where: { $0.name == name })
    {
      return used.value
    }
    let converted = try Self.convert(value, as: setting, by: "gfnet.override")
    values[name] = value
    if let place = context.parameters.values.firstIndex(where: { $0.name == name }) {
      context.parameters.values[place].value = converted
    }
    try stack.reserve(3)
    try declared.table.push(onto: stack)
    defer { stack.pop() }
    stack.push(name)
    try converted.push(onto: stack)
    stack.rawSet(tableAt: -3)
    return converted
  }

  /// The value as the parameter's kind has it.
  static func convert(_ value: LuaValue, as setting: Setting, by function: String) throws -> SettingValue {
    do { return try setting.convert(value) } catch let error as LuaError {
      throw LuaError("\(function): parameter '\(setting.name)' \(error.message)")
    }
  }
}
