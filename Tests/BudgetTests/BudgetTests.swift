import Glibc
import Testing

/// What a step takes of memory once everything is warm. Unlike times, these counts are the same on a busy machine,
/// and an array or a closure too many in an inner loop shows at once.
@Suite(.enabled(if: MemoryUse.obstacle == nil, "\(MemoryUse.obstacle ?? "")"))
struct BudgetTests {
  @Test(arguments: BudgetFile.all) func nothingTakesMoreThanItsBudget(_ file: BudgetFile) throws {
    try file.check()
  }

  @Test func everyCaseHasANameOfItsOwn() {
    for file in BudgetFile.all {
      let names = file.cases.map { $0.name }
      #expect(Set(names).count == names.count)
    }
    let files = BudgetFile.all.map { $0.name }
    #expect(Set(files).count == files.count)
  }

  /// Whoever asks for memory, Swift's runtime or a library in C: it is counted.
  @Test func whatIsTakenIsCounted() {
    var kept: [[UInt8]] = []
    kept.reserveCapacity(8)
    var counter = MemoryCounter()
    defer { counter.stop() }
    // A copy that the C library makes, and no compiler leaves out.
    let text = realpath("/", nil)
    let ofLibrary = counter.lap().allocations
    for size in [100, 2_000, 30_000] { kept.append([UInt8](repeating: 1, count: size)) }
    let ofArrays = counter.lap().allocations
    let sum = kept.reduce(0) { $0 + $1.count }
    let ofNothing = counter.lap().allocations
    #expect(text != nil && sum == 32_100)
    #expect((1...4).contains(ofLibrary) && ofNothing == 0)
    #expect((3...5).contains(ofArrays))
    free(text)
  }
}
