/// The functions of a module as a plain table, for functions that get it as an argument.
struct FunctionTable: LuaPushable {
  let module: LuaModule

  func push(onto stack: LuaStack) throws {
    try stack.reserve(3)
    stack.pushTable(fields: module.functions.count)
    for function in module.functions {
      stack.push(function.name)
      stack.push(function)
      stack.rawSet(tableAt: -3)
    }
  }
}
