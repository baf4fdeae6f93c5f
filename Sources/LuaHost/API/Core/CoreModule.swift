import Foundation
import Support

/// `gfnet`: what is not in a module of its own.
enum CoreModule {
  /// The program's version, which plugins require.
  static let version = "0.1.0"

  static let module = LuaModule(
    "gfnet", "Glance-and-Focus Networks: models, data, experiments.",
    functions: [
      params, OverrideFunction.entry, clock, ProgressFunction.entry, StrictFunction.entry,
      SweepFunction.entry,
    ]
      + ModelAPI.functions + GradientFunctions.functions,
    constants: [
      .init("version", "string", "the program's version") { _ in version },
      .init("seed", "integer", "the seed of this run (--seed)") {
        Int(bitPattern: UInt($0.context.options.seed))
      },
      .init("rank", "integer", "the number of this process, as mpirun names it: from 0, and 0 for one alone")
      {
        $0.context.communicator.rank
      },
      .init("ranks", "integer", "how many processes run the script together") {
        $0.context.communicator.size
      },
    ])

  private static let declarations = ArgumentKey<LuaTable>(
    "declarations", "name = {default=, min=, max=, choices=, help=, type=}, or name = default")

  private static let params = FunctionEntry(
    "params", "Declares the script's parameters and returns their values.", [declarations],
    returns: "table: the values by name",
    example: "local p = gfnet.params{limit = {default = 100, min = 1, help = \"images to use\"}}",
    discussion: """
      The type is that of the default: 1 is an integer, 1.0 a number. type = "…" names another: boolean, integer, \
      number, string, "list of …s" of these, or "number or list of numbers". Of a list, choices are those of each \
      element. The command line sets a parameter with name=value, and `gfnet-lab run \
      SCRIPT.lua --help` lists them. An unknown name is an error, on the command line and in the table.
      """
  ) { call in
    if let plugin = try call.state.callingPlugin() {
      throw LuaError(
        "gfnet.params: the parameters of a run are its script's; the plugin '\(plugin.name)' declares those of its "
          + "rules as params of define")
    }
    call.context.tracker?.block("it declares the parameters")
    let settings = try Setting.read(call[declarations], owner: "gfnet.params")
    let values = try call.context.parameters.declare(settings, injected: call.context.injected.values)
    try ParameterTable(values: values).push(onto: call.stack)
    let table = LuaTable(popping: call.stack)
    call.context.injected.note(settings, table)
    return table
  }

  private static let clock = FunctionEntry(
    "clock", "Seconds on a clock that only moves forward, for measuring.", returns: "number: seconds",
    example: "local start = gfnet.clock()", touches: [.clock]
  ) { _ in
    MonotonicClock.milliseconds / 1000
  }
}
