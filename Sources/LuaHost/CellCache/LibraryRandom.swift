import CLuaBridge

/// The state of `math.random` of one environment: four words that its function keeps.
final class LibraryRandom {
  /// The function as the library has it; holding it keeps its state alive.
  private let function: LuaFunction?
  private let state: UnsafeMutableRawPointer?
  private static let size = 32

  init(of environment: LuaTable) throws {
    function = try environment.get("math").asTable?.get("random").asFunction
    guard let function else {
      state = nil
      return
    }
    let stack = try function.liveStack()
    let base = stack.count
    defer { stack.count = base }
    try function.push(onto: stack)
    guard lua_getupvalue(stack.pointer, -1, 1) != nil, Int(lua_rawlen(stack.pointer, -1)) >= Self.size else {
      state = nil
      return
    }
    state = lua_touserdata(stack.pointer, -1)
  }

  /// Where the state lies.
  var memory: UnsafeRawPointer? { state.map { UnsafeRawPointer($0) } }

  /// The state; empty where there is none.
  var bytes: [UInt8] {
    get { state.map { Array(UnsafeRawBufferPointer(start: $0, count: Self.size)) } ?? [] }
    set {
      guard let state, newValue.count == Self.size else { return }
      newValue.withUnsafeBytes {
        UnsafeMutableRawBufferPointer(start: state, count: Self.size).copyMemory(from: $0)
      }
    }
  }
}
