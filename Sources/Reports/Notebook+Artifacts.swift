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
    /// How the files end, without the dot, in the order in which they are written.
    let endings: [String]
    /// Makes the files' contents, in the same order.
    let files: () -> [Data]
  }
}

extension Notebook.Output {
  /// The output as files; nil for what stands in the report alone.
  var artifact: Notebook.Artifact? {
    switch self {
    case .figure(let picture):
      Notebook.Artifact(
        kind: .figure, name: picture.name, caption: picture.caption,
        endings: picture.files.map(\.ending) + (picture.csv == nil ? [] : ["csv"])
      ) {
        picture.files.map(\.content) + (picture.csv.map { [Data($0.utf8)] } ?? [])
      }
    case .table(let table):
      Notebook.Artifact(
        kind: .table, name: table.name, caption: table.caption, endings: ["csv", "tex"]
      ) {
        [Data(table.csv.utf8), Data(table.latex.utf8)]
      }
    case .text, .value, .markdown, .remark, .error: nil
    }
  }
}
