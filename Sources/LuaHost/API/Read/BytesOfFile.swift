/// Bytes of a file as a Lua string.
struct BytesOfFile: LuaPushable {
  let bytes: [UInt8]

  func push(onto stack: LuaStack) { stack.push(bytes: bytes) }
}
