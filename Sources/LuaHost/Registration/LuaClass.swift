import CLuaBridge
import Reports

/// A Swift type that scripts can hold: its properties, methods and operators.
///
/// ```swift
/// private static let n = ArgumentKey<Int>("n", default: 1, "how many")
///
/// static let entry = LuaClass<Counter>("counter", "Counts.", properties: [
///   .init("value", "integer", "what was counted so far") { counter, _ in counter.value }
/// ], methods: [
///   .init("add", "Adds.", [n]) { counter, call in counter.value += try call[n] }
/// ]).entry
/// ```
public struct LuaClass<Value> {
  /// A method of this class.
  public typealias Method = LuaMethod<Value>
  /// A field of this class.
  public typealias Property = LuaProperty<Value>
  /// An operator of this class.
  public typealias Operator = LuaOperator<Value>

  /// The type-erased form that the catalogue holds.
  public let entry: ClassEntry

  /// - Parameters:
  ///   - name: what error messages and help call it, lower case.
  ///   - summary: what it is, in one sentence.
  ///   - discussion: further paragraphs of help.
  ///   - freeable: adds `:free()` and `<close>`, for objects that hold much memory.
  ///   - properties: what scripts read as `object.name`.
  ///   - methods: what scripts call as `object:name()`.
  ///   - operators: what scripts write as `object + 1` and the like.
  ///   - describe: the text of `tostring`; one line for large objects.
  ///   - show: how a cell shows the object as its value; nil: as `describe` says.
  ///   - preview: a small picture for front ends that show one beside the value's text; nil where there is none.
  ///   - field: `object.name` for names that are no members; nil where there is no such field either.
  ///   - assignField: `object.name = v` for names that are no members, with object, name and value on the stack; false
  ///     where there is no such field either.
  ///   - index: `object[i]` for keys that are no names, 1-based: pushes the element that the key in slot 2 names, or throws.
  ///   - assign: `object[i] = v` for keys that are no names; the stack holds object, key, value.
  ///   - elements: reads and writes single elements in place before `index` and `assign` are asked.
  ///   - count: `#object`.
  ///   - calls: the method that `object(…)` is short for.
  ///   - sample: a Lua expression that makes one, for examples.
  public init(
    _ name: String, _ summary: String, discussion: String = "", freeable: Bool = false,
    properties: [Property] = [], methods: [Method] = [], operators: [Operator] = [],
    describe: (@Sendable (Value) throws -> String)? = nil,
    show: (@Sendable (Value, LuaState) throws -> [Notebook.Output])? = nil,
    preview: (@Sendable (Value) throws -> Notebook.Picture?)? = nil,
    field: (@Sendable (Value, String, LuaStack) throws -> (any LuaPushable)?)? = nil,
    assignField: (@Sendable (Value, String, LuaStack) throws -> Bool)? = nil,
    index: (@Sendable (Value, LuaStack) throws -> Void)? = nil,
    assign: (@Sendable (Value, LuaStack) throws -> Void)? = nil, elements: ElementAccess<Value>? = nil,
    count: (@Sendable (Value) throws -> Int)? = nil, calls: String? = nil, sample: String? = nil
  ) {
    var functions = methods.map { method in
      var function = method.function
      function.qualifiedName = "\(name):\(function.name)"
      function.isMethod = true
      return function
    }
    if freeable {
      var free = FunctionEntry(
        "free",
        "Releases the memory now instead of at the next collection; the \(name) cannot be used afterwards.",
        example: "\(sample ?? name):free()"
      ) { call in
        guard let box = gf_box_at(call.stack.pointer, 1) else { return }
        gf_box_free(call.stack.pointer, box)
      }
      free.qualifiedName = "\(name):free"
      free.isMethod = true
      functions.append(free)
    }
    var entry = ClassEntry(
      name: name, summary: summary, discussion: discussion, isFreeable: freeable,
      type: ObjectIdentifier(ObjectBox<Value>.self), valueType: ObjectIdentifier(Value.self),
      properties: properties.map(\.entry), methods: functions, operators: operators.map(\.entry))
    if let describe { entry.describe = { try describe(Self.unbox($0)) } }
    if let show { entry.show = { try show(Self.unbox($0), $1) } }
    if let preview { entry.preview = { try preview(Self.unbox($0)) } }
    if let field { entry.field = { try field(Self.unbox($0), $1, $2) } }
    if let assignField { entry.assignField = { try assignField(Self.unbox($0), $1, $2) } }
    if let index { entry.index = { try index(Self.unbox($0), $1) } }
    if let assign { entry.assign = { try assign(Self.unbox($0), $1) } }
    entry.elements = elements.map { ($0.read, $0.write) }
    if let count { entry.count = { try count(Self.unbox($0)) } }
    entry.called = functions.first { $0.name == calls }
    self.entry = entry
  }

