import CLuaBridge
import Support

/// One Lua interpreter: its memory, its budget and its stop switch.
///
/// A state belongs to the thread that made it. Values of the state (``LuaTable``, ``LuaFunction``, …) may outlive
/// it; using one afterwards is an error, not a crash.
public final class LuaState {
  /// Bounds on what a script may use.
  public struct Limits: Sendable {
    /// Bytes of Lua values, without tensors.
    public var memory = 1 << 30
    /// Bytes of tensor memory above which allocation collects everything first.
    public var externalMemory = 512 << 20
    /// What time limits are measured with.
    public var clock = Deadline.machineClock

    public init() {}
  }

  /// Where a script's output goes.
  public enum Stream: Int32, Sendable { case output = 1, error = 2 }

  /// The main thread of the state; nil once closed.
  final class Handle {
    var pointer: OpaquePointer?
    /// A Lua thread with a stack of its own, so that references can be dropped at any moment.
    var side: OpaquePointer?
    init(_ pointer: OpaquePointer) { self.pointer = pointer }
  }

  let handle: Handle
  let main: OpaquePointer
  let bridge: UnsafeMutablePointer<gf_host>
  /// Bounds on what scripts may use.
  public let limits: Limits
  /// What `print` shows of a table.
  private var display: Unmanaged<LuaClosure>?
  /// The plugins that have code here.
  var ownersOfCode: [PluginIdentity] = []
  /// What the host knows beside Lua: options, the notebook, plugins.
  public let context: HostContext

  /// Receives everything that scripts print.
  public var write: (Stream, UnsafeRawBufferPointer) -> Void = { _, _ in }

  private var registration: MemoryRegistration?

  /// The class that was asked for last.
  @exclusivity(unchecked) private var lastAsked: InstalledClass?
  /// The class whose objects were pushed last, which are most often those that are pushed next.
  @exclusivity(unchecked) private var lastPushed = BoxKind(
    valueType: ObjectIdentifier(Void.self), type: nil, metatable: 0)
  var classes: [ObjectIdentifier: InstalledClass] = [:]
  var classesByBox: [UnsafeRawPointer: InstalledClass] = [:]
  /// The argument checks by qualified name, which all environments share: every plugin's has all functions
  /// again.
  private var shapes: [String: CallShape] = [:]
  /// The Swift error behind the last message that a Swift function raised.
  var lastThrown: (message: String, error: any Error)?
  /// Why the script was told to stop.
  var reasonToStop: Interrupted?
  /// Why Lua's allocator was refused last, where it was for want of room in the run, a cell or a plugin.
  var shortage: String?
  /// The bytes of tensors that Lua objects hold now.
  @exclusivity(unchecked) public internal(set) var externalBytes = 0
  @exclusivity(unchecked) var unseenBytes = 0
  /// The bytes of tensors that objects were pushed for since everything was collected.
  @exclusivity(unchecked) var uncollectedBytes = 0
  var softLimit: Int

  /// Starts an interpreter; throws ``LuaError`` for want of memory.
  public init(limits: Limits = Limits(), context: HostContext = HostContext()) throws {
    var callbacks = gf_callbacks(
      context: nil, call: callSwift, release: releaseObject, stop: askToStop, write: writeOutput,
      room: askForRoom)
    guard let opened = gf_open(&callbacks, limits.memory) else {
      throw LuaError("cannot start Lua: out of memory")
    }
    main = opened
    handle = Handle(opened)
    bridge = gf_host_of(opened)
    self.limits = limits
    self.context = context
    softLimit = limits.externalMemory
    bridge.pointee.callbacks.context = Unmanaged.passUnretained(self).toOpaque()
    // Lua's registry keeps the side thread alive.
    lua_getfield(opened, gf_registry_index(), "gfnet.side")
    handle.side = lua_tothread(opened, -1)
    gf_pop(opened, 1)
    display = Unmanaged.passRetained(
      LuaClosure { stack in
        stack.push(try ValueDisplay(state: stack.state).text(of: stack.value(at: 1)))
        return 1
      })
    bridge.pointee.display = display?.toOpaque()
    registration = MemoryRegistration(of: self)
  }

  deinit {
    registration = nil
    handle.pointer = nil
    handle.side = nil
    gf_close(main)
    display?.release()
  }

