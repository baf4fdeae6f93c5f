/// The formulas of a Markdown text, taken out before it is parsed: its signs would be taken for Markdown's.
struct MarkdownMath {
  /// The text with a mark in place of each formula.
  private(set) var text = ""
  /// The formulas by the number in their mark: as they were typed, and as MathML.
  private var formulas: [(typed: String, element: String)] = []

  private static let opening: Unicode.Scalar = "\u{E000}"
  private static let closing: Unicode.Scalar = "\u{E001}"

  /// `$…$` within a line of text and `$$…$$`; not in code, not where a dollar sign stands for money: the first sign is
  /// followed, the last one preceded by something that is no blank, and no digit follows the last.
  init(_ markdown: String) {
    // Both marks begin with the same byte.
    if !markdown.utf8.contains(where: { $0 == UInt8(ascii: "$") || $0 == 0xEE }) {
      text = markdown
      return
    }
    let scalars = Array(markdown.unicodeScalars.filter { $0 != Self.opening && $0 != Self.closing })
    var result = String.UnicodeScalarView()
    var place = 0
    var fence: (sign: Unicode.Scalar, count: Int)?
    let lastRuns = Self.lastRuns(scalars)
    // We append one by one: a view of scalars copies all that it has when a sequence is appended.
    while place < scalars.count {
      let isLineStart = place == 0 || scalars[place - 1] == "\n"
      let scalar = scalars[place]
      if isLineStart, let run = Self.fence(scalars, place) {
        if let open = fence {
          if run.sign == open.sign, run.count >= open.count { fence = nil }
        } else {
          fence = run
        }
      }
      if fence == nil, scalar == "`" {
        let end = Self.endOfCode(scalars, place, lastRuns)
        for scalar in scalars[place..<end] { result.append(scalar) }
        place = end
      } else if fence == nil, scalar == "\\", place + 1 < scalars.count {
        result.append(scalar)
        result.append(scalars[place + 1])
        place += 2
      } else if fence == nil, scalar == "$", let formula = Self.formula(scalars, place) {
        result.append(Self.opening)
        for digit in String(formulas.count).unicodeScalars { result.append(digit) }
        result.append(Self.closing)
        let typed = String(String.UnicodeScalarView(scalars[place..<formula.end]))
        formulas.append((typed, formula.element))
        place = formula.end
      } else {
        result.append(scalar)
        place += 1
      }
    }
    text = String(result)
  }

  /// `html` with the formulas in place of their marks.
  func restored(in html: String) -> String { replacing(html) { $0.element } }

  /// Plain text with the formulas as they were typed.
  func typed(in text: String) -> String { replacing(text) { $0.typed } }

  private func replacing(_ text: String, _ content: ((typed: String, element: String)) -> String) -> String {
    guard !formulas.isEmpty else { return text }
    var result = ""
    for (index, part) in text.unicodeScalars.split(separator: Self.opening, omittingEmptySubsequences: false)
      .enumerated()
    {
      guard index > 0, let end = part.firstIndex(of: Self.closing),
        let number = Int(String(part[..<end])), formulas.indices.contains(number)
      else {
        result += Substring(part)
        continue
      }
      result += content(formulas[number])
      result += Substring(part[part.index(after: end)...])
    }
    return result
  }

  private static func fence(_ scalars: [Unicode.Scalar], _ start: Int) -> (sign: Unicode.Scalar, count: Int)?
  {
    var place = start
    while place < scalars.count, place < start + 3, scalars[place] == " " { place += 1 }
    guard place < scalars.count, scalars[place] == "`" || scalars[place] == "~" else { return nil }
    let count = scalars[place...].prefix { $0 == scalars[place] }.count
    return count >= 3 ? (scalars[place], count) : nil
  }

  /// The place behind the code that begins here: a run of as many backticks ends it; without one only the run
  /// itself is meant.
  private static func endOfCode(_ scalars: [Unicode.Scalar], _ start: Int, _ lastRuns: [Int: Int]) -> Int {
    let count = scalars[start...].prefix { $0 == "`" }.count
    // Runs of many lengths would each search the whole rest.
    guard let last = lastRuns[count], last > start else { return start + count }
    var place = start + count
    while place < scalars.count {
      let run = scalars[place...].prefix { $0 == "`" }.count
      if run == count { return place + run }
      place += max(run, 1)
    }
    return start + count
  }

  /// Where the last run of each number of backticks begins.
  private static func lastRuns(_ scalars: [Unicode.Scalar]) -> [Int: Int] {
    var places: [Int: Int] = [:]
    var place = 0
    while place < scalars.count {
      let start = place
      while place < scalars.count, scalars[place] == "`" { place += 1 }
      if place > start { places[place - start] = start }
      place += 1
    }
    return places
  }

  private static func formula(_ scalars: [Unicode.Scalar], _ start: Int) -> (end: Int, element: String)? {
    let isDisplay = start + 1 < scalars.count && scalars[start + 1] == "$"
    let first = start + (isDisplay ? 2 : 1)
    guard first < scalars.count, isDisplay || !isBlank(scalars[first]) else { return nil }
    var place = first
    while place < min(scalars.count, first + 2000) {
      let scalar = scalars[place]
      if scalar == "\n", place + 1 < scalars.count, scalars[place + 1] == "\n" { return nil }
      if scalar == "\\" {
        place += 2
        continue
      }
      if scalar == "$" {
        let end = place + (isDisplay ? 2 : 1)
        guard end <= scalars.count, !isDisplay || scalars[place + 1] == "$" else { return nil }
        let follows = end < scalars.count ? scalars[end] : " "
        guard isDisplay || (place > first && !isBlank(scalars[place - 1]) && !("0"..."9").contains(follows))
        else { return nil }
        let tex = String(String.UnicodeScalarView(scalars[first..<place]))
        return MathML.element(tex, isDisplay: isDisplay).map { (end, $0) }
      }
      place += 1
    }
    return nil
  }

  private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
    scalar == " " || scalar == "\n" || scalar == "\t"
  }
}
