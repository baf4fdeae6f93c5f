import Foundation
import Support

/// `report.ipynb`: the executed notebook, for Jupyter and all that reads its files.
public struct JupyterReport: ReportRenderer {
  public static let format = ReportFormat(name: "Jupyter", fileName: "report.ipynb", showsProgress: false) {
    _ in
    JupyterReport()
  }

  func render(_ page: ReportPage, _ append: (Data) throws -> Void) rethrows {
    try append(Data(Self.notebook(page.notebook).text.utf8))
  }

  /// The notebook with what its cells produced.
  static func notebook(_ notebook: Notebook) -> JupyterNotebook {
    var count = 0
    let cells = notebook.cells.map { cell -> JupyterNotebook.Cell in
      var metadata: [JSONValue.Member] = []
      if cell.kind == .parameters { metadata.append(.init("tags", ["parameters"])) }
      if !cell.title.isEmpty { metadata.append(.init("title", .string(cell.title))) }
      var written = JupyterNotebook.Cell(
        kind: cell.kind == .markdown ? .markdown : .code, source: cell.trimmedSource, metadata: metadata)
      guard cell.kind != .markdown else { return written }
      if cell.status != .pending {
        count += 1
        written.executionCount = count
      }
      written.outputs = cell.outputs.map { $0.stored(count: count) }
      return written
    }
    return JupyterNotebook(cells: cells, metadata: [.init("title", .string(notebook.title))])
  }
}

extension Notebook.Output {
  /// The output as nbformat has it.
  fileprivate func stored(count: Int) -> JSONValue {
    func stream(_ name: String, _ text: String) -> JSONValue {
      ["name": .string(name), "output_type": "stream", "text": JupyterNotebook.lines(text)]
    }
    switch self {
    case .text(let text): return stream("stdout", text)
    case .remark(let text): return stream("stderr", text + "\n")
    case .error(let message, let traceback):
      return [
        "ename": .string(Self.errorName), "evalue": .string(message), "output_type": "error",
        "traceback": .array(Self.traceback(message, traceback)),
      ]
    case .value, .markdown, .table, .figure:
      let bundle = bundle ?? Bundle(text: "")
      let data = bundle.data.map { member -> JSONValue.Member in
        let isText = member.name.hasPrefix("text/") || member.name == "image/svg+xml"
        guard isText, let text = member.value.asString else { return member }
        return .init(member.name, JupyterNotebook.lines(text))
      }
      var members: [JSONValue.Member] = [
        .init("data", .object(data)), .init("metadata", .object(bundle.metadata)),
      ]
      if case .value = self {
        members += [.init("output_type", "execute_result"), .init("execution_count", .integer(count))]
      } else {
        members.append(.init("output_type", "display_data"))
      }
      return .object(members)
    }
  }

  /// What Jupyter calls errors of scripts.
  public static let errorName = "LuaError"

  /// An error as Jupyter shows it, line by line.
  public static func traceback(
    _ message: String, _ traceback: String, name: String = errorName
  ) -> [JSONValue] {
    let head = "\u{1B}[31m\(name)\u{1B}[0m: \(HTMLText.visible(HTMLText.terminalText(message)))"
    let rest = HTMLText.visible(HTMLText.terminalText(traceback)).split(separator: "\n").map(String.init)
    return ([head] + rest).map { .string($0) }
  }
}
