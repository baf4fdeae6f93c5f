/// Clips as strips of their frames: a row for each step with the place that was looked at on every frame, and beside it
/// what was answered. Frames that a step does not see, and steps that a clip did not take, are pale.
public struct Filmstrip: Drawing {
  /// Clips under one heading.
  public typealias Group = PictureGroup<Film>

  /// The groups, from the top.
  public var groups: [Group]
  /// How overlays look; columns are frames side by side.
  public var options: GlimpseOptions
  /// Fonts, weights and colours.
  public var style: FigureStyle

  public init(groups: [Group], options: GlimpseOptions = GlimpseOptions(), style: FigureStyle = .paper) {
    self.groups = groups
    self.options = options
    self.style = style
  }

  /// The numbers behind the picture, one row per step, or for each frame of a step where these have their own places:
  /// group, clip, step, frames (the numbers of those that it sees), taken, row, column, size, prediction, confidence,
  /// correct, heading, text; all count from 1.
  public func csv() throws -> String {
    var rows: [[String]] = []
    for group in groups {
      for clip in group.items {
        for (i, step) in clip.steps.enumerated() {
          let seen = clip.frames.indices.filter(step.sees)
          let judged = step.isCorrect.map { $0 ? "1" : "0" } ?? ""
          for frames in step.framePatches.isEmpty ? [seen] : seen.map({ [$0] }) {
            let numbers = frames.map { "\($0 + 1)" }.joined(separator: " ")
            let patch = step.framePatches.isEmpty ? step.patch : frames.first.flatMap(step.patch(in:))
            let place = patch.map { [$0.row + 1, $0.column + 1, $0.size].map(CSV.number) } ?? ["", "", ""]
            rows.append(
              [group.heading, clip.title, "\(i + 1)", numbers, step.isTaken ? "1" : "0"] + place
                + [step.prediction, step.confidence.map(CSV.number) ?? "", judged, step.heading]
                + [step.lines.joined(separator: "; ")])
          }
        }
      }
    }
    return CSV.text(
      header: [
        "group", "clip", "step", "frames", "taken", "row", "column", "size", "prediction", "confidence",
        "correct", "heading", "text",
      ], rows: rows)
  }
}
