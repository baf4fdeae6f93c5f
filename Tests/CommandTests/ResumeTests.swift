import Foundation
import Testing

/// A training that is killed again and again ends with the same file as one that is not.
@Suite struct ResumeTests {
  private static let script = """
    local data = gfnet.dataset("clutter-fashion", {split = "train", limit = 64})
    local model = gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 2, patch_size = 32, seed = 3}
    for stage = 1, 2 do
      gfnet.train{model = model, dataset = data, stage = stage, epochs = 3, batch = 16,
        checkpoint = ("state/%d.safetensors"):format(stage), log = function(m) print("epoch", stage, m.epoch) end}
    end
    model:save("final.safetensors")
    """

  @Test func aKilledTrainingEndsBitIdentical() throws {
    let whole = try Program()
    try whole.write("train.lua", Self.script)
    let reference = try whole.run("train.lua", "--threads", "1")
    try #require(reference.status == 0, "\(reference.errors)")
    let expected = try Data(contentsOf: URL(fileURLWithPath: whole.folder + "/final.safetensors"))
    #expect(reference.output.ranges(of: "epoch\t").count == 6)

    let program = try Program()
    // However fast the machine is, the script is there to be killed when the moment has come.
    try program.write("train.lua", Self.script + "\nprint('saved') while true do end")
    let path = program.folder + "/final.safetensors"
    var done: [String] = []
    // First while it starts; then once it has done an epoch, at several moments of the next: while it computes and
    // while files are written.
    for (epochs, milliseconds) in [(0, 100), (1, 0), (1, 30), (1, 5), (1, 60)] as [(Int, UInt32)] {
      let process = try program.start(["train.lua", "--threads", "1"])
      while process.isRunning {
        let output = program.read("out.txt") ?? ""
        if Self.epochs(output).count >= epochs || output.contains("saved\n") { break }
        usleep(2_000)
      }
      usleep(1000 * milliseconds)
      try #require(process.isRunning, "\(program.read("err.txt") ?? "")")
      kill(process.processIdentifier, SIGKILL)
      let result = program.finish(process)
      #expect(result.status == -SIGKILL, "\(result.errors)")
      // An epoch that was told is on disk: no later run does it again.
      let told = Self.epochs(result.output)
      #expect(Set(told).isDisjoint(with: done), "\(told) after \(done)")
      done += told
      // What is there under its own name is whole.
      #expect(FileManager.default.contents(atPath: path) ?? expected == expected)
    }
    try program.write("train.lua", Self.script)
    let last = try program.run("train.lua", "--threads", "1")
    #expect(last.status == 0, "\(last.errors)")
    #expect(Set(Self.epochs(last.output)).isDisjoint(with: done))
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == expected)
    // Writers that were killed left files; those after them took these away.
    #expect(program.leftovers.filter { !$0.hasPrefix("reports/") } == [])
    #expect(program.read("reports/train/meta.json")?.contains("\"status\": \"done\"") == true)
  }

  private static func epochs(_ output: String) -> [String] {
    output.split(separator: "\n").map(String.init).filter { $0.hasPrefix("epoch\t") }
  }
}
