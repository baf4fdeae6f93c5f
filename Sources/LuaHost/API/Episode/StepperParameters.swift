import Support

/// The parameters of the rule or the sampler of a stepper's decision at hand: a table whose fields are read and set there.
struct StepperParameters: LuaPushable {
  let owner: StepperHandle

  func push(onto stack: LuaStack) throws {
    let (owner, state) = (owner, stack.state)
    try stack.reserve(6)
    stack.pushTable()
    stack.pushTable(fields: 5)
    stack.push("__index")
    stack.push { stack in
      let name = stack.string(at: 2) ?? ""
      let values = owner.decider?.values ?? [:]
      guard let value = values[name] else {
        throw LuaError(
          "no parameter '\(name.printable(upTo: 80))'" + NearestName.hint(name, in: values.keys.sorted()))
      }
      try value.push(onto: stack)
      return 1
    }
    stack.rawSet(tableAt: -3)
    stack.push("__newindex")
    stack.push { [unowned state] stack in
      guard let name = stack.string(at: 2) else { throw LuaError("stepper.params: parameters are named") }
      try owner.set(name, to: stack.value(at: 3), in: state)
      return 0
    }
    stack.rawSet(tableAt: -3)
    stack.push("__tostring")
    stack.push { stack in
      let fields = (owner.decider?.values ?? [:]).sorted { $0.key < $1.key }.map {
        "\($0.key) = \($0.value.source)"
      }
      stack.push("{" + fields.joined(separator: ", ") + "}")
      return 1
    }
    stack.rawSet(tableAt: -3)
    stack.push("__metatable")
    stack.push(false)
    stack.rawSet(tableAt: -3)
    stack.setMetatable(ofValueAt: -2)
  }
}
