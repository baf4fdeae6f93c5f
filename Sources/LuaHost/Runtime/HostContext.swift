import Communication
import Figures
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
    /// How the batches of trainings are divided, where a script does not say; nil: not at all.
    public var shards: BatchShards?
    /// Whether traces that were kept by earlier runs are used.
    public var usesCache = true
    /// The most that each cell may take, beside what cells before it hold.
    public var cellLimits = UsageLimits()
    /// The most that the code of each plugin may take: the seconds are those of one call, the memory is that over all.
    public var pluginLimits = UsageLimits()
    /// The formats that each figure is kept in; reports show the first.
    public var pictureFormats = PictureFormat.kept
    /// When the run must be over; nil: whenever it is.
    public var deadline: Deadline?
    /// Folders and files that scripts may use beside those of the run.
    public var allowed: [FilePath] = []
    /// Where `require` looks for modules behind the script's folder.
    public var luaPath: [FilePath] = []

    public init() {}
  }

  /// The options of the run.
  public var options: Options { didSet { knownAccess = nil } }
  /// The processes that run the script together.
  public var communicator: any Communicator = SingleProcess()
  /// True while a call's work is divided over the processes.
  private var isDividing = false
  /// Parameters of the script.
  public var parameters = ParameterSession() { didSet { knownAccess = nil } }
  /// Parameters that the script's own code sets.
  var injected = InjectedParameters()
  /// What plugins and scripts defined.
  public let definitions = DefinitionRegistry()
  /// The plugins that were loaded.
  public internal(set) var loadedPlugins: [PluginLoader.Loaded] = []
  /// The files of the models that were loaded, in order.
  var loadedModels: [RunFacts.Source] = []
  /// The data sets that were opened, in order, each once.
  var openedData: [RunFacts.Data] = []
  /// The folder of the running script; nil when there is none.
  public var scriptFolder: FilePath? { didSet { knownAccess = nil } }
  /// Where traces are kept between runs; nil keeps none.
  public var traceCache = TraceCache.standard()
  /// What the run shows and reports.
  public let outputs = RunOutputs()
  /// The names of what the run keeps.
  var names = OutputNames()
  /// Keeps the run's files; nil when nothing is written, as in tests.
  public var recorder: RunRecorder? { didSet { knownAccess = nil } }
  /// Where a session keeps what a run would keep in its folder, such as checkpoints; nil: nowhere.
  public var sessionFolder: FilePath?
  /// What the script may read and write, from when it was first asked for.
  var knownAccess: FileAccess?
  /// What `gfnet.random` and the random tensors draw from: a sequence of the script's, and one of each plugin.
  public var random: RandomGenerator { plugin?.random ?? scriptRandom }
  private lazy var scriptRandom = RandomGenerator(seed: options.seed, name: "script")
  /// Plugins whose code is running, the outermost first.
  var plugins: [PluginIdentity] = []
  /// What the running cell does beside computing; nil where nobody asks.
  var tracker: CellTracker?
  /// Where cells are kept between runs; nil keeps none.
  public var cellStore: CellStore?
  /// Takes a line on each cell: whether it was found again, and why not; nil: nobody asks.
  public var explainCells: ((String) -> Void)?
  /// What takes less time is not worth keeping.
  public var leastSecondsToKeep = 0.2
  /// Whether cells are kept for later runs, so that what they reach must be comparable.
  var keepsCells: Bool { cellStore != nil }
  /// Where the lists lie that objects give out again and again.
  var hostLists: Set<UnsafeRawPointer> = []
  /// The files that the run has read, for whoever wants to know when they change.
  public let inputs = RunInputs()
  private(set) var lists: ThresholdLists?
  /// What each plugin has used of what it may touch.
  var claims: [String: Set<Capability>] = [:]

  public init(options: Options = Options()) { self.options = options }

  /// Runs `body`, whose work may be divided over the processes. What rules, samplers and the like call meanwhile, each process
  /// does by itself, as they are not asked alike everywhere.
  func dividing<Result>(_ body: (any Communicator) throws -> Result) rethrows -> Result {
    guard !isDividing else { return try body(SingleProcess()) }
    isDividing = true
    defer { isDividing = false }
    return try body(communicator)
  }

  /// What is known of the lists of thresholds that scripts hold.
  func thresholdLists(in state: LuaState) throws -> ThresholdLists {
    if let lists { return lists }
    let made = try ThresholdLists(in: state)
    lists = made
    return made
  }
}
