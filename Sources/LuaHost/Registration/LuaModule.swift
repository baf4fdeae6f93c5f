/// A table of functions and constants under `gfnet`, such as `gfnet.report`.
public struct LuaModule: Sendable {
  /// A constant of the module.
  public struct Constant: Sendable {
    public let name: String
    /// The type as help shows it.
    public let type: String
    /// What it is, in a few words.
    public let summary: String
    let value: @Sendable (LuaState) throws -> any LuaPushable

    public init(
      _ name: String, _ type: String, _ summary: String,
      value: @escaping @Sendable (LuaState) throws -> any LuaPushable
    ) {
      self.name = name
      self.type = type
      self.summary = summary
      self.value = value
    }
  }

  /// Members that exist only at run time, such as the exit rules that plugins define.
  public struct DynamicMembers: Sendable {
    let names: @Sendable (HostContext) -> [String]
    let value: @Sendable (LuaState, String) throws -> (any LuaPushable)?
    /// Why a member is not there, as the end of an error; nil where nothing is known of it.
    let absence: @Sendable (LuaState, String) throws -> String?

    public init(
      names: @escaping @Sendable (HostContext) -> [String],
      value: @escaping @Sendable (LuaState, String) throws -> (any LuaPushable)?,
      absence: @escaping @Sendable (LuaState, String) throws -> String? = { _, _ in nil }
    ) {
      self.names = names
      self.value = value
      self.absence = absence
    }
  }

  /// The full name, `gfnet` or `gfnet.NAME`.
  public let name: String
  /// What it is for, in one sentence.
  public let summary: String
  /// What calling the module itself does, as in `gfnet.tensor{1, 2}`.
  public let call: FunctionEntry?
  /// The functions.
  public let functions: [FunctionEntry]
  /// The constants.
  public let constants: [Constant]
  /// Members that exist only at run time; nil for none.
  public let dynamicMembers: DynamicMembers?

  public init(
    _ name: String, _ summary: String, call: FunctionEntry? = nil, functions: [FunctionEntry] = [],
    constants: [Constant] = [], dynamicMembers: DynamicMembers? = nil
  ) {
    self.name = name
    self.summary = summary
    self.call = call.map { call in
      var call = call
      call.qualifiedName = name
      call.isModuleCall = true
      return call
    }
    self.functions = functions.map { function in
      var function = function
      function.qualifiedName = "\(name).\(function.name)"
      return function
    }
    self.constants = constants
    self.dynamicMembers = dynamicMembers
  }
}
