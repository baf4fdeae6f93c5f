import ArgumentParser
import Compute
import GlanceFocus
import Inference
import LuaHost
import Support

/// The options that say how Lua is run, wherever a command runs some.
struct HostOptions: ParsableArguments {
  @Option(
    name: .customLong("seed"), parsing: .unconditional,
    help: ArgumentHelp("Seed of everything random.", valueName: "n"))
  var seedText = "1"

  @Option(
    name: .customLong("threads"), parsing: .unconditional,
    help: ArgumentHelp("Threads to compute with (default: one per core).", valueName: "n"))
  var threadsText: String?

  @Option(
    name: .customLong("shards"), parsing: .unconditional,
    help: ArgumentHelp(
      "Parts of each training batch, or 'ranks' for one a process (default: 8 under mpirun, none without).",
      valueName: "n"))
  var shardsText: String?

  @Option(help: "Precision of inference: f32 or bf16.")
  var precision: Precision = .float32

  @Option(
    help: ArgumentHelp(
      "Most memory to hold, such as 8G or 512M (default: what the machine has left, less a reserve).",
      valueName: "size"))
  var memory: MemorySize?

  @OptionGroup var limits: LimitOptions

  @OptionGroup var files: FileOptions

  @Flag(name: .customLong("no-cache"), help: "Compute everything anew, also what an earlier run kept.")
  var ignoresCache = false

  @Flag(name: .customLong("allow-plugins"), help: "Let plugins have what they ask for, in this run.")
  var allowsPlugins = false

  func validate() throws {
    _ = try OptionValues.seed(seedText)
    _ = try threadsText.map(OptionValues.threads)
    _ = try shardsText.map(OptionValues.shards)
  }

  /// What the host knows of a run that begins now. The memory and the threads are set for the whole program.
  func context() throws -> HostContext {
    try MemorySize.apply(memory)
    let context = HostContext()
    let threads = try threadsText.map(OptionValues.threads)
    context.options.seed = try OptionValues.seed(seedText)
    context.options.threads = threads
    if let remark = OptionValues.remark(onThreads: threads) { context.note(remark) }
    if let threads = threads ?? Ranks.threads.map({ min($0, ThreadTeam.size) }) {
      ThreadTeam.setSize(threads)
    }
    context.options.shards = try shardsText.map(OptionValues.shards)
    context.options.precision = precision
    context.options.usesCache = !ignoresCache
    limits.apply(to: &context.options)
    try files.apply(to: &context.options)
    return context
  }

  /// The plugins that a script of that folder sees; nil: those that are found without one.
  func plugins(scriptFolder: FilePath?) -> PluginLoader {
    .standard(scriptFolder: scriptFolder, allowingAll: allowsPlugins)
  }
}
