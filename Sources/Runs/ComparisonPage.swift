import Foundation
import Reports
import Support

extension RunComparison {
  /// More bytes of pictures than these do not go into a page.
  private static let room = 64 << 20

  /// The comparison as a notebook, which the report writer makes one page of: tables, and the figures of the same name side by side.
  ///
  /// - Throws: `Interrupted`.
  public func notebook() throws -> Notebook {
    var cells: [Notebook.Cell] = []
    func add(_ title: String, _ outputs: [Notebook.Output], sideBySide: Bool = false) {
      guard !outputs.isEmpty else { return }
      var cell = Notebook.Cell(kind: .code, title: title, source: "", firstLine: 1)
      cell.outputs = outputs
      cell.status = .done
      cell.isSideBySide = sideBySide
      cells.append(cell)
    }
    for table in tables { add(Self.heading(of: table.name), [.table(table)]) }
    var left = Self.room
    var missing: [String] = []
    for stem in stems {
      try Cancellation.check()
      var outputs: [Notebook.Output] = []
      for (run, name) in zip(runs, names) {
        guard let file = run.figures.first(where: { FilePath($0).shownStem == stem }) else {
          outputs.append(.text("\(name): no such figure\n"))
          continue
        }
        guard let picture = Self.picture(run, file, caption: name, limit: left) else {
          missing.append("\(name): \(file)")
          continue
        }
        left -= picture.files[0].content.count
        outputs.append(.figure(picture))
      }
      add(stem, outputs, sideBySide: true)
    }
    var notebook = Notebook(
      title: "Comparison of \(runs.count) runs", source: FilePath(names.joined(separator: ", ")), cells: cells
    )
    if !missing.isEmpty {
      notebook.remarks.append(
        "left out, as they are too large or cannot be read: \(missing.joined(separator: "; "))")
    }
    return notebook
  }

  /// Names of figures, in the order in which they come up.
  private var stems: [String] {
    var known: Set<String> = []
    return runs.flatMap { $0.figures.map { FilePath($0).shownStem } }.filter { known.insert($0).inserted }
  }

  private static func heading(of table: String) -> String {
    table == "runs" ? "Runs" : table.prefix(1).uppercased() + table.dropFirst()
  }

  private static func picture(_ run: RecordedRun, _ file: String, caption: String, limit: Int) -> Notebook
    .Picture?
  {
    guard let type = RecordedRun.mediaType(file),
      let content = try? InputFile.data(of: run.folder / file, limit: max(limit, 0)), !content.isEmpty
    else { return nil }
    return Notebook.Picture(
      name: FilePath(file).shownStem, caption: caption,
      files: [.init(ending: FilePath(file).ending, mediaType: type, content: content)], width: 0, height: 0)
  }
}
