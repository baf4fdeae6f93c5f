import Foundation
import Support
import Reports
import TestSupport

/// Notebooks and facts that the tests share.
enum Sample {
  /// A valid PNG of one white pixel.
  static let png =
    Data(
      base64Encoded:
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTyNkgAAAABJRU5ErkJggg=="
    ) ?? Data()

  static func cell(
    _ kind: Notebook.Cell.Kind, _ source: String, line: Int = 1, _ outputs: [Notebook.Output] = [],
    seconds: Double? = 0.25, _ status: Notebook.Cell.Status = .done
  ) -> Notebook.Cell {
    var cell = Notebook.Cell(kind: kind, source: source, firstLine: line)
    cell.outputs = outputs
    cell.seconds = seconds
    cell.status = status
    return cell
  }

  static func picture(_ name: String, caption: String = "", csv: String? = nil) -> Notebook.Picture {
    Notebook.Picture(
      name: name, caption: caption, files: [.init(ending: "png", mediaType: "image/png", content: png)],
      width: 252, height: 187, csv: csv)
  }

  static let table = Notebook.Table(
    name: "accuracy", caption: "Accuracy by step.", columns: ["Step", "Rule", "Top-1 (%)"],
    rows: [
      [.number(1, digits: nil), .text("margin"), .number(61.25, digits: 2)],
      [.number(10, digits: nil), .text("value"), .number(7, digits: 2)],
      [.empty, .text("all"), .number(0.1 + 0.2, digits: 2)],
    ])

  /// Text, parameters, printed text, a value, a table, a figure, an error and a cell that did not run.
  static func notebook() -> Notebook {
    Notebook(
      title: "Threshold sweep", source: "scripts/threshold_sweep.lua",
      cells: [
        cell(.markdown, "# Threshold sweep\nA *glance*, then a few patches.", line: 2),
        cell(.parameters, "local p = gfnet.params{ limit = { default = 10 } }", line: 5),
        cell(.markdown, "## Traces\n\n| a | b |\n|---|---:|\n| 1 | 2 |\n\n- [x] done\n", line: 7),
        cell(
          .code, "\nprint(\"hello\") -- a comment\ntrace:accuracy()\n", line: 12,
          [
            .text("hello\n"), .value("{ 0.5, 0.75 }"), .table(table),
            .figure(picture("curve", caption: "A curve.", csv: "x,y\r\n1,2\r\n")),
          ]),
        cell(.markdown, "## Traces\nThe same heading again.", line: 17),
        cell(
          .code, "local x = nil\nprint(x.y)", line: 20,
          [
            .error(
              message: "scripts/threshold_sweep.lua:21: attempt to index a nil value (local 'x')",
              traceback: "  in cell 6")
          ], .failed),
        cell(.code, "never()", line: 24, seconds: nil, .pending),
      ])
  }

  static func facts() -> RunFacts {
    RunFacts(
      command: ["gfnet-lab", "run", "scripts/threshold_sweep.lua", "limit=20", "name=it's"],
      versions: [.init("gfnet-lab", "0.1.0"), .init("Lua", "5.4.4")],
      parameters: [
        .init(name: "limit", value: 20, defaultValue: 10, help: "images", isOverridden: true),
        .init(name: "model", value: "clutter-fashion", defaultValue: "clutter-fashion"),
      ],
      seed: 7, threads: 2,
      host: HostFacts(processor: "Test CPU", cores: 2, memory: 8 << 30, system: "Test OS"),
      repository: RepositoryState(
        commit: "0123456789abcdef0123456789abcdef01234567", branch: "main", isDirty: true),
      started: Date(timeIntervalSince1970: 1_772_373_909))
  }

  static func text(_ path: FilePath) throws -> String {
    try String(contentsOfFile: path.string, encoding: .utf8)
  }

  static func json(_ path: FilePath) throws -> [String: Any] {
    let data = try Data(contentsOf: URL(fileURLWithPath: path.string))
    return try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
  }
}