  private static func unbox(_ object: AnyObject) throws -> Value {
    // The class is final, so that a comparison says what a cast would, in a fraction of its time.
    guard type(of: object) == ObjectBox<Value>.self else { throw LuaError("an object of another class") }
    return unsafeDowncast(object, to: ObjectBox<Value>.self).value
  }
}

/// How `object[i]` and `object[i] = x` are read and written in place, for a whole number i and a number x. Loops of scripts go
/// through elements one by one: what a call of Swift's own `index` does around one costs more than the element.
///
/// Neither calls Lua or throws; what they leave alone (no element, false) goes the way of `index` and `assign`.
public struct ElementAccess<Value>: Sendable {
  let read: gf_read_element
  let write: gf_write_element
}

/// A method of a registered class.
public struct LuaMethod<Value> {
  private(set) var function: FunctionEntry

  /// The same method, whose options may stand where an argument is where one of `names` is among them:
  /// `object:method{name = …}`. That argument and those behind it are then left out.
  func led(by names: [String]) -> LuaMethod {
    var method = self
    method.function.leadingOptions = names
    return method
  }

  /// A method with one result, or with ``LuaResults``.
  public init<Result: LuaPushable>(
    _ name: String, _ summary: String, _ parameters: [any ArgumentRow] = [], returns: String,
    example: String = "", discussion: String = "", touches: Set<Capability> = [],
    mayTouch: Set<Capability> = [], body: @escaping @Sendable (Value, LuaCall) throws -> Result
  ) {
    let grows = Self.grows
    function = FunctionEntry(
      name, summary, parameters, returns: returns, example: example, discussion: discussion, touches: touches,
      mayTouch: mayTouch
    ) { call in
      let receiver = try call.receiver(as: Value.self)
      let result = try body(receiver.value, call)
      if grows, let value = receiver.value as? any GrowsInUse { call.stack.accountAgain(value, at: 1) }
      return result
    }
  }

  private static var grows: Bool { Value.self is any GrowsInUse.Type }

  /// A method without results.
  public init(
    _ name: String, _ summary: String, _ parameters: [any ArgumentRow] = [], example: String = "",
    discussion: String = "", touches: Set<Capability> = [], mayTouch: Set<Capability> = [],
    body: @escaping @Sendable (Value, LuaCall) throws -> Void
  ) {
    let grows = Self.grows
    function = FunctionEntry(
      name, summary, parameters, example: example, discussion: discussion, touches: touches,
      mayTouch: mayTouch
    ) { call in
      let receiver = try call.receiver(as: Value.self)
      try body(receiver.value, call)
      if grows, let value = receiver.value as? any GrowsInUse { call.stack.accountAgain(value, at: 1) }
    }
  }
}

/// A field of a registered class; read-only unless it has a setter.
public struct LuaProperty<Value> {
  let entry: PropertyEntry

  /// - Parameters:
  ///   - name: what scripts write after the dot.
  ///   - type: the type as help shows it, such as `integer` or `list of numbers`.
  ///   - summary: what it says, in a few words.
  ///   - get: reads the field of an object.
  ///   - set: changes it; nil for a field that scripts only read.
  public init<Result: LuaPushable>(
    _ name: String, _ type: String, _ summary: String,
    get: @escaping @Sendable (Value, LuaStack) throws -> Result,
    set: (@Sendable (Value, LuaValue) throws -> Void)? = nil
  ) {
    var entry = PropertyEntry(name: name, type: type, summary: summary) { stack, owner in
      let value = try stack.requireObject(at: 1, as: Value.self, in: owner)
      try get(value, stack).push(onto: stack)
    }
    if let set {
      entry.set = { stack, owner in
        try set(try stack.requireObject(at: 1, as: Value.self, in: owner), try stack.value(at: 3))
      }
    }
    self.entry = entry
  }
}

