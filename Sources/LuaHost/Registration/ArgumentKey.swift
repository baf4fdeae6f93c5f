import Support

/// An argument of a function together with the Swift type that it is read as.
///
/// The same key makes the row in the function's table and reads the value, so that name, type, default and
/// absence are said once:
/// ```swift
/// let batch = ArgumentKey<Int>("batch", default: 64, "images that are run together", in: 1...4096)
/// let limit = ArgumentKey<Int?>("limit", "at most so many images")
/// FunctionEntry("run", "Runs.", [.options([batch.parameter, limit.parameter])]) { call in
///   try run(batch: call[batch], limit: call[limit])
/// }
/// ```
public struct ArgumentKey<Value>: Sendable {
  /// The row of the function's table.
  public let parameter: Parameter
  fileprivate let read: @Sendable (LuaCall, String) throws -> Value

  /// An argument that is read in a way of its own, such as a path or one of some words.
  /// - Parameter read: reads the argument of that name.
  public init(_ parameter: Parameter, read: @escaping @Sendable (LuaCall, String) throws -> Value) {
    self.parameter = parameter
    self.read = read
  }
}

extension ArgumentKey where Value: ArgumentValue {
  /// An argument without a default: it must be given, or is nil where its type can be.
  public init(_ name: String, _ summary: String, in range: ClosedRange<Double>? = nil) {
    self.init(
      Parameter(
        name, Value.parameterType, summary, absence: Value.canBeAbsent ? .optional : .required, range: range),
      read: { call, name in try Value.read(name, from: call) })
  }
}

extension ArgumentKey where Value: ArgumentValue & SettingConvertible {
  /// An argument that may be left out, with the value it then has.
  public init(
    _ name: String, default value: Value, _ summary: String, in range: ClosedRange<Double>? = nil
  ) {
    self.init(
      Parameter(name, Value.parameterType, default: value.settingValue, summary, in: range),
      read: { call, name in try Value.read(name, from: call) })
  }
}

extension ArgumentKey<Double> {
  /// A number whose default is whole and shown so: `default 0`, not `default 0.0`.
  public init(_ name: String, default value: Int, _ summary: String, in range: ClosedRange<Double>? = nil) {
    self.init(
      Parameter(name, .number, default: .integer(value), summary, in: range),
      read: { call, name in try call.number(name) })
  }
}

extension LuaCall {
  /// The argument that was given, or its default.
  /// - Throws: ``LuaError`` where the function's table has no row of that name.
  public subscript<Value>(key: ArgumentKey<Value>) -> Value {
    get throws { try key.read(self, key.parameter.name) }
  }
}

/// A Swift type that arguments of one Lua type are read as.
public protocol ArgumentValue: SendableMetatype {
  static var parameterType: ParameterType { get }
  /// Whether the function takes note of a missing argument.
  static var canBeAbsent: Bool { get }
  /// The argument `name` of a call whose arguments were checked.
  static func read(_ name: String, from call: LuaCall) throws -> Self
}

extension ArgumentValue {
  public static var canBeAbsent: Bool { false }
}

extension Bool: ArgumentValue {
  public static var parameterType: ParameterType { .boolean }
  public static func read(_ name: String, from call: LuaCall) throws -> Bool { try call.boolean(name) }
}

extension Int: ArgumentValue {
  public static var parameterType: ParameterType { .integer }
  public static func read(_ name: String, from call: LuaCall) throws -> Int { try call.integer(name) }
}

extension Double: ArgumentValue {
  public static var parameterType: ParameterType { .number }
  public static func read(_ name: String, from call: LuaCall) throws -> Double { try call.number(name) }
}

extension String: ArgumentValue {
  public static var parameterType: ParameterType { .string }
  public static func read(_ name: String, from call: LuaCall) throws -> String { try call.string(name) }
}

extension LuaFunction: ArgumentValue {
  public static var parameterType: ParameterType { .function }
  public static func read(_ name: String, from call: LuaCall) throws -> LuaFunction {
    try call.function(name)
  }
}

extension LuaTable: ArgumentValue {
  public static var parameterType: ParameterType { .table }
  public static func read(_ name: String, from call: LuaCall) throws -> LuaTable { try call.table(name) }
}

extension Optional: ArgumentValue where Wrapped: ArgumentValue {
  public static var parameterType: ParameterType { Wrapped.parameterType }
  public static var canBeAbsent: Bool { true }
  public static func read(_ name: String, from call: LuaCall) throws -> Wrapped? {
    try call.has(name) ? Wrapped.read(name, from: call) : nil
  }
}
