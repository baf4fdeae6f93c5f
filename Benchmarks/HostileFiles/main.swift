import Foundation
import Support

// Feeds damaged and hostile checkpoints and pictures to the readers and to the import of checkpoints.
//
//   hostile-files [--count N] [--seed S] [--first I] [--no-memory] [--keep FOLDER]
//
// A case is a function of (seed, number). Each must end with a value or with one clear line, within a minute, within the
// memory that the file's size allows. The cases run in a process of their own; when it dies, the case is named, its file
// is kept, and another process goes on behind it. Exit status 1 if anything was wrong.

/// `--name value` and `--name` of the command line.
func option(_ name: String) -> String? {
  guard let place = CommandLine.arguments.firstIndex(of: "--" + name) else { return nil }
  let next = CommandLine.arguments.index(after: place)
  return next < CommandLine.arguments.count ? CommandLine.arguments[next] : ""
}

func number(_ name: String, _ fallback: Int) -> Int { option(name).flatMap { Int($0) } ?? fallback }

let count = number("count", 10_000)
let seed = UInt64(number("seed", 1))
let first = number("first", 0)

if let folder = option("child") {
  do {
    try Trials(folder: folder, seed: seed, checksMemory: option("no-memory") == nil).run(first..<count)
  } catch {
    print("cannot start: \(error)")
    exit(2)
  }
  exit(0)
}

do {
  let summary = try Supervisor(
    cases: first..<count, seed: seed, checksMemory: option("no-memory") == nil, keep: option("keep")
  ).run()
  summary.print()
  exit(summary.problems.isEmpty ? 0 : 1)
} catch {
  FileHandle.standardError.write(Data("hostile-files: \(error)\n".utf8))
  exit(2)
}
