import Foundation

extension Notebook {
  /// What is saved as files beside the report, in a folder for each kind.
  enum ArtifactKind: String, CaseIterable {
    case figure, table

    var folder: String { rawValue + "s" }
  }

  /// A figure or a table as files.
  struct Artifact {
    let kind: ArtifactKind
    /// The stem that the script asked for.
    let name: String
    let caption: String
    /// Makes the files' contents, in the order in which they are written; `ending` has no dot.
    let files: () -> [(ending: String, content: Data)]
  }
}

extension Notebook.Output {
  /// The output as files; nil for what stands in the report alone.
  var artifact: Notebook.Artifact? {
    switch self {
    case .figure(let picture):
      Notebook.Artifact(kind: .figure, name: picture.name, caption: picture.caption) {
        var files = picture.files.map { (ending: $0.ending, content: $0.content) }
        if let csv = picture.csv { files.append(("csv", Data(csv.utf8))) }
        return files
      }
    case .table(let table):
      Notebook.Artifact(kind: .table, name: table.name, caption: table.caption) {
        [("csv", Data(table.csv.utf8)), ("tex", Data(table.latex.utf8))]
      }
    case .text, .value, .markdown, .remark, .error: nil
    }
  }
}
