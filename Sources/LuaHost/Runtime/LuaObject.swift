import CLuaBridge
import Support

/// Holds a Swift value for Lua; the userdata owns one reference to it.
final class ObjectBox<Value> {
  let value: Value
  init(_ value: Value) { self.value = value }
}

/// What boxes of the values of one type are made of.
struct BoxKind {
  let valueType: ObjectIdentifier
  /// What the boxes are marked with.
  let type: UnsafeRawPointer?
  /// The reference of the metatable in Lua's registry.
  let metatable: Int32
}

/// A class whose metatable exists in a state.
final class InstalledClass {
  let entry: ClassEntry
  /// The name of the entry, which is large to be copied.
  let name: String
  let box: BoxKind

  init(entry: ClassEntry, metatable: Int32) {
    self.entry = entry
    name = entry.name
    box = BoxKind(valueType: entry.valueType, type: entry.type.pointer, metatable: metatable)
  }
}

extension ObjectIdentifier {
  var pointer: UnsafeRawPointer? { UnsafeRawPointer(bitPattern: UInt(bitPattern: self)) }
}

extension LuaStack {
  /// Pushes a Swift value as an object of its registered class, and tells the collector what it holds.
  public func push<Value: HoldsMemory>(object value: Value) throws {
    try push(object: value, accountedAs: value.heldBytes + objectBookkeeping)
  }

  /// Pushes a value some of whose memory another object stands for.
  ///
  /// - Parameter bytes: memory outside Lua, which the collector is told about.
  func push<Value>(object value: consuming Value, accountedAs bytes: Int) throws {
    let kind = try owner._withUnsafeGuaranteedRef { state in
      guard let kind = state.boxKind(of: ObjectIdentifier(Value.self)) else {
        throw LuaError("no Lua class is registered for \(Value.self)")
      }
      try reserve(2)
      // Accounting may collect, and must not find a half-made object.
      state.account(bytes: bytes)
      do {
        try MemoryBudget.shared.requireHeld()
      } catch {
        state.externalBytes -= bytes
        throw error
      }
      return kind
    }
    let box = Unmanaged.passRetained(ObjectBox(value))
    guard gf_push_box(pointer, kind.metatable, kind.type, box.toOpaque(), bytes) else {
      box.release()
      state.externalBytes -= bytes
      try checkPushes()
      return
    }
  }

  /// The Swift value of an object; nil when it is something else or was freed.
  @inline(__always)
  public func object<Value>(at index: Int, as type: Value.Type = Value.self) -> Value? {
    box(at: index, of: type)?.value
  }

  /// What holds the Swift value of an object; nil when it is something else or was freed. To keep it takes one reference,
  /// where a copy of a tensor takes three.
  @inline(__always)
  func box<Value>(at index: Int, of type: Value.Type = Value.self) -> ObjectBox<Value>? {
    guard let box = gf_box_at(pointer, Int32(index)), let object = box.pointee.object,
      box.pointee.type == ObjectIdentifier(ObjectBox<Value>.self).pointer
    else { return nil }
    return Unmanaged<ObjectBox<Value>>.fromOpaque(object).takeUnretainedValue()
  }

  /// The Swift value of an object, or an error that says what is there instead.
  public func requireObject<Value>(at index: Int, as type: Value.Type, in function: String) throws -> Value {
    try requireBox(at: index, of: type, in: function).value
  }

  /// What holds the Swift value of an object, or an error that says what is there instead.
  func requireBox<Value>(
    at index: Int, of type: Value.Type, in function: String
  ) throws -> ObjectBox<Value> {
    if let box = box(at: index, of: type) { return box }
    let name = state.classes[ObjectIdentifier(type)]?.entry.name ?? "\(type)"
    if let box = gf_box_at(pointer, Int32(index)),
      box.pointee.type == ObjectIdentifier(ObjectBox<Value>.self).pointer
    {
      throw LuaError("\(function): this \(name) was freed")
    }
    let colon = function.contains(":") && index == 1 ? "; call it with a colon: \(function)(…)" : ""
    throw LuaError(
      "\(function): expected \(article(name)) \(name), got \(try value(at: index).described)\(colon)")
  }

  /// The name of the class of the object at `index`.
  func className(at index: Int) -> String? { installedClass(at: index)?.name }

  func classEntry(at index: Int) -> ClassEntry? { installedClass(at: index)?.entry }

  private func installedClass(at index: Int) -> InstalledClass? {
    guard let box = gf_box_at(pointer, Int32(index)), let type = box.pointee.type else { return nil }
    return owner._withUnsafeGuaranteedRef { $0.installedClass(ofBoxes: UnsafeRawPointer(type)) }
  }

  /// The object behind a userdata, untyped.
  func anyObject(at index: Int) -> AnyObject? {
    guard let box = gf_box_at(pointer, Int32(index)), box.pointee.type != nil, let object = box.pointee.object
    else { return nil }
    return Unmanaged<AnyObject>.fromOpaque(object).takeUnretainedValue()
  }
}

/// A Swift value on its way to Lua as an object of its registered class.
public struct Pushed<Value: HoldsMemory>: LuaPushable {
  let value: Value

  public init(_ value: Value) { self.value = value }

  public func push(onto stack: LuaStack) throws { try stack.push(object: value) }
}
