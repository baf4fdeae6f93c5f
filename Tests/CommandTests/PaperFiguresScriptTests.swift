import Support
import TestSupport
import Testing

/// `scripts/paper_figures.lua`, as the program runs it.
@Suite struct PaperFiguresScriptTests {
  private static let arguments = [
    (SourceTree.root / "scripts/paper_figures.lua").string,
    "model=\((SourceTree.root / "models/clutter-fashion.safetensors").string)", "limit=60", "points=5",
  ]

  @Test func drawsThePublishedFiguresAndOurs() throws {
    let program = try Program()
    let result = try program.run(Self.arguments)
    #expect(result.status == 0, "\(result.errors)")
    let folder = "reports/paper_figures"
    for figure in ["figure-4", "figure-5", "ours-4", "policy", "overview"] {
      #expect(program.read("\(folder)/figures/\(figure).csv") != nil, "\(figure)")
    }
    // The anytime curve of the paper stands at costs that are counted here.
    let four = try #require(program.read("\(folder)/figures/figure-4.csv"))
    #expect(four.contains("68.9") && four.contains("527687680"), "\(four.suffix(600))")
    let saved = try #require(program.read("\(folder)/tables/saved.csv"))
    #expect(saved.contains("ResNet") && saved.contains("MobileNetV3"))
  }

  @Test func anImageThatIsNotThereIsOneLine() throws {
    let program = try Program()
    let result = try program.run(Self.arguments + ["image=61"])
    #expect(result.status == 1)
    #expect(result.complaints.count == 1 && result.errors.contains("there is no image 61: there are 60"))
  }
}
