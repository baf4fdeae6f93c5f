import ArgumentParser
import LuaHost

/// The root of the command line.
struct GFNetLab: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gfnet-lab",
    abstract: "Experiments with Glance-and-Focus Networks, written in Lua.",
    discussion: """
      A script is a notebook: cells of Lua and text that print, plot and tabulate.
      Running one shows its results here and writes a report.

      Examples:
        gfnet-lab scripts/threshold_sweep.lua
                                    run a script
        gfnet-lab scripts/threshold_sweep.lua limit=500
                                    … with a parameter
        gfnet-lab run scripts/threshold_sweep.lua --help
                                    list the script's parameters
        gfnet-lab sweep scripts/train_clutter.lua rate=0.1,0.3 seed=1..5
                                    run it with each combination, many at a time
        gfnet-lab runs              what was run, with results; compare, tag, remove
        gfnet-lab repl              type Lua and see what it gives
        gfnet-lab help gfnet        what scripts can call, and the manual
        gfnet-lab models            encoders, models, checkpoints of PyTorch
        gfnet-lab plugins           rules, samplers, schedulers, backbones, reports of others
        gfnet-lab bench --batch 32  times of a network on this machine
        gfnet-lab init study        make a project folder, with editor settings
        gfnet-lab doctor            check the installation

      Exit status: 0 done, 1 the script or its input failed, 2 wrong usage,
      130 interrupted (Ctrl-C once for a report of what was done, twice to stop
      at once).
      """,
    version: "gfnet-lab \(Doctor.version)",
    subcommands: [
      RunCommand.self, SweepCommand.self, RunsCommand.self, ReplCommand.self, ModelsCommand.self,
      PluginsCommand.self, BenchCommand.self, HelpCommand.self, InitCommand.self, DoctorCommand.self,
      ConvertCommand.self, JupyterCommand.self, CacheCommand.self,
    ],
    defaultSubcommand: RunCommand.self)

  /// The names of all commands.
  static var commandNames: [String] {
    configuration.subcommands.compactMap { command in command.configuration.commandName }
  }
}
