import Reports
import Support

/// What a run shows and reports: what its cells show, remarks, and results.
public final class RunOutputs {
  /// Receives what a cell shows, in order.
  var emit: (Notebook.Output) -> Void = { _ in }
  /// Takes back what the running cell has shown, at once or with the next output that comes.
  var clear: (_ waits: Bool) -> Void = { _ in }
  /// Whether values such as tensors are also shown as small pictures; what shows outputs must be able to.
  public var hasPreviews = false
  /// Shows a remark to whoever sits at the terminal.
  public var showRemark: (String) -> Void = { Console.note("gfnet-lab: " + $0.printable(upTo: .max)) }
  /// Receives remarks for the report, from the moment that there is one.
  var keepRemark: ((String) -> Void)?
  /// Remarks that came up before there was a report, such as on plugins.
  private(set) var earlyRemarks: [String] = []
  /// The keys of the remarks that were made and are made only once.
  private var told: Set<String> = []
  /// What the script reported as its results, in the order in which their names came up.
  package private(set) var results: [JSONValue.Member] = []
  /// Where in ``results`` a name is.
  private var resultPlaces: [String: Int] = [:]

  /// The bytes of the names and the text in ``results``.
  private var bytesOfResults = 0

  /// The most results of a run: `summary.json` is read as a whole.
  static let mostResults = 100_000
  /// The most bytes of their names and their text.
  static let mostBytesOfResults = 8_000_000

  init() {}

  /// Records a result of the run; a name that was there gets the new value.
  ///
  /// - Throws: ``LuaError`` where that would be more than a run keeps.
  func record(result name: String, _ value: JSONValue) throws {
    let place = resultPlaces[name]
    let old = place.map { name.utf8.count + (results[$0].value.asString?.utf8.count ?? 0) } ?? 0
    let bytes = bytesOfResults - old + name.utf8.count + (value.asString?.utf8.count ?? 0)
    guard bytes <= Self.mostBytesOfResults else {
      throw LuaError(
        "gfnet.report.results: '\(name.printable(upTo: 60))' makes more than the \(MemoryText.size(Self.mostBytesOfResults)) of results that a run keeps (files take more)"
      )
    }
    if let place {
      results[place].value = value
    } else {
      guard results.count < Self.mostResults else {
        throw LuaError(
          "gfnet.report.results: '\(name.printable(upTo: 60))' is one more than the \(Self.mostResults) results that a run keeps (gfnet.report.table takes more)"
        )
      }
      resultPlaces[name] = results.count
      results.append(.init(name, value))
    }
    bytesOfResults = bytes
  }

  /// Says something that is no result, such as that a kept trace cannot be read: on standard error, and in
  /// the report at the place where it came up.
  func note(_ remark: String) {
    showRemark(remark)
    if let keepRemark { keepRemark(remark) } else { earlyRemarks.append(remark) }
  }

  /// Makes a remark, unless the run has made it under the same `key` before.
  func noteOnce(_ remark: String, key: String) {
    if told.insert(key).inserted { note(remark) }
  }
}

/// What functions that scripts call say by way of the context.
extension HostContext {
  /// Shows a remark to whoever sits at the terminal.
  public var showRemark: (String) -> Void {
    get { outputs.showRemark }
    set { outputs.showRemark = newValue }
  }

  /// Shows something as an output of the running cell.
  ///
  /// A loop that shows much runs few instructions of Lua, so the limits are looked at here.
  ///
  /// - Throws: `Interrupted`; `MemoryRefused` where there is no room for the output.
  func emit(_ output: Notebook.Output) throws {
    try Cancellation.check()
    try MemoryBudget.shared.require(output.keptBytes)
    outputs.emit(output)
  }

  /// Records a result of the run; a name that was there gets the new value.
  ///
  /// - Throws: ``LuaError`` where that would be more than a run keeps.
  func record(result name: String, _ value: JSONValue) throws {
    try outputs.record(result: name, value)
    tracker?.record(result: name, value)
  }

  /// Says something that is no result on standard error, and in the report at the place where it came up.
  public func note(_ remark: String) { outputs.note(remark) }

  /// Makes a remark, unless the run has made it under the same `key` before.
  func noteOnce(_ remark: String, key: String) {
    tracker?.block("it makes a remark that is made once a run")
    outputs.noteOnce(remark, key: key)
  }
}
