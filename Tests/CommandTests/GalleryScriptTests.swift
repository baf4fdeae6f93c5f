import Foundation
import Support
import TestSupport
import Testing

/// `scripts/gallery.lua`, as the program runs it.
@Suite struct GalleryScriptTests {
  @Test func drawsEveryKindAtEachResolution() throws {
    let program = try Program()
    try FileManager.default.createDirectory(
      atPath: program.folder + "/saved", withIntermediateDirectories: true)
    let result = try program.run(
      (SourceTree.root / "scripts/gallery.lua").string,
      "model=\((SourceTree.root / "models/clutter-fashion.safetensors").string)", "limit=60", "dpi=50,100",
      "save=saved")
    #expect(result.status == 0, "\(result.errors)")
    let charts = [
      "line", "step", "scatter", "errorbar", "bar", "distributions", "maps", "pareto", "judged", "twin",
    ]
    for chart in charts {
      let sizes = try [50, 100].map { dpi in
        // The width stands after the signature, the chunk's length and its name, in 4 bytes.
        let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(program.folder)/saved/\(chart)-\(dpi).png"))
        return bytes[16..<20].reduce(0) { $0 << 8 | Int($1) }
      }
      #expect(abs(sizes[1] - 2 * sizes[0]) <= 1 && sizes[0] > 100, "\(chart): \(sizes)")
    }
    for figure in charts + ["glimpses", "filmstrip"] {
      #expect(program.read("reports/gallery/figures/\(figure).csv") != nil, "\(figure)")
    }
  }
}
