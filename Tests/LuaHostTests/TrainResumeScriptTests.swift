import Foundation
import LuaHost
import Support
import TestSupport
import Testing

/// What a user is told when a training is run again, changed or interrupted.
@Suite struct TrainResumeScriptTests {
  private struct Run {
    let lines: [String]
    let notes: [String]
    let message: String
    let metrics: Int
  }

  /// A training of one stage, in a run folder that is made anew as the program does it.
  private func train(_ folder: TemporaryFolder, _ options: String, then more: String = "") throws -> Run {
    var notes: [String] = []
    let run = folder.path / "run"
    try? FileManager.default.removeItem(atPath: run.string)
    let bench = try ScriptBench(
      """
      local data = gfnet.dataset("clutter-fashion", {split = "train"}):subset{1, 2, 3, 4, 5}
      local model = gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 2, patch_size = 32, seed = 5}
      local list = gfnet.train{model = model, dataset = data, batch = 3, rate = 0.01,
        checkpoint = "\\(folder.path)/state.safetensors", \(options)}
      print(#list, #model.info.history, list[1].images)
      \(more)
      """.replacingOccurrences(of: "\\(folder.path)", with: folder.path.string),
      prepare: { context in
        context.showRemark = { notes.append($0) }
        context.recorder = RunRecorder(
          script: ScriptFile(path: "test.lua", source: ""), context: context, path: run,
          command: ["gfnet-lab"])
      })
    let metrics = (try? String(contentsOfFile: (run / "metrics.jsonl").string, encoding: .utf8)) ?? ""
    return Run(
      lines: bench.shown.split(separator: "\n").map(String.init), notes: notes, message: bench.message,
      metrics: metrics.split(separator: "\n").count)
  }

  @Test func aFinishedTrainingSaysSo() throws {
    let folder = try TemporaryFolder()
    _ = try train(folder, "stage = 2, epochs = 1")
    let again = try train(folder, "stage = 2, epochs = 1")
    #expect(again.message == "")
    #expect(again.notes == ["stage 2: complete, 1 epoch, from \(folder.path)/state.safetensors"])
    #expect(again.lines.count == 2 && again.lines[0].hasPrefix("stage 2, epoch 1 of 1: loss "))
    #expect(again.lines[1] == "1\t1\t5")
    #expect(again.metrics == 1)
  }

  @Test func moreEpochsGoOnOrAreKeptApart() throws {
    let folder = try TemporaryFolder()
    let state = folder.path / "state.safetensors"
    _ = try train(folder, "stage = 2, epochs = 1, schedule = 'constant'")
    let longer = try train(folder, "stage = 2, epochs = 2, schedule = 'constant'")
    #expect(longer.notes == ["stage 2: going on after epoch 1 of 2, from \(state)"])
    #expect(
      longer.lines.map { String($0.prefix(22)) }.prefix(2) == [
        "stage 2, epoch 1 of 2:", "stage 2, epoch 2 of 2:",
      ])
    #expect(longer.lines.last == "2\t2\t5" && longer.metrics == 2)

    let other = try train(folder, "stage = 2, epochs = 1, ppo_rate = 0.001, schedule = 'constant'")
    #expect(other.notes.count == 1)
    let note = other.notes.first ?? ""
    #expect(
      note.hasPrefix("\(state) is of another training (epochs was 2, is 1, and 2 are done; ppo_rate was "))
    #expect(
      note.hasSuffix(
        "it will be kept as \(folder.path)/state-old.safetensors as soon as this one has an epoch"))
    #expect(FileManager.default.fileExists(atPath: (folder.path / "state-old.safetensors").string))
    #expect(other.lines.last == "1\t1\t5" && other.metrics == 1)
  }
}
