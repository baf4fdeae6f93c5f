import GlanceFocus
import Tensor
import Vision

/// A trace as scripts hold it.
final class TraceHandle {
  let trace: Trace
  /// The images it was made of; nil when it was read from a file.
  let images: (any ImageDataset)?
  private var kept: [String: LuaTable] = [:]

  init(_ trace: Trace, images: (any ImageDataset)?) {
    self.trace = trace
    self.images = images
  }

  var record: EpisodeRecord { trace.record }

  /// The Lua list called `name`, made once: `trace.confidence[1][i]` in a loop must not rebuild it.
  func list(_ name: String, on stack: LuaStack, _ make: () throws -> any LuaPushable) throws -> LuaTable {
    if let list = kept[name] { return list }
    try make().push(onto: stack)
    let list = LuaTable(popping: stack)
    kept[name] = list
    return list
  }

  /// `trace of clutter-fashion on clutter-fashion: 10000 images × 4 steps × 10 classes, sampler learned`.
  var description: String {
    "trace of \(trace.model.name) on \(trace.dataset.name): \(record.images) images × \(record.steps) steps × "
      + "\(record.classes) classes, sampler \(trace.sampler)"
  }
}

/// The result of an exit rule on a trace, as scripts hold it.
final class EvaluationHandle {
  let evaluation: Evaluation
  let trace: TraceHandle
  private var perImage: LuaTable?

  init(_ evaluation: Evaluation, of trace: TraceHandle) {
    self.evaluation = evaluation
    self.trace = trace
  }

  /// One table per image, made when first asked for.
  func images(on stack: LuaStack) throws -> LuaTable {
    if let perImage { return perImage }
    let labels = trace.record.labels
    let rows = (0..<evaluation.exitSteps.count).map { i in
      let steps = Int(evaluation.exitSteps[i])
      return LuaFields([
        "prediction": Int(evaluation.predictions[i]) + 1, "label": labels.map { Int($0[i]) + 1 },
        "confidence": evaluation.confidences[i], "steps": steps, "madds": evaluation.stepMadds[steps - 1],
        "image": trace.record.indices[i] + 1,
      ])
    }
    try rows.push(onto: stack)
    let table = LuaTable(popping: stack)
    perImage = table
    return table
  }

  static let entry = LuaClass<EvaluationHandle>(
    "evaluation", "What an exit rule made of the images of a trace.",
    properties: [
      .init(
        "accuracy", "number", "percent of right answers; nil without labels",
        get: { it, _ in it.evaluation.accuracy.map(Percent.of) }),
      .init("madds", "number", "mean Multiply-Adds per image", get: { it, _ in it.evaluation.madds }),
      .init(
        "exits", "list of integers", "images that left after step 1, 2, …",
        get: { it, _ in it.evaluation.exits }),
      .init(
        "per_image", "list of tables",
        "{prediction=, label=, confidence=, steps=, madds=, image=} in the trace's order",
        get: { it, stack in try it.images(on: stack) }),
    ],
    describe: { it in
      let e = it.evaluation
      return
        "evaluation: \(Percent.text(e.accuracy))\(ModelHandle.millions(e.madds)) Multiply-Adds on average, "
        + "exits \(e.exits.map(String.init).joined(separator: " / "))"
    }
  ).entry
}

/// A curve of budgeted batch classification.
final class CurveHandle {
  let curve: BudgetedCurve
  /// What its thresholds were solved on.
  let origin: ThresholdOrigin

  init(_ curve: BudgetedCurve, origin: ThresholdOrigin) {
    self.curve = curve
    self.origin = origin
  }

  static let entry = LuaClass<CurveHandle>(
    "curve", "Accuracy against mean cost as the budget grows; lists with an entry for each point.",
    properties: [
      .init("madds", "list of numbers", "mean Multiply-Adds per image", get: { it, _ in it.curve.madds }),
      .init(
        "accuracy", "list of numbers", "percent of right answers",
        get: { it, _ in it.curve.accuracy.map(Percent.of) }),
      .init(
        "q", "list of numbers", "parameter of the exit distribution: share k is proportional to q^k",
        get: { it, _ in it.curve.q }),
      .init(
        "thresholds", "list of lists", "confidence thresholds by step",
        get: { it, stack in
          let lists = try stack.state.context.thresholdLists(in: stack.state)
          return try it.curve.thresholds.map { try lists.list($0, of: it.origin, on: stack) }
        }),
      .init(
        "exits", "list of lists", "images that left after step 1, 2, …", get: { it, _ in it.curve.exits }),
    ],
    describe: { it in
      let last = it.curve.madds.count - 1
      func point(_ i: Int) -> String {
        Percent.text(it.curve.accuracy[i]).dropLast(2) + " at \(ModelHandle.millions(it.curve.madds[i]))"
      }
      return "curve of \(last + 1) points: \(point(0)) … \(point(last)) Multiply-Adds"
    },
    count: { $0.curve.madds.count }
  ).entry
}
