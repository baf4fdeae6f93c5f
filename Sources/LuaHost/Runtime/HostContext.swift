import Foundation
import GlanceFocus
import Inference
import Reports
import Support

/// What the host knows beside Lua, and what scripts reach through `gfnet`.
public final class HostContext {
  /// The options of a run.
  public struct Options: Sendable {
    public var seed: UInt64 = 1
    /// nil: as many as the machine has cores.
    public var threads: Int?
    /// Of inference; training is float32.
    public var precision = Precision.float32
    public var usesCache = true

    public init() {}
  }

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
  /// Shows a remark to whoever sits at the terminal.
  public var showRemark: (String) -> Void = { Console.note("gfnet-lab: " + $0.printable(upTo: .max)) }
  /// Receives remarks for the report, from the moment that there is one.
  var keepRemark: ((String) -> Void)?
  /// Remarks that came up before there was a report, such as on plugins.
  private(set) var earlyRemarks: [String] = []
  /// Where traces are kept between runs; nil keeps none.
  public var traceCache = TraceCache.standard()
  /// Receives what a cell shows, in order.
  public var emit: (Notebook.Output) -> Void = { _ in }
  /// What the script reported as its results, in the order in which their names came up.
  public private(set) var results: [JSONValue.Member] = []
  /// Where in ``results`` a name is.
  private var resultPlaces: [String: Int] = [:]
  /// Keeps the run's files; nil when nothing is written, as in tests.
  public var recorder: RunRecorder?
  /// What `gfnet.random` and the random tensors draw from: a sequence of the script's, and one of each plugin.
  public var random: RandomGenerator { plugin?.random ?? scriptRandom }
  private lazy var scriptRandom = RandomGenerator(seed: options.seed, name: "script")
  /// Plugins whose code is running, the outermost first.
  var plugins: [PluginIdentity] = []
  private var lists: ThresholdLists?
  /// Remarks made so far of those that are made once.
  private var told: Set<String> = []
  /// Names in use, by kind.
  private var names: [String: Set<String>] = [:]
  /// Names for figures and tables that the script did not name.
  private var unnamed: [String: Int] = [:]
  /// File stems of the figures so far, in lower case.
  private var figureNames: Set<String> = []

  public init(options: Options = Options()) { self.options = options }

  /// Records a result of the run; a name that was there gets the new value.
  func record(result name: String, _ value: JSONValue) {
    if let place = resultPlaces[name] {
      results[place].value = value
    } else {
      resultPlaces[name] = results.count
      results.append(.init(name, value))
    }
  }

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

  /// Says something that is no result, such as that a kept trace cannot be read: on standard error, and in the report
  /// at the place where it came up.
  public func note(_ remark: String) {
    showRemark(remark)
    if let keepRemark { keepRemark(remark) } else { earlyRemarks.append(remark) }
  }

  /// What is known of the lists of thresholds that scripts hold.
  func thresholdLists(in state: LuaState) throws -> ThresholdLists {
    if let lists { return lists }
    let made = try ThresholdLists(in: state)
    lists = made
    return made
  }

  /// Makes a remark, unless the run has made it under the same `key` before.
  public func noteOnce(_ remark: String, key: String) {
    if told.insert(key).inserted { note(remark) }
  }

  /// `stem` itself when it is first asked for among the names of a kind, then `stem-2`, `stem-3`, …
  public func uniqueName(_ stem: String, among kind: String) -> String {
    var name = stem
    var number = 2
    while !names[kind, default: []].insert(name).inserted {
      name = "\(stem)-\(number)"
      number += 1
    }
    return name
  }

  /// `table-1`, `table-2`, …
  public func nextName(_ stem: String) -> String {
    unnamed[stem, default: 0] += 1
    return "\(stem)-\(unnamed[stem, default: 1])"
  }

  /// `stem` itself for the first figure of that name, then `stem-2`, `stem-3`, …
  public func uniqueFigureName(_ stem: String) -> String {
    var name = stem
    var number = 2
    while !figureNames.insert(name.lowercased()).inserted {
      name = "\(stem)-\(number)"
      number += 1
    }
    return name
  }
}
