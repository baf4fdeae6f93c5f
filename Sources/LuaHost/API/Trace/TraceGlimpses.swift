import Figures
import Foundation
import GlanceFocus
import Support
import Vision

/// The pictures of `gfnet.plot.glimpses(trace, …)`: images or clips of a trace with the patches that were looked at.
enum TraceGlimpses {
  /// How the images are grouped, under the names that scripts use.
  private enum Grouping: String, CaseIterable {
    case exitStep = "exit"
    case trueClass = "class"
    case oneGroup = "none"
  }

  private static let rows = ArgumentKey<Int>(
    "rows", default: 2, "of a trace: rows of images, or clips, in each group", in: 1...100)
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

  /// Items of the trace under one heading.
  private struct Choice {
    var heading: String
    /// Their rows in the trace, from 0.
    var rows: [Int]
  }

  /// The picture of images as ``GlimpseGrid``, or of clips as ``Filmstrip``.
  static func drawing(_ handle: TraceHandle, _ call: LuaCall, _ options: GlimpseOptions) throws
    -> any Drawing
  {
    let images = try images(of: handle, call)
    let evaluation = try evaluation(of: handle, call)
    guard images.frames == 1 else {
      let groups = try choices(handle, evaluation, call, most: call[rows], noun: "clips")
      return Filmstrip(
        groups: try groups.map { group in
          .init(
            heading: group.heading, items: try group.rows.map { try film($0, handle, images, evaluation) })
        }, options: options)
    }
    let columns = try call[GridOptions.columns] ?? GlimpseGrid.columns(width: call[GridOptions.width])
    let groups = try choices(handle, evaluation, call, most: call[rows] * columns, noun: "images")
    return GlimpseGrid(
      groups: try groups.map { group in
        .init(
          heading: group.heading, items: try group.rows.map { try glimpse($0, handle, images, evaluation) })
      }, options: options)
  }

  /// Which items are shown, and how they are grouped.
  /// - Parameter most: how many there may be of each group.
  private static func choices(
    _ handle: TraceHandle, _ evaluation: Evaluation, _ call: LuaCall, most: Int, noun: String
  ) throws -> [Choice] {
    let record = handle.record
    func choice(_ heading: String, _ rows: [Int]) -> Choice? {
      guard !rows.isEmpty else { return nil }
      // Evenly spread over the group, so that the choice is the same every time and no end of the set is
      // favoured.
      let count = min(most, rows.count)
      return Choice(
        heading: heading, rows: (0..<count).map { rows[(2 * $0 + 1) * rows.count / (2 * count)] })
    }
    let all = Array(0..<record.images)
    switch try call[by] {
    case .oneGroup: return [choice("", all)].compactMap(\.self)
    case .trueClass:
      guard let labels = record.labels else {
        throw LuaError("gfnet.plot.glimpses: by = \"class\" needs the \(noun)' labels, which are not known")
      }
      return (0..<record.classes).compactMap { label in
        choice(handle.className(label), all.filter { Int(labels[$0]) == label })
      }
    case .exitStep:
      return (1...record.steps).compactMap { step in
        let rows = all.filter { Int(evaluation.exitSteps[$0]) == step }
        let share = String(format: "%.0f %%", 100 * Double(rows.count) / Double(record.images))
        return choice("exit after step \(step): \(share) of the \(noun)", rows)
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
    let steps = (1...Int(evaluation.exitSteps[row])).map { step in
      let answer = Int(record[step].prediction[row])
      return Glimpse.Step(
        patch: handle.corners(row, step).map { .init($0.first, size: record.patchSize) },
        confidence: Double(record[step].confidence[row]),
        isCorrect: record.labels.map { answer == Int($0[row]) }, prediction: handle.className(answer))
    }
    return Glimpse(pixels: pixels, title: handle.title(row, images), steps: steps)
  }

  private static func film(
    _ row: Int, _ handle: TraceHandle, _ images: any ImageDataset, _ evaluation: Evaluation
  ) throws -> Film {
    let record = handle.record
    let exit = Int(evaluation.exitSteps[row])
    let steps = (1...exit).map { step in
      let answer = Int(record[step].prediction[row])
      var shown = Film.Step(
        seen: handle.seenFrames(step),
        heading: "\(step == 1 ? "glance" : "step \(step)"): \(step == exit ? "leaves" : "stays")",
        prediction: handle.className(answer), confidence: Double(record[step].confidence[row]),
        isCorrect: record.labels.map { answer == Int($0[row]) })
      shown.look(at: handle.corners(row, step), size: record.patchSize, frames: handle.focusFrames)
      return shown
    }
    return try Film(images, at: record.indices[row], title: handle.title(row, images), steps: steps)
  }
}

extension Film {
  /// A clip of a data set.
  /// - Parameter index: from 0.
  init(_ clips: any ImageDataset, at index: Int, title: String, steps: [Step]) throws {
    let size = clips.imageSize
    try self.init(
      bytes: clips.item(at: index), width: size.width, height: size.height, channels: clips.channels,
      title: title, steps: steps)
  }
}
