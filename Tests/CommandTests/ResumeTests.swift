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
    let start = Date()
    let reference = try whole.run("train.lua", "--threads", "1")
    let duration = Date().timeIntervalSince(start)
    try #require(reference.status == 0, "\(reference.errors)")
    let expected = try Data(contentsOf: URL(fileURLWithPath: whole.folder + "/final.safetensors"))
    #expect(reference.output.ranges(of: "epoch\t").count == 6)

    let program = try Program()
    try program.write("train.lua", Self.script)
    let path = program.folder + "/final.safetensors"
    var done: [String] = []
    var kills = 0
    // First while it starts; then once it has done an epoch, at several moments of the next: while it computes and
    // while files are written.
    let epoch = duration / 8
    for (epochs, fraction) in [(0, 0.8), (1, 0), (1, 0.5), (1, 0.1), (1, 0.8)] {
      let process = try program.start(["train.lua", "--threads", "1"])
      while process.isRunning, Self.epochs(program.read("out.txt") ?? "").count < epochs { usleep(2_000) }
      usleep(UInt32(epoch * fraction * 1e6))
      guard process.isRunning else {
        _ = program.finish(process)
        break
      }
      kill(process.processIdentifier, SIGKILL)
      let result = program.finish(process)
      // On a busy machine the moment may come after the end.
      guard result.status == -SIGKILL else {
        #expect(result.status == 0)
        break
      }
      kills += 1
      // An epoch that was told is on disk: no later run does it again.
      let told = Self.epochs(result.output)
      #expect(Set(told).isDisjoint(with: done), "\(told) after \(done)")
      done += told
      // What is there under its own name is whole.
      #expect(FileManager.default.contents(atPath: path) ?? expected == expected)
    }
    #expect(kills >= 2)
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
