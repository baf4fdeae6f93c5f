import Support

/// A Swift type that arguments of one Lua type are read as.
public protocol ArgumentValue: SendableMetatype {
  /// What a script may pass for it.
  static var parameterType: ParameterType { get }
  /// Whether the function takes note of a missing argument.
  static var canBeAbsent: Bool { get }
  /// The argument `name` of a call whose arguments were checked.
  static func read(_ name: String, from call: LuaCall) throws -> Self
}

extension ArgumentValue {
  public static var canBeAbsent: Bool { false }
}

/// A type of arguments that lists may hold: `ArgumentKey<[Int]>` is a list of whole numbers.
public protocol ArgumentElement: ArgumentValue {
  /// The element of a list whose types were checked.
  static func element(_ value: LuaValue) -> Self?
}

/// A Swift type that scripts hold as objects of a registered class: `ArgumentKey<DatasetHandle>` is a data
/// set, `ArgumentKey<[DatasetHandle]>` a list of them.
///
/// An object that was freed is an error.
public protocol ObjectArgument: ArgumentElement {
  /// The name under which the class is registered.
  static var className: String { get }
}

extension ObjectArgument {
  public static var parameterType: ParameterType { .object(className) }
  public static func read(_ name: String, from call: LuaCall) throws -> Self { try call.object(name) }
  public static func element(_ value: LuaValue) -> Self? {
    if case .object(let object) = value { object.value(as: Self.self) } else { nil }
  }
}

extension Bool: ArgumentElement {
  public static var parameterType: ParameterType { .boolean }
  public static func read(_ name: String, from call: LuaCall) throws -> Bool { try call.boolean(name) }
  public static func element(_ value: LuaValue) -> Bool? { value.asBoolean }
}

extension Int: ArgumentElement {
  public static var parameterType: ParameterType { .integer }
  public static func read(_ name: String, from call: LuaCall) throws -> Int { try call.integer(name) }
  public static func element(_ value: LuaValue) -> Int? { value.asInteger }
}

/// The 64 bits of a whole number, as seeds are given.
extension UInt64: ArgumentValue {
  public static var parameterType: ParameterType { .integer }
  public static func read(_ name: String, from call: LuaCall) throws -> UInt64 {
    UInt64(bitPattern: Int64(try call.integer(name)))
  }
}

extension Double: ArgumentElement {
  public static var parameterType: ParameterType { .number }
  public static func read(_ name: String, from call: LuaCall) throws -> Double { try call.number(name) }
  public static func element(_ value: LuaValue) -> Double? { value.asNumber }
}

extension Float: ArgumentElement {
  public static var parameterType: ParameterType { .number }
  public static func read(_ name: String, from call: LuaCall) throws -> Float { try call.float(name) }
  public static func element(_ value: LuaValue) -> Float? { value.asNumber.map { Float($0) } }
}

extension String: ArgumentElement {
  public static var parameterType: ParameterType { .string }
  public static func read(_ name: String, from call: LuaCall) throws -> String { try call.string(name) }
  public static func element(_ value: LuaValue) -> String? { value.asString }
}

extension LuaFunction: ArgumentValue {
  public static var parameterType: ParameterType { .function }
  public static func read(_ name: String, from call: LuaCall) throws -> LuaFunction {
    try call.function(name)
  }
}

extension LuaTable: ArgumentElement {
  public static var parameterType: ParameterType { .table }
  public static func read(_ name: String, from call: LuaCall) throws -> LuaTable { try call.table(name) }
  public static func element(_ value: LuaValue) -> LuaTable? { value.asTable }
}

/// Anything that Lua knows; nil where it was left out.
extension LuaValue: ArgumentValue {
  public static var parameterType: ParameterType { .any }
  public static var canBeAbsent: Bool { true }
  public static func read(_ name: String, from call: LuaCall) throws -> LuaValue { try call.value(name) }
}

extension Optional: ArgumentValue where Wrapped: ArgumentValue {
  public static var parameterType: ParameterType { Wrapped.parameterType }
  public static var canBeAbsent: Bool { true }
  public static func read(_ name: String, from call: LuaCall) throws -> Wrapped? {
    try call.has(name) ? Wrapped.read(name, from: call) : nil
  }
}

/// A list; what it holds beside its elements 1, 2, 3, … is an error.
extension Array: ArgumentValue where Element: ArgumentElement {
  public static var parameterType: ParameterType { .list(Element.parameterType) }
  public static func read(_ name: String, from call: LuaCall) throws -> [Element] {
    try call.elements(name).compactMap { Element.element($0) }
  }
}
