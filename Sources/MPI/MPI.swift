import CMPI
import Communication
import Foundation
import Support

/// The Message Passing Interface: joins the program to the others that `mpirun` has started with it.
public enum MPI {
  /// The environment variable that names the library of MPI, in place of the system's; `off` has the program run alone.
  public static let variable = "GFNET_LAB_MPI"

  /// The program cannot be joined to the others: one line with the reason.
  public struct Missing: LineError {
    public let description: String
  }

  /// What started the program, from its environment.
  struct Launch: Equatable {
    let family: gf_mpi_family
    /// How many processes it started; nil where it does not say.
    let size: Int?
  }

  /// Joins the program to those that MPI has started with it; nil where MPI has not started it.
  ///
  /// The library is opened here, and only where MPI has started the program. It is called once, by the thread that
  /// then makes all calls.
  ///
  /// - Throws: ``Missing``; `CommunicationError`.
  public static func join(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws -> (any Communicator)? {
    let choice = environment[variable].flatMap { $0.isEmpty ? nil : $0 }
    guard choice != "off", let launch = launch(environment) else { return nil }
    let limit = try LongWait.limit(environment)
    var text = [CChar](repeating: 0, count: Int(GF_MPI_TEXT))
    guard gf_mpi_join(choice, launch.family, &text) else {
      let advice = step(environment).map { "; " + wayOut($0) } ?? ""
      throw Missing(
        description:
          "started by \(name(of: launch.family)), whose library cannot be used: \(text.printed); $\(variable) names another, or is off\(advice)"
      )
    }
    let size = Int(gf_mpi_size())
    if let expected = launch.size, expected != size {
      if let step = step(environment) {
        throw Missing(
          description:
            "srun has started \(expected) processes, but \(String(cString: gf_mpi_version())) cannot join them: \(wayOut(step))"
        )
      }
      throw Missing(
        description:
          "\(expected) processes were started, but \(String(cString: gf_mpi_version())) knows of \(size): mpirun is of another MPI; $\(variable) names its library"
      )
    }
    return try MPICommunicator(limit: limit)
  }

  /// What started the program; nil for anything but MPI.
  static func launch(_ environment: [String: String]) -> Launch? {
    if let size = environment["OMPI_COMM_WORLD_SIZE"] {
      return Launch(family: GF_MPI_OPEN_MPI, size: Int(size))
    }
    if environment["OMPI_VERSION"] != nil, environment["PMIX_RANK"] != nil {
      return Launch(family: GF_MPI_OPEN_MPI, size: nil)
    }
    if environment["PMI_RANK"] != nil {
      return Launch(family: GF_MPI_MPICH, size: environment["PMI_SIZE"].flatMap(Int.init))
    }
    // `srun --mpi=pmix` starts programs of Open MPI, and leaves it to them to find each other.
    if environment["PMIX_RANK"] != nil, let step = step(environment), step.tasks > 1 {
      return Launch(family: GF_MPI_OPEN_MPI, size: step.tasks)
    }
    return nil
  }

  /// What `srun` has started this process with.
  private struct Step {
    let tasks: Int
    let nodes: Int
    let isFirst: Bool
  }

  /// Nil where `mpirun` or nobody has started the process.
  private static func step(_ environment: [String: String]) -> Step? {
    guard environment["OMPI_COMM_WORLD_SIZE"] == nil, environment["MPI_LOCALNRANKS"] == nil,
      let tasks = environment["SLURM_STEP_NUM_TASKS"].flatMap(Int.init)
    else { return nil }
    return Step(
      tasks: tasks, nodes: environment["SLURM_STEP_NUM_NODES"].flatMap(Int.init) ?? 1,
      isFirst: environment["SLURM_PROCID"].map { $0 == "0" } ?? true)
  }

  /// What to type instead of `srun`.
  private static func wayOut(_ step: Step) -> String {
    "type salloc -N \(step.nodes) -n \(step.tasks) mpirun gfnet-lab … instead, or mpirun where srun stands in the script of a job"
  }

  /// What the first of several processes says where MPI cannot join them; nil where there is one, or MPI joins them.
  public static func remark(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> String? {
    guard environment[variable] != "off", launch(environment) == nil,
      let step = step(environment), step.tasks > 1, step.isFirst
    else { return nil }
    return
      "srun has started \(step.tasks) processes that do not know each other, and each does all of the work: "
      + wayOut(step)
  }

  private static func name(of family: gf_mpi_family) -> String {
    family == GF_MPI_OPEN_MPI ? "Open MPI" : "MPICH"
  }

  /// The library that is open, such as `Open MPI v4.1.4`; empty where none is.
  public static var version: String { String(cString: gf_mpi_version()) }

  /// Lets go of the others, when all is done.
  public static func leave() { gf_mpi_leave() }
}

extension [CChar] {
  fileprivate var printed: String {
    String(decoding: prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).printable()
  }
}

/// The processes that MPI has started with this one.
final class MPICommunicator: Communicator {
  let rank: Int
  let size: Int
  private(set) var hosts: [String] = []
  private var long: LongWait

  /// - Parameter limit: seconds after which a wait ends all processes; nil: never.
  fileprivate init(limit: Double?) throws {
    rank = Int(gf_mpi_rank())
    size = Int(gf_mpi_size())
    long = LongWait(rank: rank, size: size, limit: limit)
    var text = [CChar](repeating: 0, count: Int(GF_MPI_TEXT))
    gf_mpi_host(&text)
    hosts = try gather(Array(text.printed.utf8)).map { String(decoding: $0, as: UTF8.self) }
  }

  func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) throws {
    try wait(for: gf_mpi_begin_broadcast(bytes.baseAddress, try Self.count(bytes.count), Int32(root)))
  }

  func gather(
    _ mine: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer, counts: [Int]
  ) throws {
    let layout = try Layout(counts)
    try wait(
      for: gf_mpi_begin_gather(
        mine.baseAddress, layout.counts[rank], all.baseAddress, layout.counts, layout.places),
      keeping: layout)
  }

  func exchange(
    _ sent: UnsafeRawBufferPointer, sending: [Int], into received: UnsafeMutableRawBufferPointer,
    receiving: [Int]
  ) throws {
    let (out, into) = (try Layout(sending), try Layout(receiving))
    try wait(
      for: gf_mpi_begin_exchange(
        sent.baseAddress, out.counts, out.places, received.baseAddress, into.counts, into.places),
      keeping: out, into)
  }

  func barrier() throws { try wait(for: gf_mpi_begin_barrier()) }

  func abort(_ status: Int32) { gf_mpi_abort(status) }

  /// Where each process's bytes lie. MPI reads these lists until what was begun has ended, so they do not move.
  private final class Layout {
    let counts: UnsafeMutablePointer<Int32>
    let places: UnsafeMutablePointer<Int32>

    init(_ sizes: [Int]) throws {
      let all = try sizes.map(MPICommunicator.count)
      counts = .allocate(capacity: max(all.count, 1))
      places = .allocate(capacity: max(all.count, 1))
      var next = 0
      for (index, size) in all.enumerated() {
        counts[index] = size
        places[index] = Int32(truncatingIfNeeded: next)
        next += Int(size)
      }
      _ = try MPICommunicator.count(next)
    }

    deinit {
      counts.deallocate()
      places.deallocate()
    }
  }

  private static func count(_ bytes: Int) throws -> Int32 {
    guard let count = Int32(exactly: bytes) else {
      throw CommunicationError("\(bytes) bytes are more than MPI moves at once")
    }
    return count
  }

  /// Waits for what was begun. A process that waits leaves its core to the others, and notices that it is asked to
  /// stop: it stops when the others have come, as they are asked, too.
  private func wait(for code: Int32, keeping layouts: Layout...) throws {
    try withExtendedLifetime(layouts) {
      try check(code)
      long.begin()
      var looks = 0
      while true {
        let state = gf_mpi_is_done()
        if state < 0 { try check(-state) }
        if state == 1 { return }
        looks += 1
        guard looks > Self.quickLooks else {
          sched_yield()
          continue
        }
        _ = Cancellation.isRequested
        watch()
        usleep(20)
      }
    }
  }

  /// Looks at how long this wait takes already.
  private func watch() {
    if long.hasTold { hear() }
    switch long.step(at: MonotonicClock.seconds) {
    case .goOn: break
    case .tell: gf_mpi_tell_presence(Int64(long.meeting))
    case .say(let seconds): Console.insist("gfnet-lab: " + absence(seconds))
    case .end(let seconds):
      // What was begun still reads and writes memory of its callers: nobody may go on.
      if long.isSpeaker {
        Console.insist("gfnet-lab: \(absence(seconds)), which $\(LongWait.variable) allows")
      }
      AtomicFile.abandon()
      ForcedEnd.run()
      abort(1)
      _exit(1)
    }
  }

  private func absence(_ seconds: Int) -> String {
    lineOfAbsence(long.attendance.absent(from: long.meeting), seconds: seconds)
  }

  /// Takes what others have told of their waits.
  private func hear() {
    var rank: Int32 = 0
    var meeting: Int64 = 0
    while gf_mpi_hear_presence(&rank, &meeting) {
      long.attendance.note(Int(rank), in: Int(meeting))
    }
  }

  /// How often it is looked at without a rest: about a millisecond, in which large messages go on piece by piece.
  private static let quickLooks = 2000

  private func check(_ code: Int32) throws {
    guard code != 0 else { return }
    var text = [CChar](repeating: 0, count: Int(GF_MPI_TEXT))
    gf_mpi_describe(code, &text)
    throw CommunicationError("\(name(of: rank)) cannot reach the others: \(text.printed)")
  }
}
