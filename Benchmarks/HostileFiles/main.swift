import ArgumentParser
import Foundation
import Support
import Video

struct HostileFiles: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hostile-files",
    abstract:
      "Feed damaged and hostile checkpoints, pictures and videos to the readers and to the import of checkpoints.",
    discussion: """
      A case is a function of (seed, number). Each must end with a value or with one clear line, within a minute, within \
      the memory that the file's size allows. The cases run in a process of their own; when it dies, the case is named, \
      its file is kept, and another process goes on behind it. Videos need FFmpeg's libraries, and are left out without. Exit status 1 if anything was wrong.
      """)

  @Option(help: "The number behind that of the last case.")
  var count = 10_000
  @Option(help: "The seed of all cases.")
  var seed: UInt64 = 1
  @Option(help: "The number of the first case.")
  var first = 0
  @Flag(help: "Do not check how much memory a case takes.")
  var noMemory = false
  @Option(help: "One kind of files: zip, legacy, pickle, program, safetensors, model, picture, video.")
  var only: Specimens.Kind?
  @Option(help: "Keep the files of bad cases in this folder.")
  var keep: String?
  @Option(help: .private)
  var child: String?

  func validate() throws {
    guard 0 <= first, first <= count else { throw ValidationError("--first must be from 0 to --count") }
  }

  func run() throws {
    do {
      if child == nil, !VideoLibrary.isAvailable {
        guard only != .video else { throw ValidationError("there are no libraries of FFmpeg here") }
        Console.note("hostile-files: without videos, as there are no libraries of FFmpeg here")
      }
      if let child {
        return try Trials(folder: child, seed: seed, only: only, checksMemory: !noMemory).run(first..<count)
      }
      let summary = try Supervisor(
        cases: first..<count, seed: seed, only: only, checksMemory: !noMemory, keep: keep
      ).run()
      summary.print()
      if !summary.problems.isEmpty { throw ExitCode(1) }
    } catch let error where !(error is ExitCode) {
      Console.note("hostile-files: \(error)")
      throw ExitCode(2)
    }
  }
}

extension Specimens.Kind: ExpressibleByArgument {}

HostileFiles.main()
