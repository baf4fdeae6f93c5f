/// The object that a method was called on, so that calls can be chained.
struct Receiver: LuaPushable {
  func push(onto stack: LuaStack) throws { stack.pushCopy(ofValueAt: 1) }
}
