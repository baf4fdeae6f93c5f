import Foundation
import Support
import TestSupport
import Testing

/// What `--formats` keeps of figures.
@Suite struct FigureFormatTests {
  @Test func figuresAreKeptInTheFormatsThatAreAskedFor() throws {
    let program = try Program()
    try program.write("s.lua", "gfnet.plot.figure{name = 'curve'}:line({1, 2}, {3, 4}, {label = 'a < b'})")
    #expect(try program.run("s.lua", "--formats", "png,svg").status == 0)
    #expect(program.read("reports/s/figures/curve.svg")?.contains("<svg ") == true)
    #expect(program.read("reports/s/report.md")?.contains("[SVG](figures/curve.svg), [numbers]") == true)
    let page = program.read("reports/s/index.html") ?? ""
    #expect(page.contains("src=\"data:image/png;base64,"))
    #expect(page.contains("download=\"curve.svg\" href=\"data:image/svg+xml;base64,"))
    // What was kept in other formats is drawn again.
    #expect(try program.run("s.lua", "--formats", "svg").status == 0)
    #expect(program.read("reports/s/index.html")?.contains("src=\"data:image/svg+xml;base64,") == true)
    let wrong = try program.run("s.lua", "--formats", "svg,pgn")
    #expect(
      wrong.status != 0 && wrong.errors.contains("--formats: unknown picture format \"pgn\""),
      "\(wrong.errors)")
  }
}
