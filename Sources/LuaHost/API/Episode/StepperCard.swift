import Figures
import Foundation
import GlanceFocus
import Reports
import Vision

/// What a cell shows of a stepper: a picture of the image with glance and patches in order, and a table of what was read
/// and decided so far.
struct StepperCard {
  private let handle: StepperHandle
  private var stepper: DecisionStepper { handle.stepper }

  init(_ handle: StepperHandle) { self.handle = handle }

  func outputs(_ context: HostContext) throws -> [Notebook.Output] {
    let picture = ScriptPicture(try drawing(), caption: caption, words: "stepper")
    return [
      .figure(try picture.picture(context)),
      .table(
        .init(
          name: context.names.next("stepper"), caption: caption,
          columns: ["step", "decision", "by", "prediction"] + StepColumns.numbers.map(\.name) + [
            "changed", "answer",
          ],
          rows: try stepper.log.map(row) + openRow())),
    ]
  }

  private var caption: String {
    if let result = stepper.result {
      let truth = result.label.map { ", truly \(handle.name(of: $0))" } ?? ""
      return "left after step \(result.steps): \(handle.name(of: result.prediction))\(truth)"
    }
    return "\(handle.moment), after step \(stepper.step) of \(stepper.record.steps)"
  }

  // MARK: The picture

  private func drawing() throws -> any Drawing {
    handle.images.frames == 1 ? try grid() : try filmstrip()
  }

  /// The frames of a clip, a row for each step.
  private func filmstrip() throws -> Filmstrip {
    let record = stepper.record
    let focus = handle.model.configuration.framePlaces(.patch)
    let steps = (1...stepper.step).map { step in
      let answer = answer(step, patch: nil)
      var shown = Film.Step(
        seen: Set(handle.model.configuration.framePlaces(step == 1 ? .glance : .patch)),
        heading: step == 1 ? "1: the glance" : "\(step): \(Self.text(record[step].locations[0]))",
        prediction: answer.prediction, confidence: answer.confidence, isCorrect: answer.isCorrect)
      if step > 1 { shown.look(at: record[step].positions[0], size: record.patchSize, frames: focus) }
      return shown
    }
    let film = try Film(
      handle.images, at: record.indices[0], title: record.labels.map { handle.name(of: Int($0[0])) } ?? "",
      steps: steps)
    return Filmstrip(groups: [.init(items: [film])])
  }

  /// Where a step looked; nil for the glance.
  private func patch(_ step: Int) -> Glimpse.Patch? {
    step > 1 ? .init(stepper.record[step].positions[0].first, size: stepper.record.patchSize) : nil
  }

  private func grid() throws -> GlimpseGrid {
    let record = stepper.record
    let index = record.indices[0]
    let images = try NetworkImages(handle.images, at: [index])
    let whole = try Self.pixels(images)
    let (configuration, side) = (handle.model.configuration, record.patchSize)
    let glance = try NetworkImages(
      images.resized(for: configuration, side: configuration.side(.glance)).clamped(0, 1), hasHistory: false)
    var parts = [
      Glimpse(pixels: try Self.pixels(glance), title: "1: the glance", steps: [answer(1, patch: nil)])
    ]
    for step in stride(from: 2, through: stepper.step, by: 1) {
      let location = record[step].locations[0]
      let patch = try images.patches(at: [location], side: side)
      parts.append(
        Glimpse(
          pixels: try Self.pixels(patch),
          title: "\(step): \(Self.text(location))",
          steps: [answer(step, patch: nil)], firstStep: step))
    }
    let title = record.labels.map { handle.name(of: Int($0[0])) } ?? ""
    let steps = (1...stepper.step).map { answer($0, patch: patch($0)) }
    var options = GlimpseOptions()
    options.hasCaptions = true
    return GlimpseGrid(
      groups: [.init(heading: "", items: [Glimpse(pixels: whole, title: title, steps: steps)] + parts)],
      options: options)
  }

  /// What was answered after a step.
  private func answer(_ step: Int, patch: Glimpse.Patch?) -> Glimpse.Step {
    let record = stepper.record
    let prediction = Int(record[step].prediction[0])
    return Glimpse.Step(
      patch: patch, confidence: Double(record[step].confidence[0]),
      isCorrect: record.labels.map { Int($0[0]) == prediction }, prediction: handle.name(of: prediction))
  }

  /// The first of the images.
  private static func pixels(_ images: NetworkImages) throws -> Pixels {
    let values = try images.tensor().values()
    let (plane, channels) = (images.height * images.width, images.channels)
    let bytes = (0..<plane * channels).map { i -> UInt8 in
      let value = values[i % channels * plane + i / channels] * 255
      return value > 0 ? UInt8(min(value, 255).rounded()) : 0
    }
    return try Pixels(width: images.width, height: images.height, channels: channels, bytes: bytes)
  }

  private static func text(_ share: Float) -> String { String(format: "%.2f", share) }

  // MARK: The table

  private func row(_ entry: DecisionStepper.Entry) -> [Notebook.Table.Value] {
    let answer = entry.leaves.map { $0 ? "leaves" : "stays" } ?? entry.place.map(Self.text) ?? ""
    return cells(
      step: entry.step, entry.decision, by: entry.isByHand ? "hand" : entry.name,
      prediction: entry.prediction,
      entry.numbers, changed: entry.changed, answer)
  }

  /// The decision at hand.
  private func openRow() throws -> [[Notebook.Table.Value]] {
    guard let decision = stepper.decision else { return [] }
    let batch = try stepper.batch()
    let numbers = try StepColumns.numbers.map { $0.isCritics ? .nan : try batch.numbers($0)[0] }
    let answer = stepper.leaves.map { $0 ? "leaves" : "stays" } ?? stepper.place.map(Self.text) ?? "?"
    return [
      cells(
        step: stepper.step, decision, by: stepper.isByHand ? "hand" : stepper.decider,
        prediction: Int(batch.prediction[0]), numbers, changed: stepper.changed, answer)
    ]
  }

  private func cells(
    step: Int, _ decision: DecisionStepper.Decision, by: String, prediction: Int, _ numbers: [Float],
    changed: [String], _ answer: String
  ) -> [Notebook.Table.Value] {
    let read = numbers.map { value -> Notebook.Table.Value in
      value.isNaN ? .empty : .number(Double(value), digits: 3)
    }
    return [
      .integer(step, digits: nil), .text(decision.rawValue), .text(by), .text(handle.name(of: prediction)),
    ] + read
      + [.text(changed.joined(separator: ", ")), .text(answer)]
  }

  private static func text(_ place: PatchPlaces) -> String {
    switch place {
    case .same(let place): "\(text(place.row)), \(text(place.column))"
    case .each(let places): "\(places.count) places"
    }
  }
}
