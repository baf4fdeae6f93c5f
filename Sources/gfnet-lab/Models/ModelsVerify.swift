import ArgumentParser
import Foundation
import GlanceFocus
import Reports
import Support

/// `gfnet-lab models verify DIR`.
struct ModelsVerify: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Compare our numerics with recordings of the authors' code.",
    discussion: """
      Each case NAME.json of the folder names a network whose weights and images follow from a formula. It is evaluated \
      step by step, and trained for one step where NAME.training.json is there; the largest error of each quantity is \
      printed beside its tolerance. Where rounding alone moves a gradient further, which is measured, three times that is \
      granted and printed beside the stated tolerance. Exit status 1 if an error is beyond what is granted.

      Example:
        gfnet-lab models verify Tests/Fixtures/reference
      """)

  @Argument(help: "A folder of recorded cases.", completion: .directory)
  var folder: FilePath

  @Option(
    name: .customLong("case"), help: ArgumentHelp("Only this case; may be repeated.", valueName: "name"))
  var only: [String] = []

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let all = try RecordedCases.all(in: folder)
    for name in only where !all.contains(where: { $0.name == name }) {
      throw ModelError("\(folder) has no case '\(name)'" + NearestName.hint(name, in: all.map(\.name)))
    }
    var failures = 0
    var cases: [JSONValue] = []
    for found in all where only.isEmpty || only.contains(found.name) {
      try Cancellation.check()
      var results: [ReferenceResult] = []
      var problem: String?
      do {
        results = try found.checkEvaluation()
        if found.hasTraining { results += try found.checkTraining() }
      } catch let error as any LineError where !(error is Interrupted) {
        // One broken case does not hide the others.
        problem = error.commandLineText
      }
      let passes = problem == nil && results.allSatisfy(\.passes)
      if !passes { failures += 1 }
      if json {
        cases.append(Self.json(found.name, results, problem, passes))
      } else {
        Self.print(found.name, results, problem, passes)
      }
    }
    if json { ModelsOutput.print(["cases": .array(cases), "failures": .integer(failures)]) }
    guard failures == 0 else {
      Terminal.complain("\(failures) case\(failures == 1 ? " is" : "s are") out of tolerance")
      throw ExitCode(1)
    }
  }

  private static func print(_ name: String, _ results: [ReferenceResult], _ problem: String?, _ passes: Bool)
  {
    Terminal.write("\(name): \(passes ? "ok" : "FAILED")\n")
    if let problem { Terminal.write("  \(problem)\n") }
    let width = results.map(\.quantity.count).max() ?? 0
    func line(_ mark: String, _ quantity: String, _ cells: [String], _ remark: String = "") {
      let padded = ([quantity.padded(to: width)] + cells.map { $0.padded(to: 9) }).joined(separator: "  ")
      var text = "  \(mark.padded(to: 6))  \(padded)  \(remark)"
      while text.last == " " { text.removeLast() }
      Terminal.write(text + "\n")
    }
    if !results.isEmpty { line("", "", ["error", "tolerance", "granted"]) }
    for result in results {
      let counts = result.tolerance == 0
      func text(_ value: Double, _ format: String) -> String {
        !value.isFinite ? "∞" : counts ? String(Int(value)) : String(format: format, value)
      }
      line(
        result.passes ? "ok" : "BEYOND", result.quantity,
        [text(result.error, "%.2e"), text(result.tolerance, "%.0e"), text(result.granted, "%.2e")],
        remark(result))
    }
  }

  /// How many arrays rounding alone moves beyond the stated tolerance.
  private static func remark(_ result: ReferenceResult) -> String {
    guard let arrays = result.arrays, arrays.beyond > 0 else { return "" }
    return "\(arrays.beyond) of \(arrays.count) beyond the tolerance; this is \(arrays.largest)"
  }

  private static func json(
    _ name: String, _ results: [ReferenceResult], _ problem: String?, _ passes: Bool
  ) -> JSONValue {
    [
      "name": .string(name), "passes": .bool(passes), "problem": problem.map { .string($0) } ?? .null,
      "quantities": .array(
        results.map { result in
          [
            "name": .string(result.quantity), "error": ModelsOutput.json(result.error),
            "tolerance": .number(result.tolerance), "granted": .number(result.granted),
            "arrays_beyond_tolerance": result.arrays.map { .integer($0.beyond) } ?? .null,
            "passes": .bool(result.passes),
          ]
        }),
    ]
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(width - count, 0))
  }
}
