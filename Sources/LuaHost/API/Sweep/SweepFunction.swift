import Foundation
import Reports
import Support
import Sweeps

/// `gfnet.sweep`: what a sweep has found, for scripts.
enum SweepFunction {
  private static let folder = ArgumentKey<FilePath>.inputPath(
    "folder", "the sweep's folder, such as \"sweeps/train\"")
  private static let over = ArgumentKey<[String]?>(
    "over", "parameters whose runs are repetitions of one experiment; default: {\"seed\"}")

  static let entry = FunctionEntry(
    "sweep", "The runs of a sweep with their parameters, how far they are, and their results.",
    [folder, .options([over])],
    returns: "table: script, counts, runs, groups",
    example: """
      local ok, sweep = pcall(gfnet.sweep, "sweeps/train")
      if ok then
        for _, group in ipairs(sweep.groups) do
          print(group.parameters.rate, gfnet.stats.mean(group.results.accuracy))
        end
      end
      """,
    discussion: """
      counts has the number of runs that are done, running, failed and waiting, and all. A run in runs is a table: name, folder, \
      parameters by name, status ("done", "running", "failed", "waiting"), starts (how often it was started), seconds, error \
      (what went wrong in one line; nil for nothing), results (what the script gave to gfnet.report.results, of runs that are \
      done; else empty), tables (paths of its tables by name, for gfnet.read.csv) and metrics (the path of the numbers of its \
      trainings, for gfnet.read.json_lines; nil where there is none). What was run with another script or version is waiting. \
      A group in groups has the runs that differ in nothing but the parameters of over: parameters (those that they \
      share), runs, and results, a list of numbers for each result of those that are done, as gfnet.stats.mean takes.
      """, touches: [.readFiles]
  ) { call in
    let sweep = SweepFolder(try call[folder])
    call.context.tracker?.block("it reads a sweep, whose runs go on")
    do {
      let plan = try sweep.requiredPlan()
      // Who only reads asks no clock that takes a file to read.
      let claims = RunClaims(folder: sweep, now: { Date().timeIntervalSince1970 })
      let records = try sweep.records(of: plan, claims: claims)
      let names = try call[over] ?? ["seed"]
      let known = Set(plan.allRuns.flatMap { $0.parameters.map(\.name) })
      for name in names where !known.contains(name) && name != "seed" {
        throw LuaError(
          "gfnet.sweep: over: no run has a parameter '\(name.printable(upTo: 80))'"
            + NearestName.hint(name, in: known.sorted()))
      }
      return try fields(plan, records, over: Set(names))
    } catch let error as SweepError {
      throw LuaError("gfnet.sweep: \(error)")
    }
  }

  private static func fields(_ plan: SweepPlan, _ records: [RunRecord], over: Set<String>) throws -> LuaFields
  {
    var counts: [(String, any LuaPushable)] = RunHistory.Status.allCases.map { status in
      (status.rawValue, records.count { $0.status == status })
    }
    counts.append(("all", records.count))
    return LuaFields([
      ("script", plan.script), ("counts", LuaFields(counts)),
      ("runs", records.map(fields)), ("groups", RunGroup.groups(records, over: over).map(fields)),
    ])
  }

  private static func fields(_ record: RunRecord) -> LuaFields {
    LuaFields([
      ("name", record.run.name), ("folder", record.folder), ("parameters", parameters(record.run.parameters)),
      ("status", record.status.rawValue), ("starts", record.attempts), ("seconds", record.seconds),
      ("error", record.note.isEmpty ? nil : record.note),
      ("results", LuaFields(record.results.map { ($0.name, JSONPushable(value: $0.value)) })),
      ("tables", LuaFields(record.tables.map { ($0.name, $0.path) })), ("metrics", record.metricsPath),
    ])
  }

  private static func fields(_ group: RunGroup) -> LuaFields {
    let results = RunGroup.resultNames(group.records).map { ($0, group.values($0) as any LuaPushable) }
    return LuaFields([
      ("parameters", parameters(group.parameters)), ("runs", group.records.map(fields)),
      ("results", LuaFields(results)),
    ])
  }

  private static func parameters(_ parameters: [PlannedRun.Parameter]) -> LuaFields {
    LuaFields(parameters.map { ($0.name, JSONPushable(value: $0.value)) })
  }
}

/// A parameter or a result as Lua has it.
private struct JSONPushable: LuaPushable {
  let value: JSONValue

  func push(onto stack: LuaStack) throws {
    switch value {
    case .null: stack.push(Double.nan)
    case .bool(let value): stack.push(value)
    case .integer(let value): stack.push(value)
    case .number(let value): stack.push(value)
    case .string(let value): stack.push(value)
    case .array(let elements): try elements.map(JSONPushable.init).push(onto: stack)
    case .object(let members):
      try LuaFields(members.map { ($0.name, JSONPushable(value: $0.value)) }).push(onto: stack)
    }
  }
}
