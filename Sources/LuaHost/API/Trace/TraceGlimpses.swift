import Figures
import Foundation
import GlanceFocus
import Support
import Vision

/// The pictures of `gfnet.plot.glimpses(trace, …)`: images of a trace with the patches that were looked at.
enum TraceGlimpses {
  /// How the images are grouped, under the names that scripts use.
  private enum Grouping: String, CaseIterable {
    case exitStep = "exit"
    case trueClass = "class"
    case oneGroup = "none"
  }

  private static let rows = ArgumentKey<Int>(
    "rows", default: 2, "of a trace: rows of images in each group", in: 1...100)
  private static let by = ArgumentKey<Grouping>(
    "by", default: .exitStep, "of a trace: a group for each exit step, each true class, or one for all")
  private static let thresholds = ArgumentKey<LuaValue>(
    .optional(
      "thresholds", DefinitionUse.ruleType,
      "of a trace: when images leave, as trace:evaluate takes it; default: thresholds under which equal shares leave"
    ))
  private static let dataset = ArgumentKey<DatasetHandle?>(
    "dataset",
    "of a trace: its images; needed for a trace that was read from a file, unless its data set comes with the program"
  )

  /// The options that are for traces alone.
  static let options: [any ArgumentRow] = [rows, by, thresholds, dataset]

  static func groups(_ handle: TraceHandle, _ call: LuaCall) throws -> [GlimpseGrid.Group] {
    let images = try images(of: handle, call)
    let evaluation = try evaluation(of: handle, call)
    let columns = try call[GridOptions.columns] ?? GlimpseGrid.columns(width: call[GridOptions.width])
    let most = try call[rows] * columns
    let record = handle.record
    func group(_ heading: String, _ rows: [Int]) throws -> GlimpseGrid.Group? {
      guard !rows.isEmpty else { return nil }
      // Evenly spread over the group, so that the choice is the same every time and no end of the set is
      // favoured.
      let count = min(most, rows.count)
      let chosen = (0..<count).map { rows[(2 * $0 + 1) * rows.count / (2 * count)] }
      return .init(
        heading: heading, images: try chosen.map { try glimpse($0, handle, images, evaluation) })
    }
    let all = Array(0..<record.images)
    switch try call[by] {
    case .oneGroup: return try [group("", all)].compactMap(\.self)
    case .trueClass:
      guard let labels = record.labels else {
        throw LuaError("gfnet.plot.glimpses: by = \"class\" needs the images' labels, which are not known")
      }
      return try (0..<record.classes).compactMap { label in
        try group(handle.className(label), all.filter { Int(labels[$0]) == label })
      }
    case .exitStep:
      return try (1...record.steps).compactMap { step in
        let rows = all.filter { Int(evaluation.exitSteps[$0]) == step }
        let share = String(format: "%.0f %%", 100 * Double(rows.count) / Double(record.images))
        return try group("exit after step \(step): \(share) of the images", rows)
      }
    }
  }

  private static func evaluation(of handle: TraceHandle, _ call: LuaCall) throws -> Evaluation {
    let given = try call[thresholds]
    if given.isNil { return try handle.trace.evaluate(thresholds: handle.trace.thresholds(q: 1)) }
    return try handle.trace.evaluate(
      DefinitionUse.rule(
        given, for: ThresholdOrigin(handle.trace), in: call.state, call.place(thresholds)))
  }

  private static func images(of handle: TraceHandle, _ call: LuaCall) throws -> any ImageDataset {
    try TraceImages.open(handle, given: call[dataset], call, name: "gfnet.plot.glimpses")
  }

  private static func glimpse(
    _ row: Int, _ handle: TraceHandle, _ images: any ImageDataset, _ evaluation: Evaluation
  ) throws -> Glimpse {
    let record = handle.record
    let size = images.imageSize
    let pixels = try Pixels(
      width: size.width, height: size.height, channels: images.channels,
      bytes: images.item(at: record.indices[row]))
    let label = record.labels.map { Int($0[row]) }
    let steps = (1...Int(evaluation.exitSteps[row])).map { step in
      let columns = record[step]
      let answer = Int(columns.prediction[row])
      return Glimpse.Step(
        patch: step == 1
          ? nil
          : .init(
            row: Double(columns.positions[row].row), column: Double(columns.positions[row].column),
            size: Double(record.patchSize)),
        confidence: Double(columns.confidence[row]), isCorrect: label.map { answer == $0 },
        prediction: handle.className(answer))
    }
    return Glimpse(
      pixels: pixels,
      title: label.map(handle.className)
        ?? FilePath(images.itemName(at: record.indices[row])).shownName,
      steps: steps)
  }
}
