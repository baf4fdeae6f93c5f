import NeuralNet
import Support
import Tensor

/// The losses of `gfnet.nn`.
enum LossFunctions {
  static let functions = [
    crossEntropy, negativeLogLikelihood, squaredError, absoluteError, smoothAbsoluteError, binaryCrossEntropy,
    divergence,
  ]

  private static let logits = ArgumentKey<Tensor>.operand("logits", "batch × classes")
  private static let target = ArgumentKey<Tensor>.operand(
    "target", "1-based classes, or probabilities of batch × classes")
  private static let smoothing = ArgumentKey<Float>(
    "label_smoothing", default: 0, "the share of the target that all classes have alike", in: 0...1)
  private static let weights = ArgumentKey<[Double]>.numbers("weight", "of the classes; left out: all alike")
    .optional
  private static let reduction = ArgumentKey<LossReduction>(
    "reduction", default: .mean, "mean, sum, or none: one loss for each")

  private static let result = "number; a tensor where gradients are recorded or nothing is reduced"

  private static let crossEntropy = FunctionEntry(
    "cross_entropy", "The cross-entropy of logits, PyTorch's functional.cross_entropy.",
    [logits, target, .options([smoothing, weights, reduction])], returns: result,
    example: "gfnet.nn.cross_entropy({{2, 1, 0}, {0, 1, 2}}, {1, 3})"
  ) { call in
    let (logits, given) = (try call[Self.logits], try call[Self.target])
    let target =
      given.rank >= 2 ? Losses.Target.probabilities(given) : .labels(try labels(given, logits, call))
    return pushed(
      try Losses.crossEntropy(
        logits, target, smoothing: call[smoothing], weights: weightList(call), reduction: call[reduction]))
  }

  private static let logarithms = ArgumentKey<Tensor>.operand("log_probabilities", "batch × classes")
  private static let classes = ArgumentKey<Tensor>.operand("labels", "1-based classes")

  private static let negativeLogLikelihood = FunctionEntry(
    "nll", "The negative log-likelihood of logarithms of probabilities, PyTorch's nll_loss.",
    [logarithms, classes, .options([weights, reduction])], returns: result,
    example: "gfnet.nn.nll(gfnet.tensor{{2, 1, 0}}:log_softmax(), {1})"
  ) { call in
    let log = try call[logarithms]
    return pushed(
      try Losses.negativeLogLikelihood(
        log, labels(call[classes], log, call), weights: weightList(call), reduction: call[reduction]))
  }

  private static func weightList(_ call: LuaCall) throws -> [Float]? { try call[weights]?.map { Float($0) } }

  /// 1-based labels as Swift counts them.
  private static func labels(_ given: Tensor, _ logits: Tensor, _ call: LuaCall) throws -> [Int] {
    let name = call.shape.entry.qualifiedName
    guard logits.rank == 2 else {
      throw LuaError("\(name): expected batch × classes, got shape \(logits.shape)")
    }
    return try given.doubles().enumerated().map { index, number in
      guard let label = Int(exactly: number), (1...max(logits.shape[1], 1)).contains(label) else {
        throw LuaError(
          "\(name): label \(index + 1) is \(LuaNumberText.shortest(number)), expected a class from 1 to \(logits.shape[1])"
        )
      }
      return label - 1
    }
  }

  private static func pushed(_ loss: Tensor) -> NumberOrTensor { NumberOrTensor(loss, of: loss) }

  // MARK: Numbers

  private static let input = ArgumentKey<Tensor>.operand("input", "a tensor")
  private static let other = ArgumentKey<Tensor>.operand("target", "a tensor of the same shape")
  private static let beta = ArgumentKey<Float>(
    "beta", default: 1, "where the curve becomes a line", in: 0...1e6)
  private static let positive = ArgumentKey<Float>("pos_weight", default: 1, "of targets of 1", in: 0...1e6)

  private static let squaredError = FunctionEntry(
    "mse", "The squared difference.", [input, other, .options([reduction])], returns: result,
    example: "gfnet.nn.mse({1, 2}, {1, 4})"
  ) { call in pushed(try Losses.squaredError(call[input], call[other], reduction: call[reduction])) }

  private static let absoluteError = FunctionEntry(
    "l1", "The absolute difference.", [input, other, .options([reduction])], returns: result,
    example: "gfnet.nn.l1({1, 2}, {1, 4})"
  ) { call in pushed(try Losses.absoluteError(call[input], call[other], reduction: call[reduction])) }

  private static let smoothAbsoluteError = FunctionEntry(
    "smooth_l1",
    "The squared difference where it is small, the absolute one beyond, PyTorch's smooth_l1_loss.",
    [input, other, .options([beta, reduction])], returns: result,
    example: "gfnet.nn.smooth_l1({1, 2}, {1, 4})"
  ) { call in
    pushed(
      try Losses.smoothAbsoluteError(call[input], call[other], beta: call[beta], reduction: call[reduction]))
  }

  private static let binaryCrossEntropy = FunctionEntry(
    "bce_with_logits", "The cross-entropy of single probabilities, given as logits.",
    [input, other, .options([positive, reduction])], returns: result,
    example: "gfnet.nn.bce_with_logits({2, -1}, {1, 0})"
  ) { call in
    pushed(
      try Losses.binaryCrossEntropy(
        logits: call[input], call[other], positiveWeight: call[positive], reduction: call[reduction]))
  }

  private static let teacher = ArgumentKey<Tensor>.operand("teacher", "logits of batch × classes")
  private static let temperature = ArgumentKey<Float>(
    "temperature", default: 1, "both logits are divided by it, and the result is multiplied by its square",
    in: 1e-3...1e3)

  private static let divergence = FunctionEntry(
    "kl_div",
    "The Kullback-Leibler divergence of the teacher's probabilities from the student's, for distillation.",
    [logits, teacher, .options([temperature, reduction])], returns: result,
    example: "gfnet.nn.kl_div({{2, 1, 0}}, {{1, 1, 1}}, {temperature = 2})",
    discussion:
      "The mean is that over the batch. Detach the teacher's logits where it is not to learn: teacher(x):detach()."
  ) { call in
    pushed(
      try Losses.divergence(
        call[logits], from: call[teacher], temperature: call[temperature], reduction: call[reduction]))
  }
}