/// An operator of a registered class. Either operand may be the object; the body reads both from the stack.
public struct LuaOperator<Value> {
  let entry: OperatorEntry

  /// - Parameters:
  ///   - name: Lua's name of the metamethod, such as `__add`.
  ///   - summary: what it does, in a few words.
  ///   - body: reads both operands from the stack and returns the result.
  public init<Result: LuaPushable>(
    _ name: String, _ summary: String, body: @escaping @Sendable (LuaStack) throws -> Result
  ) {
    entry = OperatorEntry(name: name, summary: summary) { stack in try body(stack).push(onto: stack) }
  }

  /// One whose results are of several types; a result of one type is not to be boxed as one of any.
  @_disfavoredOverload
  init(_ name: String, _ summary: String, any body: @escaping @Sendable (LuaStack) throws -> any LuaPushable)
  {
    entry = OperatorEntry(name: name, summary: summary) { stack in try body(stack).push(onto: stack) }
  }
}

/// A registered class without its Swift type.
public struct ClassEntry: Sendable {
  public let name: String
  /// What it is, in one sentence.
  public let summary: String
  /// Further paragraphs of help; may be empty.
  public let discussion: String
  let isFreeable: Bool
  let type: ObjectIdentifier
  let valueType: ObjectIdentifier
  /// The fields.
  public let properties: [PropertyEntry]
  /// The methods, `free` among them where there is one.
  public let methods: [FunctionEntry]
  /// The operators.
  public let operators: [OperatorEntry]
  var describe: (@Sendable (AnyObject) throws -> String)?
  var show: (@Sendable (AnyObject, LuaState) throws -> [Notebook.Output])?
  var preview: (@Sendable (AnyObject) throws -> Notebook.Picture?)?
  var field: (@Sendable (AnyObject, String, LuaStack) throws -> (any LuaPushable)?)?
  var assignField: (@Sendable (AnyObject, String, LuaStack) throws -> Bool)?
  var index: (@Sendable (AnyObject, LuaStack) throws -> Void)?
  var assign: (@Sendable (AnyObject, LuaStack) throws -> Void)?
  var elements: (read: gf_read_element, write: gf_write_element)?
  var count: (@Sendable (AnyObject) throws -> Int)?
  /// The method that `object(…)` is short for.
  var called: FunctionEntry?

  var memberNames: [String] { properties.map(\.name) + methods.map(\.name) }
}

/// A field of a registered class without its Swift type.
public struct PropertyEntry: Sendable {
  public let name: String
  /// The type as help shows it.
  public let type: String
  /// What it says, in a few words.
  public let summary: String
  let get: @Sendable (LuaStack, String) throws -> Void
  var set: (@Sendable (LuaStack, String) throws -> Void)?
}

/// An operator of a registered class without its Swift type.
public struct OperatorEntry: Sendable {
  /// Lua's name of the metamethod, such as `__add`.
  public let name: String
  /// What a script writes, such as `+`.
  var sign: String {
    let signs = [
      "__add": "+", "__sub": "-", "__mul": "*", "__div": "/", "__pow": "^", "__unm": "-", "__eq": "==",
      "__mod": "%", "__idiv": "//", "__band": "&", "__bor": "|", "__bxor": "~", "__bnot": "~",
      "__lt": "<", "__le": "<=", "__len": "#", "__concat": "..",
      "__call": "()",
    ]
    return signs[name] ?? String(name.dropFirst(2))
  }
  /// What it does, in a few words.
  public let summary: String
  let body: @Sendable (LuaStack) throws -> Void
}

extension LuaCall {
  /// What holds the object that the method was called on.
  func receiver<Value>(as type: Value.Type) throws -> ObjectBox<Value> {
    try stack.requireBox(at: 1, of: type, in: shape.entry.qualifiedName)
  }
}
