import Support

/// An argument of a function together with the Swift type that it is read as.
///
/// The same key is the row in the function's table and reads the value, so that name, type, default and
/// absence are said once:
/// ```swift
/// private static let batch = ArgumentKey<Int>("batch", default: 64, "images run together", in: 1...4096)
/// private static let limit = ArgumentKey<Int?>("limit", "at most so many images")
///
/// static let run = FunctionEntry("run", "Runs.", [.options([batch, limit])]) { call in
///   try run(batch: call[batch], limit: call[limit])
/// }
/// ```
/// - `ArgumentKey<Int>("axis", …)` must be given, `ArgumentKey<Int?>` may be left out, and `default:` names
///   the value that it then has. The types that are read so conform to ``ArgumentValue``, among them lists
///   and the classes that conform to ``ObjectArgument``.
/// - An enumeration of words is a choice: `ArgumentKey<Reward>("reward", default: .increments, …)`.
/// - Other ways of reading have names: ``path(_:_:)``, ``inputPath(_:_:)``, ``numbers(_:_:)``,
///   ``operand(_:_:)``; ``optional`` makes any of them one that may be left out.
/// - `ArgumentKey<LuaValue>(row)` and `ArgumentKey<[LuaValue]>(row)` hand over what was given as it is.
///
/// A key is an object: reading a struct of a row's size would copy all its fields at each call.
public final class ArgumentKey<Value>: ArgumentRow {
  /// The row of the function's table.
  public let parameter: FunctionParameter
  fileprivate let read: @Sendable (LuaCall, String) throws -> Value

  /// An argument that is read in a way of its own.
  /// - Parameters:
  ///   - parameter: the row of the function's table.
  ///   - read: reads the argument of that name.
  public init(_ parameter: FunctionParameter, read: @escaping @Sendable (LuaCall, String) throws -> Value) {
    self.parameter = parameter
    self.read = read
  }

  /// The same argument where it may be left out, and is nil then.
  public var optional: ArgumentKey<Value?> {
    var parameter = parameter
    parameter.absence = .optional
    let read = read
    return ArgumentKey<Value?>(parameter) { call, name in try call.has(name) ? read(call, name) : nil }
  }
}

extension ArgumentKey where Value: ArgumentValue {
  /// An argument without a default: it must be given, or is nil where its type can be.
  public convenience init(_ name: String, _ summary: String, in range: ClosedRange<Double>? = nil) {
    self.init(
      FunctionParameter(
        name, Value.parameterType, summary, absence: Value.canBeAbsent ? .optional : .required, range: range),
      read: { call, name in try Value.read(name, from: call) })
  }
}

extension ArgumentKey where Value: ArgumentValue & SettingConvertible {
  /// An argument that may be left out, with the value it then has.
  public convenience init(
    _ name: String, default value: Value, _ summary: String, in range: ClosedRange<Double>? = nil
  ) {
    self.init(
      FunctionParameter(name, Value.parameterType, default: value.settingValue, summary, in: range),
      read: { call, name in try Value.read(name, from: call) })
  }
}

extension ArgumentKey<Double> {
  /// A number whose default is whole and shown so: `default 0`, not `default 0.0`.
  public convenience init(
    _ name: String, default value: Int, _ summary: String, in range: ClosedRange<Double>? = nil
  ) {
    self.init(
      FunctionParameter(name, .number, default: .integer(value), summary, in: range),
      read: { call, name in try call.number(name) })
  }
}

extension ArgumentKey<Float> {
  /// A number whose default is whole and shown so.
  public convenience init(
    _ name: String, default value: Int, _ summary: String, in range: ClosedRange<Double>? = nil
  ) {
    self.init(
      FunctionParameter(name, .number, default: .integer(value), summary, in: range),
      read: { call, name in try call.float(name) })
  }

