import Foundation
import TestSupport

/// Runs the built program as a user does, in a folder of its own.
final class Program {
  struct Result {
    let status: Int32
    let output: String
    let errors: String
    /// Lines of standard error but for those on progress and the one that names the report.
    var complaints: [String] {
      errors.split(separator: "\n").map(String.init)
        .filter { !$0.hasPrefix("report: ") && !$0.contains(/^[^:]+: [0-9]+\/[0-9]+, [0-9:]+ left/) }
    }
  }

  struct Missing: Error {}

  private let temporary: TemporaryFolder
  /// The folder that the program runs in.
  var folder: String { temporary.path.string }
  let executable: String

  init() throws {
    Self.hangsUpReachChildren
    executable = try Self.find()
    temporary = try TemporaryFolder()
  }

  /// Tests that were started with hang-ups ignored, as under `nohup`, would hand that down to the programs whose answer to one
  /// they test. A handler is not handed down, and lets the tests live on just so.
  private static let hangsUpReachChildren: Void = {
    signal(SIGHUP) { _ in }
  }()

  /// The program lies beside the test bundle.
  private static func find() throws -> String {
    let bundles = CommandLine.arguments.filter { $0.contains(".xctest") } + [Bundle.main.bundlePath]
    for bundle in bundles {
      guard let end = bundle.range(of: ".xctest") else { continue }
      let folder = (String(bundle[..<end.upperBound]) as NSString).deletingLastPathComponent
      // Absolute, since the program is started in another folder.
      let path = URL(fileURLWithPath: folder + "/gfnet-lab").path
      if FileManager.default.isExecutableFile(atPath: path) { return path }
    }
    throw Missing()
  }

  func write(_ name: String, _ text: String) throws {
    try temporary.write(text, name)
  }

  func read(_ name: String) -> String? { try? String(contentsOfFile: folder + "/" + name, encoding: .utf8) }

  /// Starts the program; its output goes to files, so that no pipe can fill up.
  func start(
    _ arguments: [String], environment: [String: String] = [:], executable: String? = nil
  ) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable ?? self.executable)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.environment = ProcessInfo.processInfo.environment
      .merging([
        "HOME": folder, "XDG_DATA_HOME": folder + "/data", "XDG_CONFIG_HOME": folder + "/config",
        "XDG_STATE_HOME": folder + "/state",
      ]) { $1 }.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    for (name, stream) in [("out.txt", \Process.standardOutput), ("err.txt", \Process.standardError)] {
      _ = FileManager.default.createFile(atPath: folder + "/" + name, contents: nil)
      process[keyPath: stream] = FileHandle(forWritingAtPath: folder + "/" + name)
    }
    try process.runUnmasked()
    return process
  }

  func finish(_ process: Process) -> Result {
    process.waitUntilExit()
    let status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    return Result(status: status, output: read("out.txt") ?? "", errors: read("err.txt") ?? "")
  }

  /// Runs a shell command in the program's folder; `$GFNET` is the program. Streams are files, as for ``start``.
  func shell(_ command: String, environment: [String: String] = [:]) throws -> Result {
    finish(
      try start(
        ["-c", command], environment: environment.merging(["GFNET": executable]) { $1 },
        executable: "/bin/bash"))
  }

  /// Why no file systems can be mounted for a test; nil when they can.
  static let mountProblem: String? = {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", "unshare -rm mount -t tmpfs none /mnt"]
    process.standardError = FileHandle.nullDevice
    do { try process.run() } catch { return "there is no bash: \(error)" }
    process.waitUntilExit()
    return process.terminationStatus == 0 ? nil : "`unshare -rm` with `mount` is not permitted here"
  }()

  /// Runs a shell command as ``shell(_:environment:)``, with `mounts` done before it and undone after it.
  func shell(mounting mounts: String, _ command: String, environment: [String: String] = [:]) throws -> Result
  {
    try write("mounted.sh", "\(mounts)\n\(command)\n")
    return try shell("exec unshare -rm bash mounted.sh", environment: environment)
  }

  /// Files that a killed or failed write left, relative to the folder.
  var leftovers: [String] {
    (FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? [])
      .filter { $0.contains(".tmp-") }
  }

  func run(_ arguments: String..., environment: [String: String] = [:]) throws -> Result {
    try run(arguments, environment: environment)
  }

  func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Result {
    finish(try start(arguments, environment: environment))
  }

  /// Seconds without a sign of life after which a program is taken to hang, however busy the machine is: the test fails, and
  /// the other tests run.
  static let patience = 300.0

  /// Waits until the program has printed `text`; false where it ends or hangs without.
  func wait(for text: String, in process: Process) -> Bool {
    var (end, printed) = (Date() + Self.patience, 0)
    while process.isRunning, Date() < end {
      let output = read("out.txt") ?? ""
      if output.contains(text) { return true }
      if output.utf8.count > printed { (end, printed) = (Date() + Self.patience, output.utf8.count) }
      usleep(20_000)
    }
    return read("out.txt")?.contains(text) == true
  }
}
