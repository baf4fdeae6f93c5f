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
  /// - Throws: ``Missing``.
  public static func join(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws -> (any Communicator)? {
    let choice = environment[variable].flatMap { $0.isEmpty ? nil : $0 }
    guard choice != "off", let launch = launch(environment) else { return nil }
    var text = [CChar](repeating: 0, count: Int(GF_MPI_TEXT))
    guard gf_mpi_join(choice, launch.family, &text) else {
      throw Missing(
        description:
          "started by \(name(of: launch.family)), whose library cannot be used: \(text.printed); $\(variable) names another, or is off"
      )
    }
    let size = Int(gf_mpi_size())
    if let expected = launch.size, expected != size {
      throw Missing(
        description:
          "\(expected) processes were started, but \(String(cString: gf_mpi_version())) knows of \(size): mpirun is of another MPI; $\(variable) names its library"
      )
    }
    return try MPICommunicator()
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
    return nil
  }

  /// What to say where several processes were started that MPI cannot join; nil where there is one, or MPI joins them.
  public static func remark(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> String? {
    guard environment[variable] != "off", launch(environment) == nil,
      let tasks = environment["SLURM_STEP_NUM_TASKS"].flatMap(Int.init), tasks > 1
    else { return nil }
    return "srun has started \(tasks) processes that do not know each other, and each does all of the work:"
      + " within an allocation, mpirun joins them"
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

  fileprivate init() throws {
    rank = Int(gf_mpi_rank())
    size = Int(gf_mpi_size())
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
        usleep(20)
      }
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
