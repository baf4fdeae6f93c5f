import Communication
import Foundation
import LuaHost
import MPI
import Support
import Synchronization

/// The processes that `mpirun` has started with this one.
///
/// All run the same script. The first alone shows results and writes files; what ends one of them ends all, in one line that
/// names the process and its machine.
enum Ranks {
  /// Used by the main thread alone.
  nonisolated(unsafe) private static var joined: (any Communicator)?
  private static let first = Atomic<Bool>(true)
  /// What this process would have said of its end.
  nonisolated(unsafe) private static var lastComplaint: String?

  /// Joins the others, where MPI has started the program and the command is not for each alone.
  ///
  /// - Throws: `MPI.Missing`; `CommunicationError`.
  static func join(for work: Teamwork) throws {
    // The environment tells it to the programs that this one starts, too.
    if work == .apart { setenv(MPI.variable, "off", 1) }
    guard let communicator = try MPI.join() else {
      if let remark = MPI.remark() { Terminal.note("gfnet-lab: " + remark) }
      return
    }
    joined = communicator
    guard !communicator.isFirst else { return }
    first.store(false, ordering: .relaxed)
    Console.silence()
    AtomicFile.discardAll()
  }

  /// False for a process whose results another one shows.
  static var isFirst: Bool { first.load(ordering: .relaxed) }

  /// True where there are several processes.
  static var isShared: Bool { joined?.isShared ?? false }

  /// The cores of this machine for each of its processes, or of those that `mpirun` binds this one to; nil where MPI has not
  /// started the program.
  static var threads: Int? { share.map { min($0, ProcessInfo.processInfo.activeProcessorCount) } }

  private static var share: Int? {
    joined.map { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)) / $0.ranksOfMachine) }
  }

  /// What to say where `mpirun` binds processes to fewer cores than there are for them; nil where it does not.
  private static var remarkOnBinding: String? {
    guard let share, let threads, threads < share else { return nil }
    return
      "mpirun binds each rank to \(threads) core\(threads == 1 ? "" : "s"), and there are \(share) for each:"
      + " mpirun --bind-to none lets it use them"
  }

  /// Leaves the processes of this machine an even share of its memory.
  static func shareMemory() {
    guard let joined, isShared else { return }
    let budget = MemoryBudget.shared
    budget.setLimit(budget.inUse + max(budget.limit - budget.inUse, 0) / joined.ranksOfMachine)
  }

  /// Has a script be run by all processes together.
  static func apply(to context: HostContext) {
    guard let joined else { return }
    context.communicator = joined
    context.options.shards = context.options.shards ?? .standard(for: joined)
    if context.options.threads == nil, let remarkOnBinding { context.note(remarkOnBinding) }
    guard joined.isShared, context.cellStore != nil else { return }
    // What one process has kept, another may have to compute.
    context.cellStore = nil
    context.note("cells are not kept: several processes run the script")
  }

  // MARK: The end

  /// A complaint as it is shown: with the process that it is of.
  static func named(_ message: String) -> String {
    // All are asked to stop, also when another one has failed: that is no fault of this one.
    guard let joined, joined.isShared, !message.hasPrefix("interrupted") else { return message }
    let isNamed = RankFailure.isNamed(in: message, of: joined.size)
    let line = isNamed ? message : "\(message) (\(joined.name(of: joined.rank)))"
    lastComplaint = line
    return line
  }

  /// Ends the work with the others, and gives the exit status.
  static func finish(_ status: Int32) -> Int32 {
    guard let joined else { return status }
    guard status != 0, joined.isShared else {
      MPI.leave()
      return status
    }
    if !joined.isFirst {
      // Where all fail alike, the first says so and ends the others.
      sleep(status == 130 ? timeForReport : timeForLine)
      if let lastComplaint { Console.insist("gfnet-lab: " + lastComplaint.printable(upTo: .max)) }
    }
    joined.abort(status)
    return status
  }

  /// Seconds in which the first process says what all have failed on.
  private static let timeForLine: UInt32 = 3
  /// Seconds in which the first process writes the report of what was interrupted.
  private static let timeForReport: UInt32 = 15
}
