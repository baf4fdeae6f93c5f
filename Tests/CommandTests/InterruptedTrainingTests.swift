import Foundation
import Testing

/// A training that Ctrl-C ends between and within epochs.
@Suite struct InterruptedTrainingTests {
  @Test func theUserIsToldHowToGoOn() throws {
    let program = try Program()
    try program.write(
      "train.lua",
      """
      local data = gfnet.dataset("clutter-fashion", {split = "train"}):subset{1, 2, 3, 4, 5, 6, 7, 8}
      local model = gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 2, patch_size = 32, seed = 3}
      gfnet.train{model = model, dataset = data, stage = 1, epochs = 100000, batch = 4, schedule = "constant",
        checkpoint = "state.safetensors", log = function(m) if m.epoch == 2 then print("two") end end}
      """)
    let process = try program.start(["train.lua"])
    #expect(program.wait(for: "two", in: process))
    kill(process.processIdentifier, SIGINT)
    let result = program.finish(process)
    #expect(result.status == 130)
    let told = try #require(
      result.errors.firstMatch(
        of:
          /stage 1 was stopped in epoch ([0-9]+) of 100000: run it again to go on after epoch ([0-9]+), from state.safetensors/
      ))
    let done = try #require(Int(told.2))
    #expect(done >= 2 && Int(told.1) == done + 1)
    #expect(program.read("reports/train/meta.json")?.contains("\"status\": \"interrupted\"") == true)
    #expect(program.leftovers == [])
    // The state is that of the last whole epoch; the next run begins there.
    let again = try program.start(["train.lua"])
    #expect(program.wait(for: "stage 1, epoch \(done + 1) of 100000: ", in: again))
    kill(again.processIdentifier, SIGINT)
    let second = program.finish(again)
    #expect(second.status == 130)
    // It is a remark: on standard error, and in every file that keeps them.
    let remark = "stage 1: going on after epoch \(done) of 100000, from state.safetensors"
    #expect(second.errors.contains("gfnet-lab: " + remark))
    for file in ["report.md", "meta.json", "log.txt"] {
      #expect(program.read("reports/train/" + file)?.contains(remark) == true, "\(file)")
    }
  }
}
