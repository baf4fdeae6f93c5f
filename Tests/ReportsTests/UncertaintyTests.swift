import Reports
import Testing

/// Numbers with uncertainties in tables.
@Suite struct UncertaintyTests {
  private static func shown(_ value: Double, _ uncertainty: Double, _ digits: Int? = nil) -> String {
    Notebook.Table.Value.uncertain(value, uncertainty: uncertainty, digits: digits).shown
  }

  @Test(arguments: [
    (90.42, 0.29, "90.42(29)"), (90.4199, 0.2949, "90.42(29)"), (90.42, 0.2951, "90.42(30)"),
    (90.42, 0.0996, "90.42(10)"), (90.42, 0.0994, "90.420(99)"), (90.42, 0.996, "90.4(10)"),
    (1.96, 1.2, "2.0(12)"), (14.4, 9.96, "14(10)"), (14.6, 12.2, "15(12)"), (1234.4, 56.3, "1234(56)"),
    (12345, 1500, "12300(1500)"), (12345, 996, "12300(1000)"), (-0.0042, 0.00037, "-0.00420(37)"),
    (0, 0.5, "0.00(50)"), (0.0001, 0.000025, "0.000100(25)"), (1.234e-9, 4.5e-10, "1.23(45)e-9"),
    (2e-11, 4.5e-10, "0.2(45)e-10"), (3.5e12, 2e10, "3.500(20)e12"), (999.96e9, 1e9, "10.000(10)e11"),
    (-0.0, 0.001, "0.0000(10)"), (-0.00001, 0.001, "0.0000(10)"), (-3, 450, "0(450)"), (-7, 45, "-7(45)"),
    (5, 0, "5(0)"), (0.5, .nan, "0.5"), (.nan, 0.1, "nan"), (.infinity, 0.1, "inf"),
  ])
  func anUncertaintyHasTwoDigits(_ row: (value: Double, uncertainty: Double, text: String)) {
    #expect(Self.shown(row.value, row.uncertainty) == row.text)
  }

  @Test func aTableMayAskForDecimals() {
    #expect(Self.shown(90.4199, 0.2949, 1) == "90.4(3)")
    #expect(Self.shown(90.4199, 0.2949, 3) == "90.420(295)")
    #expect(Self.shown(90.4199, 0.2949, 0) == "90(0)")
    #expect(Self.shown(0.5, .nan, 2) == "0.50")
  }

  private let table = Notebook.Table(
    name: "t", columns: ["network", "top-1 (%)", "steps"],
    rows: [
      [
        .text("ours"), .uncertain(90.4199, uncertainty: 0.2949, digits: nil), .integer(3, digits: nil),
      ],
      [.text("theirs"), .number(9.5, digits: 1), .integer(5, digits: nil)], [.text("none")],
    ])

  @Test func filesHaveBothNumbersInFull() {
    #expect(
      table.csv
        == "network,top-1 (%),top-1 (%) uncertainty,steps\r\nours,90.4199,0.2949,3\r\ntheirs,9.5,,5\r\nnone,,,\r\n"
    )
    #expect(table.latex.contains("\\begin{tabular}{lS[table-format=2.2(2)]S[table-format=1]}"))
    #expect(table.latex.contains("ours & 90.42(29) & 3 \\\\\ntheirs & 9.5 & 5 \\\\\nnone &  &  \\\\"))
    let plain = Notebook.Table(name: "t", columns: ["a"], rows: [[.number(1, digits: nil)]])
    #expect(plain.csv == "a\r\n1\r\n")
  }

  @Test func theTerminalSetsThemToTheRight() {
    let lines = table.text.split(separator: "\n").map(String.init)
    #expect(lines[2] == "ours     90.42(29)      3", "\(lines)")
    #expect(lines[3] == "theirs         9.5      5")
  }
}
