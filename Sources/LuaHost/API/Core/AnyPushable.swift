/// A result of any type.
struct AnyPushable: LuaPushable {
  private let value: any LuaPushable
  init(_ value: any LuaPushable) { self.value = value }
  func push(onto stack: LuaStack) throws { try value.push(onto: stack) }
}
