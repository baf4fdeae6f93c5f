import Foundation
import Support
import Synchronization
import TestSupport
import Testing

@Suite struct MemoryBudgetTests {
  /// Lets go of what it counts when it is asked.
  private final class Keeper: MemoryKeeper {
    let budget: MemoryBudget
    var kept = 0
    private var registration: MemoryRegistration?
    init(_ budget: MemoryBudget) {
      self.budget = budget
      registration = MemoryRegistration(of: self)
    }
    func giveUpMemory() {
      budget.giveBack(kept)
      kept = 0
    }
  }

  private let gigabyte = 1_000_000_000

  @Test func whatIsInUseCountsTogether() throws {
    let budget = MemoryBudget(limit: 14 * gigabyte, measure: { 0 })
    for _ in 0..<13 { try budget.take(gigabyte) }
    let error = #expect(throws: MemoryRefused.self) { try budget.take(2 * gigabyte) }
    #expect(
      error?.description.hasPrefix("needs 2.0 GB; 13.0 GB of the 14.0 GB this run may hold are in use")
        == true)
    #expect(error?.description.contains("$GFNET_LAB_MEMORY") == true)
    // Refusing took nothing; what is given back can be had again.
    try budget.take(gigabyte)
    #expect(throws: MemoryRefused.self) { try budget.require(gigabyte) }
    budget.giveBack(gigabyte)
    try budget.require(gigabyte)
  }

  @Test func whatNobodyCountsIsSeen() throws {
    let resident = Atomic<Int>(0)
    try withExtendedLifetime(resident) {
      let seen = Seen()
      let budget = MemoryBudget(limit: 4 * gigabyte, measure: { seen.value.load(ordering: .relaxed) })
      try budget.require(gigabyte)
      seen.value.store(3_500_000_000, ordering: .relaxed)
      #expect(throws: MemoryRefused.self) { try budget.require(gigabyte) }
      #expect(budget.inUse == 3_500_000_000)
    }
  }

  private final class Seen: Sendable { let value = Atomic<Int>(0) }

  @Test func beforeARefusalReservesAreGivenUp() throws {
    let budget = MemoryBudget(limit: gigabyte, measure: { 0 })
    let keeper = Keeper(budget)
    try budget.take(800_000_000)
    keeper.kept = 800_000_000
    try budget.take(900_000_000)
    #expect(keeper.kept == 0)
    // Now it has nothing to give up.
    #expect(throws: MemoryRefused.self) { try budget.take(200_000_000) }
    withExtendedLifetime(keeper) {}
  }

  @Test func manySmallPiecesAreSeenToo() throws {
    let seen = Seen()
    let budget = MemoryBudget(limit: gigabyte, measure: { seen.value.load(ordering: .relaxed) })
    #expect(throws: MemoryRefused.self) {
      for _ in 0..<1_000_000 {
        try budget.require(10_000)
        seen.value.wrappingAdd(10_000, ordering: .relaxed)
      }
    }
    #expect(budget.inUse <= gigabyte + 20_000_000)
  }

  @Test(arguments: [
    ("8G", 8_000_000_000), ("1.5 GB", 1_500_000_000), ("512MiB", 512 << 20), ("100", 100),
    ("2g", 2_000_000_000),
    (" 64m ", 64_000_000), ("0", 0), ("", nil), ("G", nil), ("-1G", nil), ("1e3", nil), ("1Gx", nil),
    ("nan", nil),
    ("99999999999T", nil), ("1..2G", nil), ("８G", nil),
  ])
  func sizesAreRead(_ text: String, _ expected: Int?) { #expect(MemoryText.parse(text) == expected) }

  @Test func sizesAreWritten() {
    #expect(MemoryText.size(999) == "1 kB" && MemoryText.size(1_000_000) == "1.0 MB")
    #expect(MemoryText.size(13_200_000_000) == "13.2 GB" && MemoryText.size(4e12) == "4000 GB")
  }

  /// The smallest of what the kernel says and what each group of the process has left.
  @Test(arguments: [
    ("0::/a/b\n", ["sys/fs/cgroup/a": (3_000_000, 1_000_000)], 2_000_000),
    ("0::/a/b\n", ["sys/fs/cgroup/a/b": (900, 1000), "sys/fs/cgroup": (5_000_000, 0)], 0),
    ("0::/gone\n", [:], 8_192_000),
    ("4:cpu,memory:/x\n", ["sys/fs/cgroup/memory/x": (700_000, 200_000)], 500_000),
    ("4:cpu:/x\n0::/\n", [:], 8_192_000),
  ])
  func groupsLimitWhatIsLeft(_ groups: String, _ limits: [String: (Int, Int)], _ expected: Int) throws {
    let root = try TemporaryFolder()
    try root.write("MemTotal: 16000 kB\nMemFree: 10 kB\nMemAvailable:    8000 kB\n", "proc/meminfo")
    try root.write(groups, "proc/self/cgroup")
    for (folder, (limit, use)) in limits {
      let isOld = folder.contains("/memory")
      try root.write("\(limit)\n", "\(folder)/\(isOld ? "memory.limit_in_bytes" : "memory.max")")
      try root.write("\(use)\n", "\(folder)/\(isOld ? "memory.usage_in_bytes" : "memory.current")")
    }
    #expect(SystemMemory.available(root: root.path) == expected)
  }

  /// Of 4 GB that may be mapped, half a gigabyte is left to what nobody counts; no option allows more.
  @Test func whatMayBeMappedLimitsTheBudget() throws {
    let budget = MemoryBudget(addresses: 4 * gigabyte, measure: { 100_000_000 })
    let most = 100_000_000 + 4 * gigabyte - (512 << 20)
    #expect(budget.limit <= most)
    budget.setLimit(64 * gigabyte)
    #expect(budget.limit == most)
    let error = #expect(throws: MemoryRefused.self) { try budget.require(4 * gigabyte) }
    #expect(error?.description.hasSuffix("or allow more with ulimit -v, which limits this process") == true)
    budget.setLimit(gigabyte)
    #expect(budget.limit == gigabyte)
    #expect(budget.refusal(of: gigabyte).description.hasSuffix("or allow more with $GFNET_LAB_MEMORY"))
    budget.offer("--memory")
    #expect(
      budget.refusal(of: gigabyte).description.hasSuffix("allow more with --memory or $GFNET_LAB_MEMORY"))
  }

  @Test(
    arguments: [
      ("Max address space         4096000000           unlimited            bytes", 4_095_000_000),
      ("Max address space         1000                 1000                 bytes", 0),
      ("Max address space         unlimited            unlimited            bytes", nil),
      ("Max cpu time              1000                 unlimited            seconds", nil),
    ] as [(String, Int?)])
  func whatMayBeMappedIsRead(_ line: String, _ expected: Int?) throws {
    let root = try TemporaryFolder()
    let pages = 1_000_000 / Int(sysconf(Int32(_SC_PAGESIZE)))
    for (name, text) in [
      ("limits", "Limit                     Soft Limit           Hard Limit           Units\n\(line)\n"),
      ("statm", "\(pages) 10 5 1 0 3 0\n"),
    ] { try root.write(text, "proc/self/\(name)") }
    let left = SystemMemory.addressesLeft(root: root.path)
    // Memory is mapped in whole pages.
    let slack = 1_000_000 - pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    #expect(left == expected.map { $0 == 0 ? 0 : $0 + slack })
  }

  @Test func filesInTheCacheMakeRoom() throws {
    let root = try TemporaryFolder()
    let group = "sys/fs/cgroup"
    for (path, text) in [
      ("proc/meminfo", "MemAvailable: 8000 kB\n"), ("proc/self/cgroup", "0::/\n"),
      ("\(group)/memory.max", "1000000\n"), ("\(group)/memory.current", "900000\n"),
      ("\(group)/memory.stat", "anon 5\ninactive_file 300000\n"),
    ] { try root.write(text, path) }
    #expect(SystemMemory.available(root: root.path) == 400_000)
  }

  @Test func theProcessIsMeasured() {
    let before = SystemMemory.ofProcess()
    let bytes = 64 << 20
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 16)
    block.initializeMemory(as: UInt8.self, repeating: 1)
    #expect(before > 0 && SystemMemory.ofProcess() > bytes)
    block.deallocate()
  }
}
