import Foundation
import Support

/// What of a run goes into its event file: numbers of trainings, figures, tables, text, results, parameters.
final class RunEvents {
  private let file: EventFile
  /// How many lines of metrics there are: the step of what comes next, as epochs begin anew with each stage.
  private var step = 0

  /// The most numbers of one list that are scalars each; longer ones are told as a histogram.
  private static let longestList = 32

  /// - Parameters:
  ///   - path: the file.
  ///   - facts: the run's parameters.
  init(path: FilePath, facts: RunFacts) throws {
    file = try EventFile(path: path)
    try file.hyperparameters(
      facts.parameters.map { .init($0.name, $0.value) } + [.init("--seed", facts.seedJSON)])
  }

  /// The name of a file that begins now.
  static func name(_ started: Date) -> String {
    "events.out.tfevents.\(Int(max(started.timeIntervalSince1970, 0))).gfnet-lab.\(getpid())"
  }

  /// A line of `metrics.jsonl`.
  func metrics(_ values: [JSONValue.Member]) throws {
    step += 1
    for value in values { try add("training/\(value.name)", value.value) }
  }

  /// How the weights of a part of a network are distributed.
  func weights(_ part: String, _ histogram: NumberHistogram) throws {
    try file.histogram("weights/\(part)", histogram, step: step)
  }

  /// A figure or a table.
  func artifact(_ output: Notebook.Output, stem: String) throws {
    switch output {
    case .figure(let picture):
      guard let png = picture.files.first(where: { $0.ending == "png" }),
        let size = Self.size(ofPNG: png.content)
      else { return }
      try file.image("figures/\(stem)", png.content, width: size.width, height: size.height, step: step)
    case .table(let table):
      let caption = table.caption.isEmpty ? "" : table.caption + "\n\n"
      try file.text("tables/\(stem)", caption + table.markdown(limit: 200), step: step)
    case .text, .value, .markdown, .remark, .error: break
    }
  }

  /// The results and the text of the run, and how it ended.
  func finish(_ notebook: Notebook, results: [JSONValue.Member], status: RunFacts.Status) throws {
    for result in results { try add("results/\(result.name)", result.value) }
    let texts = notebook.cells.flatMap { cell in
      (cell.kind == .markdown ? [cell.source] : [])
        + cell.outputs.compactMap { if case .markdown(let text) = $0 { text } else { nil } }
    }
    let remarks = notebook.allRemarks.map { "- " + $0 }
    for (tag, parts) in [("text", texts), ("remarks", remarks)] where !parts.isEmpty {
      try file.text("report/\(tag)", parts.joined(separator: tag == "text" ? "\n\n" : "\n"), step: step)
    }
    try file.end(succeeded: status == .done)
  }

  private func add(_ tag: String, _ value: JSONValue) throws {
    if let number = value.asNumber { return try file.scalar(tag, number, step: step) }
    switch value {
    case .bool(let flag): try add(tag, .integer(flag ? 1 : 0))
    case .array(let elements) where !elements.isEmpty && elements.allSatisfy { $0.asNumber != nil }:
      if elements.count > Self.longestList {
        return try file.histogram(tag, NumberHistogram(elements.compactMap(\.asNumber)), step: step)
      }
      for (place, element) in elements.enumerated() { try add("\(tag)/\(place + 1)", element) }
    case .object(let members):
      for member in members { try add("\(tag)/\(member.name)", member.value) }
    case .string(let text): try file.text(tag, text, step: step)
    default: break
    }
  }

  /// Width and height of a PNG file; nil for others.
  private static func size(ofPNG content: Data) -> (width: Int, height: Int)? {
    let head = Array(content.prefix(24))
    guard head.count == 24, head.starts(with: [0x89, 0x50, 0x4E, 0x47]) else { return nil }
    let numbers = [16, 20].map { head[$0..<$0 + 4].reduce(0) { $0 << 8 | Int($1) } }
    return (numbers[0], numbers[1])
  }
}
