import GlanceFocus
import Tensor

/// What a step of a model gave for a batch of images, as scripts hold it.
final class StepResultHandle: HoldsMemory {
  let result: GFNet.StepResult
  let memory: MemoryHandle
  private var softmax: Tensor?

  init(_ result: GFNet.StepResult, memory: MemoryHandle) {
    self.result = result
    self.memory = memory
  }

  var heldBytes: Int {
    result.logits.storage.bytes + result.features.storage.bytes + (result.auxiliary?.storage.bytes ?? 0)
  }

  /// The softmax of the logits; worked out once where nobody records it.
  func probabilities() throws -> Tensor {
    if let softmax { return softmax }
    let probabilities = try result.logits.softmax()
    if GradientTape.current == nil { softmax = probabilities }
    return probabilities
  }

  /// The most probable class of each image, from 1.
  func predictions() throws -> Tensor {
    let (values, classes) = (try result.logits.values(), result.logits.shape[1])
    let best = (0..<memory.count).map { image -> Float in
      let row = values[image * classes..<(image + 1) * classes]
      return Float((row.indices.max { row[$0] < row[$1] } ?? row.startIndex) - row.startIndex + 1)
    }
    return try Tensor([best.count], best)
  }
}

/// The class `step_result`.
enum StepResultClass {
  static let entry = LuaClass<StepResultHandle>(
    "step_result", "What model:glance or model:focus gave for a batch of n images.",
    properties: [
      .init("count", "integer", "number of images, n") { it, _ in it.memory.count },
      .init("step", "integer", "steps taken: 1 after the glance") { it, _ in it.memory.step },
      .init("logits", "tensor", "outputs of the classifier over the sequence, n × classes") { it, _ in
        it.result.logits
      },
      .init("probabilities", "tensor", "their softmax, n × classes") { it, _ in try it.probabilities() },
      .init("predictions", "tensor", "the most probable classes, from 1, n") { it, _ in try it.predictions()
      },
      .init("features", "tensor", "the encoder's pooled features, n × features") { it, _ in it.result.features
      },
      .init("map", "tensor", "the encoder's last feature maps, n × C × h × w") { it, _ in it.memory.map },
      .init(
        "auxiliary", "tensor",
        "logits of the encoder's own classifier, n × classes; nil unless auxiliary = true"
      ) { it, _ in it.result.auxiliary },
      .init("memory", "memory", "what the next step begins with") { it, _ in Pushed(it.memory) },
      .init("madds", "integer", "Multiply-Adds of an image up to this step") { it, _ in
        let costs = try it.memory.model.costs().cumulative
        return costs.indices.contains(it.memory.step - 1) ? costs[it.memory.step - 1] : nil
      },
    ],
    describe: {
      "step \($0.memory.step) of \($0.memory.count) image\($0.memory.count == 1 ? "" : "s"):"
        + " logits \($0.result.logits.shape), features \($0.result.features.shape)"
    }
  ).entry
}
