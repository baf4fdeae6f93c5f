import Reports
import Testing

/// Tables as the terminal shows them, and numbers whose digits nobody asked for.
@Suite struct TableTextTests {
  private func table(_ columns: [String], _ rows: [[Notebook.Table.Value]]) -> [String] {
    Notebook.Table(name: "t", columns: columns, rows: rows).text.split(
      separator: "\n", omittingEmptySubsequences: false
    ).dropLast().map(String.init)
  }

  /// Text of one-column signs alone takes a shorter way, which must give the same.
  @Test func plainTextIsShownAsAnyOther() {
    let lines = table(["a"], [[.text("plain <&>\"' text")], [.text("plain <&>\"' texté")]])
    #expect(lines[2] + "é" == lines[3])
  }

  @Test func columnsStayUnderTheirHeadings() {
    let lines = table(
      ["名前", "value", "note"],
      [
        [.text("日本語"), .number(-.nan, digits: nil), .text("x")],
        [.text("abc"), .number(.infinity, digits: nil), .text("two\nlines\tand more")],
        [.text("e\u{301}"), .number(-0.0, digits: nil), .text("\u{1B}[31mred\u{1B}[0m")],
      ])
    #expect(
      lines == [
        "名前    value  note", "──────  ─────  ──────────────────", "日本語    nan  x",
        "abc       inf  two lines and more", "e\u{301}          -0  red",
      ])
  }

  static let numbers: [(Double, String)] = [
    (89.60000000000001, "89.6"), (16.674062336, "16.67"), (0.1 + 0.2, "0.3"), (61.25, "61.25"), (42, "42"),
    (15_958_257, "15958257"), (123_456.789, "123457"), (1e-9 / 3, "3.333e-10"),
    (0.000123456789, "0.0001235"),
    (1e300, "1e+300"), (0.5, "0.5"), (9999.7, "10000"), (999.96, "1000"), (12_345.678, "12346"),
    (75.9312, "75.93"),
  ]

  @Test(arguments: numbers)
  func numbersHaveFourDigits(_ value: Double, _ shown: String) {
    #expect(Notebook.Table.Value.number(value, digits: nil).shown == shown)
    // Files keep the number.
    let table = Notebook.Table(name: "t", columns: ["x"], rows: [[.number(value, digits: nil)]])
    let exact = value == value.rounded() && value < 1e15 ? "\(Int(value))" : "\(value)"
    #expect(table.csv == "x\r\n\(exact)\r\n")
  }
}
