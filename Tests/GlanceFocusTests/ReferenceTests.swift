import Foundation
import Support
import GlanceFocus
import TestSupport
import Testing

/// The paper authors' code, recorded: every case in the folder must be reproduced.
struct ReferenceTests {
  static let folder = Fixtures.path("reference")

  static let names = ((try? RecordedCases.all(in: folder)) ?? []).map(\.name)

  @Test func theFolderHoldsCases() throws {
    #expect(try RecordedCases.all(in: Self.folder).count >= 5)
  }

  @Test(arguments: names) func everyCaseIsReproduced(_ name: String) throws {
    for found in try RecordedCases.all(in: Self.folder) where found.name == name {
      var results = try found.checkEvaluation()
      if found.hasTraining { results += try found.checkTraining() }
      for result in results {
        #expect(result.passes, "\(result.quantity): error \(result.error), tolerance \(result.tolerance)")
      }
    }
  }
}
