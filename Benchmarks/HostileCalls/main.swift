import ArgumentParser
import Foundation
import Support

extension CaseKind: ExpressibleByArgument {}

struct HostileCalls: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hostile-calls",
    abstract: "Call everything that scripts can call with what nobody should pass.",
    discussion: """
      Also feeds mutated scripts to the cell splitter, mutated plugins to their loader, and mutated messages to the kernel.

      A case is a function of (kind, seed, number). Each must end with a value or with one clear line, soon after its \
      deadline, within the memory that the run may hold. Cases run in processes of their own, a batch in each; when one \
      dies or hangs, its case is shown as Lua that does it again, and another process goes on behind it. Exit status 1 \
      if anything was wrong.
      """)

  @Argument(help: "What to run: calls, scripts, plugins or messages; all of them without it.")
  var kind: CaseKind?
  @Option(help: "How many cases (without it 300,000 calls, 40,000 scripts, 30,000 plugins, 30,000 messages).")
  var count: Int?
  @Option(help: "The seed of all cases.")
  var seed: UInt64 = 1
  @Option(help: "The number of the first case.")
  var first = 0
  @Option(help: "Cases of one process.")
  var batch: Int?
  @Flag(help: "Print the cases instead of running them.")
  var show = false
  @Option(help: .private)
  var child: String?
  @Option(help: .private)
  var end: Int?

  func validate() throws {
    for (name, number) in [("count", count ?? 0), ("first", first), ("batch", batch ?? 1)] where number < 0 {
      throw ValidationError("--\(name) must not be negative")
    }
  }

  func run() throws {
    do {
      if let child, let kind {
        throw ExitCode(try Trials(kind, folder: child, seed: seed).run(first..<(end ?? first)))
      }
      var problems = 0
      for kind in kind.map({ [$0] }) ?? CaseKind.allCases {
        let cases = first..<first + (count ?? kind.standardCount)
        if show {
          let source = try CaseSource(kind, seed: seed)
          for number in cases { print("-- case \(number)\n\(source.text(number))") }
          continue
        }
        let summary = try Supervisor(kind, cases: cases, seed: seed, batch: batch ?? kind.batch).run()
        summary.print()
        problems += summary.problems.count
      }
      if problems > 0 { throw ExitCode(1) }
    } catch let error where !(error is ExitCode) {
      Console.note("hostile-calls: \(error)")
      throw ExitCode(2)
    }
  }
}

HostileCalls.main()
