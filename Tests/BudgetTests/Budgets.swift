import Foundation
import Support
import TestSupport
import Testing

/// Something that is done over and over, and so has a budget.
struct BudgetCase: Sendable {
  let name: String
  let measure: @Sendable () throws -> MemoryUse

  init(_ name: String, measure: @escaping @Sendable () throws -> MemoryUse) {
    self.name = name
    self.measure = measure
  }
}

/// Cases whose budgets are in one file of `Tests/Budgets`: a JSON object of names and ``MemoryUse``.
struct BudgetFile: Sendable, CustomTestStringConvertible {
  let name: String
  let cases: [BudgetCase]

  static let all = [operations, plans, adaptiveLoop, training, scripts]

  var testDescription: String { name }
  private var shown: String { "Tests/Budgets/\(name).json" }
  private var path: FilePath { SourceTree.root / "Tests/Budgets" / "\(name).json" }

  /// How budgets are written down anew.
  private static let variable = "GFNET_LAB_WRITE_BUDGETS"
  private static var isWriting: Bool { ProcessInfo.processInfo.environment[variable] == "1" }
  private static let advice =
    "\(variable)=1 make test ARGS=\"--filter BudgetTests\" writes down what is taken now: look at the "
    + "difference, and commit it where it is meant"

  /// What each case takes of the memory of a thread that computes alone.
  private func measure() throws -> [String: MemoryUse] {
    try withThreads(1) {
      try Dictionary(uniqueKeysWithValues: cases.map { ($0.name, try $0.measure()) })
    }
  }

  /// Compares what is taken with the file, or writes the file.
  func check() throws {
    let found = try measure()
    if Self.isWriting { return try write(found) }
    guard path.exists else { throw CheckFailure("there is no \(shown): \(Self.advice)") }
    let budgets = try JSONDecoder().decode([String: MemoryUse].self, from: Data(contentsOf: path.url))
    for (name, use) in found.sorted(by: { $0.key < $1.key }) {
      guard let budget = budgets[name] else {
        Issue.record("\(shown) has no budget for '\(name)': \(Self.advice)")
        continue
      }
      #expect(
        use.allocations <= budget.allocations && use.buffers <= budget.buffers,
        """
        \(name): \(use.allocations) allocations and \(use.buffers) buffers, and the budget in \(shown) is \
        \(budget.allocations) and \(budget.buffers); \(Self.advice)
        """)
    }
    let stale = budgets.keys.filter { found[$0] == nil }.sorted()
    #expect(stale == [], "\(shown) has budgets for what is not measured; \(Self.advice)")
  }

  /// Dictionaries place their entries by numbers that each process draws anew, so counts waver a little: a budget has 1 %
  /// more than was found, and one.
  private func write(_ found: [String: MemoryUse]) throws {
    let found = found.mapValues { use in
      use.allocations == 0
        ? use : MemoryUse(allocations: use.allocations + use.allocations / 100 + 1, buffers: use.buffers)
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.createFolder(path.folder)
    try AtomicFile.write(encoder.encode(found) + Data("\n".utf8), to: path)
  }
}
