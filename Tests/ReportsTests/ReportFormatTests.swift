import Foundation
import Reports
import Support
import TestSupport
import Testing

/// Every row of the table of report formats.
struct ReportFormatTests {
  @Test func namesAndFilesAreUnique() {
    #expect(Set(ReportFormat.all.map(\.name)).count == ReportFormat.all.count)
    #expect(Set(ReportFormat.all.map(\.fileName)).count == ReportFormat.all.count)
    #expect(ReportFormat.primary.fileName == "index.html")
  }

  @Test func everyRunWritesAndListsAllOfThem() throws {
    try withTemporaryFolder { folder in
      let run = try RunDirectory(path: folder, facts: Sample.facts())
      #expect(run.indexPath == folder / ReportFormat.primary.fileName)
      try run.update(Sample.notebook())
      try run.finish(Sample.notebook(), status: .done, seconds: 1)
      let listed = try Sample.json(folder / "meta.json")["files"] as? [String] ?? []
      for format in ReportFormat.all {
        #expect(listed.contains(format.fileName))
        // Whatever the form: what the script printed, what it tabulated, and what stopped it.
        let text = try Sample.text(folder / format.fileName)
        for part in ["hello", "Accuracy by step.", "attempt to index a nil value", "A curve."] {
          #expect(text.contains(part), "\(format.name): \(part)")
        }
      }
    }
  }

  /// A file of someone else is not replaced by any of them.
  @Test(arguments: ReportFormat.all.map(\.fileName)) func aForeignFileIsInTheWay(_ name: String) throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write("mine", to: folder / name)
      #expect(throws: RunFolderError.self) { try RunDirectory(path: folder, facts: Sample.facts()) }
      #expect(try Sample.text(folder / name) == "mine")
    }
  }

  /// The page links to the other forms.
  @Test func thePageNamesTheOtherForms() {
    let html = HTMLReport.render(Sample.notebook(), facts: Sample.facts())
    for format in ReportFormat.all where format.fileName != ReportFormat.primary.fileName {
      #expect(html.contains("<a href=\"\(format.fileName)\">\(format.fileName)</a>"), "\(format.name)")
    }
  }
}
