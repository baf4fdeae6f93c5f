import Foundation
import Reports
import Support

/// A process that runs some of a sweep: enough to tell, from any machine, whether it is still there.
public struct Claimant: Sendable, Equatable {
  /// The machine's name.
  public var host: String
  /// What tells process numbers of this boot, and of this container, from all others: only where it is the same can a number be
  /// asked for.
  public var space: String
  /// The process's number.
  public var process: Int
  /// When it was started, in the system's ticks: numbers are used again.
  public var started: Int
  /// The job of Slurm that it belongs to; empty outside one.
  public var job: String
  /// How often Slurm has put this job back into its queue.
  public var restarts: Int

  public init(host: String, space: String, process: Int, started: Int, job: String = "", restarts: Int = 0) {
    self.host = host
    self.space = space
    self.process = process
    self.started = started
    self.job = job
    self.restarts = restarts
  }

  /// This process.
  public static func current(environment: [String: String] = ProcessInfo.processInfo.environment) -> Claimant
  {
    let number = Int(ProcessInfo.processInfo.processIdentifier)
    return Claimant(
      host: MachineName.current, space: processSpace, process: number,
      started: startTime(of: number) ?? 0,
      job: environment["SLURM_JOB_ID"] ?? "",
      restarts: environment["SLURM_RESTART_COUNT"].flatMap { Int($0) } ?? 0)
  }

  /// Whether a process of that number that was started then still runs here.
  public static func isRunning(_ process: Int, started: Int) -> Bool {
    startTime(of: process) == started
  }

  /// When a process of this machine was started; nil where there is none, or one that has ended and waits to be asked for its
  /// status.
  public static func startTime(of process: Int) -> Int? {
    let file = FilePath("/proc") / "\(process)" / "stat"
    guard let bytes = try? FileAccess.ofProgram({ try InputFile.bytes(of: file, limit: 1 << 16) }),
      // The name of the program stands in parentheses and may hold anything.
      let end = bytes.lastIndex(of: UInt8(ascii: ")"))
    else { return nil }
    let fields = bytes[(end + 1)...].split(separator: UInt8(ascii: " ")).map {
      String(decoding: $0, as: UTF8.self)
    }
    guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
    return Int(fields[19])
  }

  private static let processSpace: String = {
    let file: FilePath = "/proc/sys/kernel/random/boot_id"
    let boot = (try? FileAccess.ofProgram { try InputFile.bytes(of: file, limit: 1 << 10) }) ?? []
    let container = FilePath("/proc/self/ns/pid").linkTarget?.shown ?? ""
    return String(decoding: boot, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines) + " "
      + container
  }()
}

extension Claimant {
  var json: JSONValue {
    .object([
      .init("host", .string(host)), .init("space", .string(space)), .init("process", .integer(process)),
      .init("started", .integer(started)), .init("job", .string(job)), .init("restarts", .integer(restarts)),
    ])
  }

  init?(_ json: JSONValue) {
    guard let host = json["host"]?.asString, let space = json["space"]?.asString,
      let process = json["process"]?.asInteger, let started = json["started"]?.asInteger
    else { return nil }
    self.init(
      host: host, space: space, process: process, started: started, job: json["job"]?.asString ?? "",
      restarts: json["restarts"]?.asInteger ?? 0)
  }
}
