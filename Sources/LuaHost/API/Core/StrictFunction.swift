import CLuaBridge

/// `gfnet.strict`: whether globals are checked.
enum StrictFunction {
  private static let on = ArgumentKey<Bool>(
    "on", "false: reading a global that was never assigned gives nil, as in plain Lua")

  static let entry = FunctionEntry(
    "strict", "Says whether the script's global variables are checked; they are unless it says otherwise.",
    [on], example: "gfnet.strict(false)",
    discussion: """
      While they are checked, reading a global that nothing assigned is an error that names the nearest one, and so is \
      making one inside a function. `rawget(_G, "name")` asks without an error. Only the script's own file is checked: \
      not modules that it requires, nor plugins, nor what `load` compiles.
      """
  ) { call in
    // A plugin has an environment of its own, and no say about the script's.
    guard try call.state.callingPlugin() == nil else { return }
    call.context.tracker?.block("it calls gfnet.strict")
    call.state.bridge.pointee.lenient = try !call[on]
  }
}
