import Foundation
import GlanceFocus
import Inference
import Reports
import Support

/// What the host knows beside Lua, and what scripts reach through `gfnet`.
public final class HostContext {
  /// The options of a run.
  public struct Options: Sendable {
    /// The seed of everything random.
    public var seed: UInt64 = 1
    /// The number of threads; nil: as many as the machine has cores.
    public var threads: Int?
    /// The precision of inference; training is float32.
    public var precision = Precision.float32
    /// Whether traces that were kept by earlier runs are used.
    public var usesCache = true

    public init() {}
  }

  /// The options of the run.
  public var options: Options
  /// Parameters of the script.
  public var parameters = ParameterSession()
  /// What plugins and scripts defined.
  public let definitions = DefinitionRegistry()
  /// The plugins that were loaded.
  public internal(set) var loadedPlugins: [PluginLoader.Loaded] = []
  /// The files of the models that were loaded, in order.
  var loadedModels: [RunFacts.Source] = []
  /// The folder of the running script; nil when there is none.
  public var scriptFolder: FilePath?
  /// Where traces are kept between runs; nil keeps none.
  public var traceCache = TraceCache.standard()
  /// What the run shows and reports.
  public let outputs = RunOutputs()
  /// The names of what the run keeps.
  var names = OutputNames()
  /// Keeps the run's files; nil when nothing is written, as in tests.
  public var recorder: RunRecorder?
  /// What `gfnet.random` and the random tensors draw from: a sequence of the script's, and one of each plugin.
  public var random: RandomGenerator { plugin?.random ?? scriptRandom }
  private lazy var scriptRandom = RandomGenerator(seed: options.seed, name: "script")
  /// Plugins whose code is running, the outermost first.
  var plugins: [PluginIdentity] = []
  private var lists: ThresholdLists?

  public init(options: Options = Options()) { self.options = options }

  /// Where a file to read is: in the current folder, or beside the script when it is there alone. A plugin's code finds
  /// the plugin's own files first, wherever it is installed and whoever runs it.
  public func found(_ path: FilePath) -> FilePath {
    guard path.isRelative else { return path }
    if let own = plugin?.folder?.pushing(path), own.exists { return own }
    guard !path.exists, let beside = scriptFolder?.pushing(path), beside.exists else {
      return path
    }
    return beside
  }

  /// What is known of the lists of thresholds that scripts hold.
  func thresholdLists(in state: LuaState) throws -> ThresholdLists {
    if let lists { return lists }
    let made = try ThresholdLists(in: state)
    lists = made
    return made
  }
}