  /// A number whose default is shown with the digits that it is written with here: a `Float` has others.
  public convenience init(
    _ name: String, default value: Double, _ summary: String, in range: ClosedRange<Double>? = nil
  ) {
    self.init(
      FunctionParameter(name, .number, default: .number(value), summary, in: range),
      read: { call, name in try call.float(name) })
  }
}

extension ArgumentKey
where Value: RawRepresentable, Value: CaseIterable, Value: SendableMetatype, Value.RawValue == String {
  /// One of the words of an enumeration, which must be given.
  public convenience init(_ name: String, _ summary: String) {
    self.init(
      FunctionParameter(name, .choice(Value.allCases.map(\.rawValue)), summary),
      read: { call, name in try call.choice(name) })
  }

  /// One of the words of an enumeration, with the one that it is where none is given.
  public convenience init(_ name: String, default value: Value, _ summary: String) {
    self.init(
      FunctionParameter(
        name, .choice(Value.allCases.map(\.rawValue)), default: .string(value.rawValue), summary),
      read: { call, name in try call.choice(name) })
  }
}

extension ArgumentKey<FilePath> {
  /// The path of a file or folder, byte by byte.
  public static func path(_ name: String, _ summary: String) -> ArgumentKey<FilePath> {
    ArgumentKey<FilePath>(FunctionParameter(name, .string, summary)) { call, name in try call.path(name) }
  }

  /// The path of a file or folder to read; where it is looked for, ``LuaCall/inputPath(_:)`` says.
  public static func inputPath(_ name: String, _ summary: String) -> ArgumentKey<FilePath> {
    ArgumentKey<FilePath>(FunctionParameter(name, .string, summary)) { call, name in
      try call.inputPath(name)
    }
  }

  /// The path of a file to write; what it must not be, ``LuaCall/outputPath(_:)`` says.
  public static func outputPath(_ name: String, _ summary: String) -> ArgumentKey<FilePath> {
    ArgumentKey<FilePath>(FunctionParameter(name, .string, summary)) { call, name in
      try call.outputPath(name)
    }
  }

  /// The path of a file to write as safetensors.
  public static func safetensorsPath(_ name: String, _ summary: String) -> ArgumentKey<FilePath> {
    ArgumentKey<FilePath>(FunctionParameter(name, .string, summary)) { call, name in
      try call.safetensorsPath(name)
    }
  }
}

extension ArgumentKey<[FilePath]> {
  /// The paths of files to read.
  public static func inputPaths(_ name: String, _ summary: String) -> ArgumentKey<[FilePath]> {
    ArgumentKey<[FilePath]>(FunctionParameter(name, .list(.string), summary)) { call, name in
      try call.inputPaths(name)
    }
  }
}

extension ArgumentKey<LuaValue> {
  /// An argument of one of several types, as it is; nil where it was left out.
  public convenience init(_ parameter: FunctionParameter) {
    self.init(parameter, read: { call, name in try call.value(name) })
  }
}

extension ArgumentKey<[LuaValue]> {
  /// The elements of a list as they are, or all further arguments where the row is a `rest`.
  public convenience init(_ parameter: FunctionParameter) {
    if parameter.isRest {
      self.init(parameter, read: { call, _ in try call.rest() })
    } else {
      self.init(parameter, read: { call, name in try call.elements(name) })
    }
  }
}

extension LuaCall {
  /// The argument that was given, or its default.
  /// - Throws: ``LuaError`` where the function's table has no row of that name.
  public subscript<Value>(key: ArgumentKey<Value>) -> Value {
    get throws { try key.read(self, key.parameter.name) }
  }

  /// Whether the argument of a row was given (and is not nil).
  public func has(_ row: some ArgumentRow) throws -> Bool { try has(row.parameter.name) }

  /// The argument of a row as it is, whatever a key would read it as; nil where it was left out.
  public func value(of row: some ArgumentRow) throws -> LuaValue { try value(row.parameter.name) }

  /// What error messages call the argument of a row: `figure:line: argument 1 'x'`.
  func place(_ row: some ArgumentRow) -> String { place(row.parameter.name) }
}
