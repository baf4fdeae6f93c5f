import Backbones
import Figures
import GlanceFocus
import NeuralNet
import Vision

// What the objects of scripts keep outside Lua. Tensors account for theirs when they are pushed: views share it.

extension Module {
  /// Bytes of all parameters and buffers, and as much again for their packed copies.
  var heldBytes: Int {
    state.reduce(0) { $0 + 2 * $1.entry.value.storage.bytes }
  }
}

extension ModelHandle: GrowsInUse {
  var heldBytes: Int { weightBytes + planBytes }
}

extension EncoderHandle: HoldsMemory {
  var heldBytes: Int { weightBytes }
}

extension DatasetHandle: HoldsMemory {
  var heldBytes: Int { images.heldBytes }
}

extension TraceHandle: HoldsMemory {
  var heldBytes: Int { record.heldBytes + (images?.heldBytes ?? 0) }
}

extension EvaluationHandle: HoldsMemory {
  var heldBytes: Int { 64 * evaluation.exitSteps.count }
}

extension ExplanationHandle: HoldsMemory {
  var heldBytes: Int { explanation.steps.reduce(0) { $0 + 200 + 200 * $1.readings.count } }
}

extension CurveHandle: HoldsMemory {
  var heldBytes: Int { curve.madds.count * 8 * (4 + 2 * (curve.thresholds.first?.count ?? 0)) }
}

extension InferenceHandle: HoldsMemory {
  var heldBytes: Int { 256 * run.results.count + images.heldBytes }
}

extension StreamHandle: HoldsMemory {
  var heldBytes: Int { stream.pixelBytes }
}

extension ScriptFigure: GrowsInUse {}

extension ScriptAxes: GrowsInUse {
  /// A panel keeps its whole figure.
  var heldBytes: Int { owner.heldBytes }
}

extension ScriptPicture: HoldsMemory {
  public var heldBytes: Int {
    (drawing as? GlimpseGrid)?.heldBytes ?? (drawing as? Filmstrip)?.heldBytes ?? 0
  }
}

extension ScriptAnimation: HoldsMemory {
  public var heldBytes: Int { animation.film.heldBytes }
}

extension BackboneDescription: HoldsMemory {
  /// Its layers are those of the layer that it was made of.
  public var heldBytes: Int { 1024 }
}

extension Definition: HoldsMemory {
  public var heldBytes: Int { 1024 }
}

extension ConfiguredDefinition: HoldsMemory {
  public var heldBytes: Int { 1024 }
}

extension RandomGenerator: HoldsMemory {
  public var heldBytes: Int { 0 }
}

extension StepView: HoldsMemory {
  /// Lives as long as the call that it is passed to.
  var heldBytes: Int { 0 }
}

extension SamplerRandom: HoldsMemory {
  var heldBytes: Int { 0 }
}
