import Foundation

/// What a report shows, and how far it stands by itself.
struct ReportPage {
  /// How figures get into the page, where its form can hold them.
  enum Figures {
    /// They are inside: the file stands alone.
    case embedded
    /// They are links to the files beside it, which is quick to write while a run goes on.
    case linked
  }

  let notebook: Notebook
  let facts: RunFacts
  /// The files beside the report that its figures and tables are in, and their numbers.
  let names: ArtifactNames
  let figures: Figures
  /// Whether no files of a run lie beside the page.
  var isAlone = false

  init(_ notebook: Notebook, facts: RunFacts, names: ArtifactNames, figures: Figures) {
    self.notebook = notebook
    self.facts = facts
    self.names = names
    self.figures = figures
  }

  /// The page by itself, outside a run's folder.
  init(_ notebook: Notebook, facts: RunFacts, isAlone: Bool = false) {
    self.init(notebook, facts: facts, names: ArtifactNames(notebook), figures: .embedded)
    self.isAlone = isAlone
  }
}

/// Writes one form of the report.
///
/// A renderer lives as long as its run: it may keep what it made of a cell that has ended.
protocol ReportRenderer {
  /// Hands the bytes of the file to `append`, in order.
  func render(_ page: ReportPage, _ append: (Data) throws -> Void) rethrows
}

extension ReportRenderer {
  /// The whole file, which is UTF-8.
  func text(of page: ReportPage) -> String {
    var data = Data()
    render(page) { data.append($0) }
    return String(decoding: data, as: UTF8.self)
  }
}

/// A form in which every run is reported.
public struct ReportFormat: Sendable {
  /// What it is called, such as "HTML".
  public let name: String
  /// Its file in the run's folder.
  public let fileName: String
  /// Whether it is brought up to date while the run goes on; else it is written at its end.
  var showsProgress = true
  /// The renderer of a new run with this notebook.
  let makeRenderer: @Sendable (Notebook) -> any ReportRenderer

  /// The forms of every run: one row each, and first the one that readers open.
  public static let all: [ReportFormat] = [HTMLReport.format, MarkdownReport.format]

  /// Forms that a run has where it is asked for them.
  public static let onRequest: [ReportFormat] = [JupyterReport.format]

  /// The form that readers open.
  public static var primary: ReportFormat { all[0] }
}
