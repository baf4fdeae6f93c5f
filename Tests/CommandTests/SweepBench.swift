import Foundation

/// Scripts for sweeps, and what is known of their runs.
enum SweepBench {
  /// Reports what it was given. A seed that ends with 3 fails where `luck` is false.
  static let script = """
    local p = gfnet.params{
      rate = {default = 0.1, min = 0, max = 1}, seed = 1, luck = true, state = "models/training", names = {"a"},
    }
    print("seed", p.seed, p.state)
    if p.seed % 10 == 3 and not p.luck then error("no luck with " .. p.seed) end
    gfnet.report.results{accuracy = 90 + p.rate + p.seed, name = "x"}
    gfnet.report.table{name = "numbers", columns = {"seed"}, rows = {{p.seed}}}
    """

  /// Goes on only once there is a file `go.txt`; until then a run of seed 1 has no end.
  static let waiting = """
    local p = gfnet.params{seed = 1}
    print("began", p.seed)
    if p.seed == 1 then while not pcall(gfnet.read.text, "go.txt") do end end
    gfnet.report.results{seed = p.seed}
    """

  /// However busy the machine is, runs are given time to answer.
  static let patient = ["GFNET_LAB_PATIENCE": "600"]

  /// What is known of one time that a run was started.
  struct Attempt: Decodable {
    struct Process: Decodable { let process: Int }
    let status: String
    let error: String
    let child: Process?
  }

  static func attempts(_ program: Program, _ run: String) -> [Attempt] {
    (1...9).compactMap { number in
      program.read("\(run)/attempts/\(number).json").flatMap { text in
        try? JSONDecoder().decode(Attempt.self, from: Data(text.utf8))
      }
    }
  }

  static func folders(_ program: Program, _ sweep: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: "\(program.folder)/\(sweep)/runs")) ?? []).sorted()
  }

  /// Whether the script of a run has printed that it began, and the sweep knows its process.
  static func hasBegun(_ program: Program, _ run: String) -> Bool {
    program.read(run + "/output.txt")?.contains("began") == true
      && attempts(program, run).first?.child != nil
  }

  /// Waits until something is so; false where the program ends or hangs before.
  static func wait(in process: Process, until isSo: () -> Bool) -> Bool {
    let end = Date() + Program.patience
    while process.isRunning, Date() < end {
      if isSo() { return true }
      usleep(20_000)
    }
    return isSo()
  }
}
