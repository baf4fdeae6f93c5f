import Support

/// Something outside the program's own memory that a function can reach.
///
/// Whatever scripts can call says in its registration what it touches. A function that says nothing computes: it
/// gives the same for the same arguments and leaves nothing behind. Scripts may touch everything, a plugin what its
/// manifest asks for.
public enum Capability: String, Sendable, CaseIterable, Comparable {
  case readFiles = "files.read"
  case writeFiles = "files.write"
  case network
  case clock
  case report

  /// What a plugin that has it may do.
  public var summary: String {
    switch self {
    case .readFiles: "read files: data sets, models, pictures, tensors, text"
    case .writeFiles: "write files anywhere that the user may"
    case .network: "fetch files from the network"
    case .clock: "read the clock, so that results may differ from run to run"
    case .report: "write into the run's report: text, tables, figures, results"
    }
  }

  public static func < (a: Capability, b: Capability) -> Bool {
    (allCases.firstIndex(of: a) ?? 0) < (allCases.firstIndex(of: b) ?? 0)
  }
}

/// A plugin as the host knows it while the plugin's code runs.
package final class PluginIdentity {
  package let name: String
  package let capabilities: Set<Capability>
  /// Where its files lie; the paths that its code reads begin there.
  package let folder: FilePath?
  /// What `gfnet.random` draws from in the plugin: a sequence of its own, so that no plugin shifts another's numbers
  /// or the script's.
  let random: RandomGenerator
  /// The most that its code may take: seconds in each call, memory over all of them.
  package let limits: UsageLimits
  /// What it holds from one call to the next.
  fileprivate let ledger = MemoryLedger()

  package init(
    name: String, capabilities: Set<Capability>, folder: FilePath? = nil, seed: UInt64,
    limits: UsageLimits = UsageLimits()
  ) {
    self.name = name
    self.capabilities = capabilities
    self.folder = folder
    self.limits = limits
    random = RandomGenerator(seed: seed, name: "plugin." + name)
  }
}

extension LuaState {
  /// Runs `body` as the code of a plugin: with its rights and within its limits, those of its manifest and those that
  /// the run sets for all plugins.
  func running<Result>(_ plugin: PluginIdentity, _ body: () throws -> Result) throws -> Result {
    let limits = plugin.limits.combined(with: context.options.pluginLimits)
    return try context.running(plugin) {
      limits.areNone ? try body() : try within(plugin.work(limits), body)
    }
  }
}

extension PluginIdentity {
  fileprivate func work(_ limits: UsageLimits) -> LimitedWork {
    LimitedWork(
      of: "the plugin '\(name)'", limits,
      origin: (
        memory: "limits.memory of its plugin.lua and --plugin-memory",
        time: "limits of its plugin.lua, --plugin-time"
      ),
      ledger: ledger)
  }
}

extension HostContext {
  /// The plugin whose code runs; nil when it is the script's.
  package var plugin: PluginIdentity? { plugins.last }

  /// Runs `body` as the code of a plugin.
  ///
  /// Rights never grow on the way: while one plugin's code calls another's, both must have a capability.
  func running<Result>(_ plugin: PluginIdentity, _ body: () throws -> Result) rethrows -> Result {
    plugins.append(plugin)
    tracker?.runs(plugin)
    defer { plugins.removeLast() }
    return try body()
  }

  /// Runs `body` without the plugins whose code has led there; see ``LuaState/asHost(_:)``.
  func asHost<Result>(_ body: () throws -> Result) rethrows -> Result {
    let before = plugins
    plugins = []
    defer { plugins = before }
    return try body()
  }

  /// Whether the code that runs may touch all of these.
  func allows(_ capabilities: Capability...) -> Bool {
    plugins.allSatisfy { $0.capabilities.isSuperset(of: capabilities) }
  }

  /// Throws when the code that runs is a plugin's without the capability; `function` is what it called.
  package func claim(_ capability: Capability, for function: String) throws {
    tracker?.uses(capability, function)
    if let plugin { tracker?.block("the plugin '\(plugin.name)' has a hand in \(capability.rawValue)") }
    guard let plugin = plugins.first(where: { !$0.capabilities.contains(capability) }) else {
      for plugin in plugins { claims[plugin.name, default: []].insert(capability) }
      return
    }
    throw LuaError(
      "\(function): the plugin '\(plugin.name)' has not the capability \"\(capability.rawValue)\" that this needs; "
        + "its plugin.lua may ask for it: capabilities = {\"\(capability.rawValue)\"}")
  }
}
