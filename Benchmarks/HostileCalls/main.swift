import Foundation
import Support

// Calls everything that scripts can call with what nobody should pass; feeds mutated scripts to the cell splitter and
// mutated plugins to their loader.
//
//   hostile-calls [calls|scripts|plugins] [--count N] [--seed S] [--first I] [--batch N] [--show]
//
// A case is a function of (kind, seed, number). Each must end with a value or with one clear line, soon after its deadline,
// within the memory that the run may hold. Cases run in processes of their own, a batch in each; when one dies or hangs,
// its case is shown as Lua that does it again, and another process goes on behind it. Without a kind all three run:
// 300,000 calls, 20,000 scripts, 20,000 plugins. --show prints cases instead of running them. Exit status 1 if anything
// was wrong.

/// `--name value` and `--name` of the command line.
func option(_ name: String) -> String? {
  guard let place = CommandLine.arguments.firstIndex(of: "--" + name) else { return nil }
  let next = CommandLine.arguments.index(after: place)
  return next < CommandLine.arguments.count ? CommandLine.arguments[next] : ""
}

func number(_ name: String, _ fallback: Int) -> Int { option(name).flatMap { Int($0) } ?? fallback }

let seed = UInt64(max(number("seed", 1), 0))
let first = number("first", 0)
let kinds = CaseKind.allCases.filter { CommandLine.arguments.dropFirst().first == $0.rawValue }

do {
  if let folder = option("child"), let kind = kinds.first {
    exit(try Trials(kind, folder: folder, seed: seed).run(first..<number("end", first)))
  }
  var problems = 0
  for kind in kinds.isEmpty ? CaseKind.allCases : kinds {
    let cases = first..<first + number("count", kind.standardCount)
    if option("show") != nil {
      let source = try CaseSource(kind, seed: seed)
      for number in cases { print("-- case \(number)\n\(source.text(number))") }
      continue
    }
    let summary = try Supervisor(kind, cases: cases, seed: seed, batch: number("batch", kind.batch)).run()
    summary.print()
    problems += summary.problems.count
  }
  exit(problems == 0 ? 0 : 1)
} catch {
  Console.note("hostile-calls: \(error)")
  exit(2)
}