  /// The class of the objects in boxes that are marked with `type`; nil where none is registered.
  func installedClass(ofBoxes type: UnsafeRawPointer) -> InstalledClass? {
    if let lastAsked, lastAsked.box.type == type { return lastAsked }
    let found = classesByBox[type]
    lastAsked = found ?? lastAsked
    return found
  }

  /// What boxes of values of a type are made of; nil where no class is registered for it.
  @inline(__always)
  func boxKind(of type: ObjectIdentifier) -> BoxKind? {
    if lastPushed.valueType == type { return lastPushed }
    guard let found = classes[type]?.box else { return nil }
    lastPushed = found
    return found
  }

  /// The argument checks of a function, worked out once.
  func shape(of entry: FunctionEntry) -> CallShape {
    if let known = shapes[entry.qualifiedName] { return known }
    let made = CallShape(entry)
    shapes[entry.qualifiedName] = made
    return made
  }

  /// The stack of the coroutine that is running, or of the main thread.
  public var stack: LuaStack { LuaStack(pointer: bridge.pointee.current, state: self) }

  /// The bytes of Lua values now.
  var usedBytes: Int { bridge.pointee.used }

  /// True once a script was told to stop.
  public var isStopped: Bool { bridge.pointee.kill != Int32(GF_RUNNING) }

  /// Lets scripts run again after an interruption or a time-out, as an interactive host needs.
  public func revive() {
    reasonToStop = nil
    gf_revive(main)
  }
}

private func callSwift(
  _ function: UnsafeMutableRawPointer?, _ pointer: OpaquePointer?, _ context: UnsafeMutableRawPointer?
) -> Int32 {
  guard let function, let pointer, let context else { return 0 }
  // Both outlive the call, the closure as what Lua is calling: none of the millions of calls counts a reference to them.
  let owner = Unmanaged<LuaState>.fromOpaque(context)
  let stack = LuaStack(pointer: pointer, owner: owner)
  do {
    return try Unmanaged<LuaClosure>.fromOpaque(function)._withUnsafeGuaranteedRef { try $0.body(stack) }
  } catch let reason as Interrupted {
    let state = stack.state
    state.reasonToStop = state.reasonToStop ?? reason
    return Int32(GF_INTERRUPT)
  } catch {
    stack.pushError(error)
    return Int32(GF_RAISE)
  }
}

private func askToStop(_ context: UnsafeMutableRawPointer?) -> Int32 {
  guard let context else { return Int32(GF_RUNNING) }
  let state = Unmanaged<LuaState>.fromOpaque(context).takeUnretainedValue()
  guard let reason = state.reasonToStop ?? Cancellation.reasonToStop else { return Int32(GF_RUNNING) }
  state.reasonToStop = reason
  return Int32(reason.deadline == nil ? GF_INTERRUPTED : GF_TIMED_OUT)
}

private func askForRoom(_ more: Int, _ context: UnsafeMutableRawPointer?) -> Int {
  guard let context else { return .max }
  return Unmanaged<LuaState>.fromOpaque(context).takeUnretainedValue().room(for: more)
}

private func releaseObject(
  _ object: UnsafeMutableRawPointer?, _ bytes: Int, _ context: UnsafeMutableRawPointer?
) {
  guard let object, let context else { return }
  Unmanaged<LuaState>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.externalBytes -= bytes }
  Unmanaged<AnyObject>.fromOpaque(object).release()
}

private func writeOutput(
  _ context: UnsafeMutableRawPointer?, _ stream: Int32, _ bytes: UnsafePointer<CChar>?, _ count: Int
) {
  guard let context, let bytes, let stream = LuaState.Stream(rawValue: stream) else { return }
  Unmanaged<LuaState>.fromOpaque(context).takeUnretainedValue()
    .write(stream, UnsafeRawBufferPointer(start: bytes, count: count))
}

/// A Swift closure that Lua can call; returns the number of results it pushed.
final class LuaClosure {
  let body: (LuaStack) throws -> Int32
  /// What it is, where it keeps nothing of its own; nil where it does.
  let name: String?

  init(named name: String? = nil, _ body: @escaping (LuaStack) throws -> Int32) {
    self.name = name
    self.body = body
  }
}
