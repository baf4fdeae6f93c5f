import Foundation
import LuaHost
import Support
import Sweeps

/// Hands batch scripts to Slurm by its own programs.
enum SlurmSubmission {
  /// - Throws: `UsageError` where Slurm is not installed, and for options that cannot be given.
  static func check(_ options: String) throws {
    do {
      try SlurmScript.check(options)
    } catch let error as SweepError {
      throw UsageError(error.description)
    }
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let isThere = folders.contains { folder in
      let file = FilePath(String(folder)) / "sbatch"
      return file.isRegularFile && file.withPlatformString { access($0, X_OK) } == 0
    }
    guard isThere else {
      throw UsageError(
        "--slurm needs sbatch, which is not in $PATH: type it on a login node of the cluster, or use --jobs to run here"
      )
    }
  }

  /// Writes the batch script into the sweep's folder and submits it; returns the number of the job.
  ///
  /// - Throws: ``SweepError`` with what `sbatch` says; `FileError`.
  static func submit(_ script: SlurmScript, to folder: SweepFolder, call: Int) throws -> String {
    try AtomicFile.createFolder(folder.slurmFolder)
    let file = folder.slurmFolder / "\(call).sh"
    try AtomicFile.write(Data(RawArgument.bytes(of: script.text)), to: file)
    let child = try ChildProcess("sbatch", ["--parsable", .init(file.absolute)])
    let output = String(decoding: child.readOutput(), as: UTF8.self)
    let remarks = child.readRemarks()
    guard child.wait() == 0 else {
      let line = TextLines(remarks).first { !$0.isBlank }?.shown ?? "it says nothing"
      throw SweepError("sbatch has refused \(file): \(line.printable())")
    }
    let job = output.split(whereSeparator: { $0 == ";" || $0 == "\n" }).first.map(String.init) ?? ""
    guard !job.isEmpty else { throw SweepError("sbatch has not said the number of the job") }
    return job
  }

  /// Puts the task that this process is back into the queue; what goes wrong is a remark.
  static func requeue(job: String) {
    guard !job.isEmpty, let child = try? ChildProcess("scontrol", ["requeue", "\(job)"]) else { return }
    _ = child.readOutput()
    let remarks = child.readRemarks()
    guard child.wait() != 0 else { return }
    let line = TextLines(remarks).first { !$0.isBlank }?.shown ?? ""
    Terminal.complain("the task was not put back into the queue: \(line.printable()); start the sweep again")
  }
}
