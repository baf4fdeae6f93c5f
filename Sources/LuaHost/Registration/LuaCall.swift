import CLuaBridge
import Checkpoints
import Support

/// The arguments of one call from Lua, positional ones and options alike. Functions read them by their keys,
/// as `call[key]` (see ``ArgumentKey``); the methods that take names are what keys read with.
///
/// Types, bounds and unknown options were checked before the body runs. A missing argument has its default.
public struct LuaCall {
  /// The stack that the arguments lie on.
  public let stack: LuaStack
  let shape: CallShape

  /// The state that is calling.
  public var state: LuaState { stack.state }
  /// What the host keeps for the state.
  public var context: HostContext { stack.state.context }

  /// Asks for what the function `mayTouch`, before the body does; throws when a plugin without it is calling.
  public func claim(_ capability: Capability) throws {
    guard shape.entry.mayTouch.contains(capability) else {
      throw LuaError(
        "\(shape.entry.qualifiedName): its registration does not say that it may touch \(capability.rawValue)"
      )
    }
    try context.claim(capability, for: shape.entry.qualifiedName)
  }

  /// Number of arguments given, without the object of a method.
  public var argumentCount: Int { stack.count - shape.first + 1 }

  /// Whether an argument was given (and is not nil).
  public func has(_ name: String) throws -> Bool {
    try read(name, { _ in true }, fallback: { _ in false })
  }

  /// A number; whole ones convert.
  public func number(_ name: String) throws -> Double {
    try read(name, stack.number(at:), fallback: { Double(setting: $0) })
  }

  /// A number, rounded to 32 bits.
  public func float(_ name: String) throws -> Float { Float(try number(name)) }

  /// A whole number.
  public func integer(_ name: String) throws -> Int {
    try read(name, stack.integer(at:), fallback: { Int(setting: $0) })
  }

  /// True or false; false where it was left out and has no default.
  public func boolean(_ name: String) throws -> Bool {
    try read(name, stack.boolean(at:), fallback: { Bool(setting: $0) })
  }

  /// A string as text.
  public func string(_ name: String) throws -> String {
    try read(name, stack.string(at:), fallback: { String(setting: $0) })
  }

  /// The case of an enumeration whose word was given.
  func choice<Word: RawRepresentable>(_ name: String) throws -> Word where Word.RawValue == String {
    try read(
      name, { stack.string(at: $0).flatMap { Word(rawValue: $0) } },
      fallback: { String(setting: $0).flatMap { Word(rawValue: $0) } })
  }

  /// A string as the path of a file or folder, byte by byte.
  ///
  /// - Throws: where it is empty, or holds a NUL byte, at which the system would cut it.
  public func path(_ name: String) throws -> FilePath { try checkedPath(value(name), name) }

  /// As ``path(_:)``; nil where it was left out.
  public func optionalPath(_ name: String) throws -> FilePath? { try has(name) ? path(name) : nil }

  private func paths(_ name: String) throws -> [FilePath] {
    try elements(name).map { try checkedPath($0, name) }
  }

  /// As ``path(_:)``, for a file or folder to read: a relative one is looked for in the current folder, then
  /// beside the script; that of a plugin in its own folder first.
  ///
  /// - Throws: also where it leads to what may not be read.
  public func inputPath(_ name: String) throws -> FilePath { try readable(path(name)) }

  /// The paths of a list, each as ``inputPath(_:)``.
  public func inputPaths(_ name: String) throws -> [FilePath] { try paths(name).map(readable) }

  /// Where the file to read is that an argument gave as `path`; all that scripts name to be read comes through here.
  func readable(_ path: FilePath) throws -> FilePath { try permitted { try context.readable(path) } }

