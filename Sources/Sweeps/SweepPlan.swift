import Reports
import Support

/// What a sweep is to run: `sweep.json` in its folder.
public struct SweepPlan: Sendable {
  /// The script, as it is found from the folder in which the sweep was started.
  public var script: FilePath
  /// The folder in which the sweep was started.
  public var workingFolder: FilePath
  /// A checksum of all that decides what a run computes beside its parameters: script, modules, versions, seed.
  public var fingerprint: String
  /// How often the sweep was started; each time a run has ``retries`` more.
  public var call: Int
  /// How often a run that failed is started again.
  public var retries: Int
  /// Options that every run gets.
  public var options: [String]
  /// The command that started the sweep.
  public var command: [String]
  /// The parameters that have several values.
  public var varied: [String]
  /// Runs that this call is about.
  public var runs: [PlannedRun]
  /// Runs of earlier calls that this one did not name.
  public var others: [PlannedRun]
  /// Numbers of jobs of Slurm that were submitted for this call.
  public var jobs: [String] = []

  public init(
    script: FilePath, workingFolder: FilePath, fingerprint: String, retries: Int, options: [String],
    command: [String], varied: [String], runs: [PlannedRun]
  ) {
    self.script = script
    self.workingFolder = workingFolder
    self.fingerprint = fingerprint
    call = 1
    self.retries = retries
    self.options = options
    self.command = command
    self.varied = varied
    self.runs = runs
    others = []
  }

  /// All runs, those of this call first.
  public var allRuns: [PlannedRun] { runs + others }

  /// The plan behind an earlier one in the same folder: its other runs stay known.
  ///
  /// - Throws: ``SweepError`` where the folder is that of another script.
  public func following(_ earlier: SweepPlan, in folder: FilePath) throws -> SweepPlan {
    guard earlier.script.lastComponent == script.lastComponent else {
      throw SweepError(
        "\(folder) holds a sweep of \(earlier.script); name another folder for that of \(script) with --out")
    }
    var plan = self
    plan.call = earlier.call &+ 1
    let names = Set(runs.map(\.name))
    plan.others = earlier.allRuns.filter { !names.contains($0.name) }
    var varied = earlier.varied
    varied += self.varied.filter { !varied.contains($0) }
    plan.varied = varied
    return plan
  }

  // MARK: The file

  private static let writer = "gfnet-lab sweep"

  var json: JSONValue {
    .object([
      .init("written_by", .string(Self.writer)),
      .init("script", .string(RawArgument.text(script.bytes))),
      .init("working_folder", .string(RawArgument.text(workingFolder.bytes))),
      .init("fingerprint", .string(fingerprint)),
      .init("call", .integer(call)), .init("retries", .integer(retries)),
      .init("options", .array(options.map(JSONValue.string))),
      .init("command", .array(command.map(JSONValue.string))),
      .init("varied", .array(varied.map(JSONValue.string))),
      .init("jobs", .array(jobs.map(JSONValue.string))),
      .init("runs", .array(runs.map(\.json))), .init("others", .array(others.map(\.json))),
    ])
  }

  /// - Throws: ``SweepError`` for a file that no sweep wrote; `file` is what it is called.
  init(_ json: JSONValue, _ file: FilePath) throws {
    func words(_ name: String) -> [String] { (json[name]?.asArray ?? []).compactMap(\.asString) }
    func path(_ name: String) -> FilePath? {
      json[name]?.asString.flatMap { FilePath(bytes: RawArgument.bytes(of: $0)) }
    }
    func runs(_ name: String) -> [PlannedRun]? {
      let entries = json[name]?.asArray ?? []
      let runs = entries.compactMap(PlannedRun.init)
      return runs.count == entries.count ? runs : nil
    }
    guard json["written_by"]?.asString == Self.writer, let script = path("script"),
      let folder = path("working_folder"), let fingerprint = json["fingerprint"]?.asString,
      let call = json["call"]?.asInteger, let retries = json["retries"]?.asInteger, retries >= 0,
      let asked = runs("runs"), let others = runs("others")
    else { throw SweepError("\(file) is no file that a sweep has written") }
    self.init(
      script: script, workingFolder: folder, fingerprint: fingerprint, retries: retries,
      options: words("options"), command: words("command"), varied: words("varied"), runs: asked)
    self.call = call
    self.others = others
    jobs = words("jobs")
  }
}
