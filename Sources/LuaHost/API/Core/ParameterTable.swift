import CLuaBridge
import Support

/// A table of parameter values in which a wrong name is an error.
struct ParameterTable: LuaPushable {
  let values: [(name: String, value: SettingValue)]

  func push(onto stack: LuaStack) throws {
    try stack.reserve(6)
    stack.pushTable(fields: values.count)
    for (name, value) in values {
      stack.push(name)
      try value.push(onto: stack)
      stack.rawSet(tableAt: -3)
    }
    let names = values.map(\.name)
    stack.pushTable(fields: 3)
    // Reading and setting alike: a field of another name is a slip.
    for event in ["__index", "__newindex"] {
      stack.push(event)
      stack.push { stack in
        let key = try stack.value(at: 2)
        guard let name = key.asString else {
          throw LuaError("parameters are named; got the key \(key.described)")
        }
        throw LuaError("no parameter '\(name.printable(upTo: 80))'" + NearestName.hint(name, in: names))
      }
      stack.rawSet(tableAt: -3)
    }
    stack.push("__metatable")
    stack.push(false)
    stack.rawSet(tableAt: -3)
    lua_pushlightuserdata(stack.pointer, gf_parameters_key())
    stack.push(true)
    stack.rawSet(tableAt: -3)
    stack.setMetatable(ofValueAt: -2)
  }
}
