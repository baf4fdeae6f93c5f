import GlanceFocus
import Testing
import Vision

/// Rules that are asked again about images of a run.
@Suite struct AnswerProbeTests {
  /// Built-in rules answer alike, or say that they do not; a probe finds nothing.
  @Test(arguments: ExitRules.table.map(\.name), [3, 400]) func builtInRules(_ name: String, _ images: Int)
    throws
  {
    let trace = try SyntheticTrace.make(images: images, steps: 5)
    let probe = AnswerProbe()
    _ = try trace.evaluate(ExitRules.make(name), probe: probe)
    #expect(try probe.remarks().isEmpty)
  }

  private struct AboveMean: ExitRule {
    let name = "above mean"
    func decide(_ batch: StepBatch) -> [Bool] {
      let mean = batch.confidence.reduce(0, +) / Float(batch.count)
      return batch.confidence.map { $0 >= mean }
    }
  }

  @Test func aRuleThatLooksAtTheBatchIsFound() throws {
    let trace = try SyntheticTrace.make(images: 40, steps: 4)
    let probe = AnswerProbe()
    _ = try trace.evaluate(AboveMean(), probe: probe)
    let remarks = try probe.remarks()
    #expect(remarks.map(\.who) == ["the exit rule 'above mean'"])
    // What was found is told once.
    #expect(try probe.remarks().isEmpty)
  }

  /// Live, traced, and one image at a time.
  @Test(arguments: SamplerTests.ofImages.map(\.name)) func builtInSamplers(_ name: String) throws {
    let data = try ClutterFashion(split: .test).subset([3, 1, 4, 15, 9, 2, 6])
    var configuration = try Configuration(
      backbone: "resnet_tiny_16", patchSize: 32, imageSize: 128, steps: 3, classes: 10)
    configuration.mean = [0.1, 0.1, 0.1]
    let model = try GFNet(configuration, seed: 4)
    for batch in [1, 5] {
      let probe = AnswerProbe()
      let runner = try AdaptiveRunner(model, sampler: Samplers.make(name), batchSize: batch, probe: probe)
      _ = try runner.trace(data, model: .init(name: "m"))
      #expect(try probe.remarks().map(\.text) == [])
      for rule in ["value", "patience"] {
        _ = try runner.infer(data, rule: ExitRules.make(rule))
        #expect(try probe.remarks().map(\.text) == [])
      }
    }
  }
}