  /// Runs `body`; a path that is not permitted is told under the function's name.
  private func permitted<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as FileAccess.Refused {
      throw LuaError("\(shape.entry.qualifiedName): \(error)", underlying: error)
    }
  }

  /// The path of a file to write.
  ///
  /// - Throws: as ``path(_:)``, where it names a folder (by a slash at its end, as `.` and as `..`), and where it leads to
  ///   what may not be written.
  public func outputPath(_ name: String) throws -> FilePath {
    // A path drops the slash at its end, and what was meant with it.
    let given = try value(name)
    let path = try checkedPath(given, name, isInput: false)
    guard given.stringBytes?.last != UInt8(ascii: "/"), path.lastComponent?.kind == .regular else {
      throw LuaError("\(place(name)) names a folder, expected a file, got \(given.described)")
    }
    try permitted { try context.fileAccess().require(path, for: .write) }
    return path
  }

  /// The path of a file to write as safetensors; an ending that promises another form is refused.
  public func safetensorsPath(_ name: String) throws -> FilePath {
    let path = try outputPath(name)
    let others: Set = ["pkl", "onnx", "h5", "hdf5", "json", "csv", "txt", "png", "lua"]
    let isOther = CheckpointFormats.isNamedAsForeign(path) || NumPyFile.endings.contains(path.ending)
    guard !isOther, !others.contains(path.ending) else {
      throw LuaError(
        "\(place(name)) is written as safetensors, and must not end in .\(path.ending), got \"\(path)\"")
    }
    return path
  }

  private func checkedPath(_ value: LuaValue, _ name: String, isInput: Bool = true) throws -> FilePath {
    guard let path = value.asPath else {
      let reason = value.asString == nil ? "must be a string" : "must be a path, and holds a NUL byte"
      throw LuaError("\(place(name)) \(reason), got \(value.described)")
    }
    guard !path.isEmpty else { throw LuaError("\(place(name)) must be a path, and is empty") }
    if isInput, value.stringBytes?.last == UInt8(ascii: "/"), context.found(path).isRegularFile {
      throw LuaError("\(place(name)): cannot read \(path)/: Not a directory")
    }
    return path
  }

  /// A string; nil where it was left out.
  public func optionalString(_ name: String) throws -> String? { try has(name) ? string(name) : nil }

  /// The argument as it is; nil when it was left out.
  public func value(_ name: String) throws -> LuaValue {
    try read(name, { try? stack.value(at: $0) }, fallback: { $0.luaValue })
  }

  /// A function of the script.
  public func function(_ name: String) throws -> LuaFunction {
    try read(name, { try? stack.value(at: $0).asFunction }, fallback: { _ in nil })
  }

  /// A table of the script.
  public func table(_ name: String) throws -> LuaTable {
    try read(name, { try? stack.value(at: $0).asTable }, fallback: { _ in nil })
  }

  /// An object of a registered class; an object that was freed is an error.
  public func object<Value>(_ name: String, as type: Value.Type = Value.self) throws -> Value {
    try read(
      name, { try stack.requireObject(at: $0, as: type, in: shape.entry.qualifiedName) },
      fallback: { _ in nil })
  }

  /// The elements of a list of numbers; empty when it was left out.
  public func numbers(_ name: String) throws -> [Double] { try elements(name).compactMap(\.asNumber) }
  /// The elements of a list of whole numbers; empty when it was left out.
  public func integers(_ name: String) throws -> [Int] { try elements(name).compactMap(\.asInteger) }

  /// The elements of a list argument; empty when it was left out.
  ///
  /// - Throws: where the table holds anything beside its elements 1, 2, 3, …
  public func elements(_ name: String) throws -> [LuaValue] {
    try has(name) ? table(name).elements(ofListAt: place(name)) : []
  }

  /// The arguments that a `rest` parameter stands for.
  public func rest() throws -> [LuaValue] {
    let start = shape.first + shape.entry.parameters.count - 1
    return try (start..<max(stack.count + 1, start)).map { try stack.value(at: $0) }
  }

  /// What error messages call an argument: `figure:line: argument 1 'x'`.
  func place(_ name: String) -> String {
    let entry = shape.entry
    for (index, parameter) in entry.parameters.enumerated() {
      if parameter.name == name, parameter.options == nil {
        return "\(entry.qualifiedName): argument \(index + 1) '\(name)'"
      }
    }
    return "\(entry.qualifiedName): option '\(name)'"
  }

  /// Finds an argument by name: a slot, or a field of an options table.
  func read<Value>(
    _ name: String, _ convert: (Int) throws -> Value?, fallback: (SettingValue) -> Value?
  ) throws -> Value {
    var index = 0
    while index < shape.parameters.count {
      let parameter = shape.parameters[index]
      let slot = shape.first + index
      index += 1
      if let options = parameter.options {
        guard let option = options.first(where: { $0.name == name }) else { continue }
        if stack.kind(at: slot) == .table {
          try stack.reserve(1)
          stack.push(name)
          defer { stack.pop() }
          if lua_rawget(stack.pointer, Int32(slot)) != LUA_TNIL, let value = try convert(stack.count) {
            return value
          }
        }
        return try absent(option.parameter, fallback)
      }
      if parameter.name == name {
        if stack.kind(at: slot).rawValue > 0, let value = try convert(slot) { return value }
        return try absent(parameter.parameter, fallback)
      }
    }
    throw LuaError("\(shape.entry.qualifiedName): no parameter is registered under the name '\(name)'")
  }

  private func absent<Value>(_ parameter: FunctionParameter, _ fallback: (SettingValue) -> Value?) throws
    -> Value
  {
    if case .value(let value) = parameter.absence, let converted = fallback(value) { return converted }
    if Value.self == Bool.self, let no = false as? Value { return no }
    if Value.self == LuaValue.self, let none = LuaValue.nil as? Value { return none }
    throw LuaError(
      "\(shape.entry.qualifiedName): '\(parameter.name)' is missing; expected \(parameter.type.described)")
  }
}
