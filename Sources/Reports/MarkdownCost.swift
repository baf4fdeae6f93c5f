/// Whether cmark can take a Markdown text in time and memory that grow with its length.
///
/// Some constructs cost the product of two lengths: short table rows are filled up to all columns, every line is walked
/// through all quotes and lists that are open, a reference is written out wherever it is used, and each sign that may
/// begin something searches the rest of its paragraph. A few kilobytes of those take gigabytes, or hours. Each product
/// is estimated from above, so what is refused may be harmless; what people write is far below.
struct MarkdownCost {
  /// The most cells of tables, those that are filled up among them.
  static let mostCells = 200_000
  /// The most open quotes and lists, summed over the lines.
  private static let mostContainers = 20_000_000
  /// The most bytes that signs may search.
  private static let mostSearched = 1_000_000_000
  /// The most bytes of references that are written out.
  private static let mostExpanded = 20_000_000

  /// What is too much; nil: the text can be rendered.
  private(set) var excess: String?

  // These are counted over the whole text.
  private var cells = 0
  private var lines = 0
  private var depth = 0
  private var searched = 0
  private var brackets = 0
  private var longestDefinition = 0
  // These are counted since the last blank line: no table and no paragraph goes beyond one.
  private var columns = 0
  private var bytes = 0
  private var signs = 0
  private var hasDefinition = false
  private var hasDashes = false

  /// - Parameter text: with `\n` line ends.
  init(_ text: String) {
    var text = text
    text.makeContiguousUTF8()
    text.utf8.withContiguousStorageIfAvailable { bytes in
      var start = 0
      while start < bytes.count, excess == nil {
        let end = bytes[start...].firstIndex(of: 10) ?? bytes.count
        take(bytes[start..<end])
        judge()
        start = end + 1
      }
      finishBlock()
      judge()
    }
  }

  private mutating func judge() {
    if cells > Self.mostCells {
      excess = "its tables have more than \(Self.mostCells) cells, with those that short rows leave out"
    } else if depth.multipliedReportingOverflow(by: lines).partialValue > Self.mostContainers {
      excess = "quotes or lists are nested \(depth) deep"
    } else if brackets.multipliedReportingOverflow(by: longestDefinition).partialValue > Self.mostExpanded {
      excess = "a long reference is used too often"
    } else if searched > Self.mostSearched {
      excess = "a paragraph has too many of the signs @, <!, <? and |"
    }
  }

  private mutating func take(_ line: Slice<UnsafeBufferPointer<UInt8>>) {
    lines += 1
    guard let first = line.firstIndex(where: { $0 != 32 && $0 != 9 }) else { return finishBlock() }
    depth = max(depth, Self.containers(line))
    bytes += line.count + 1
    if let columns = Self.columns(line) {
      self.columns = max(self.columns, columns)
      // A second such line begins no table, and takes the whole paragraph before it apart to find out.
      signs += hasDashes ? 200 : 1
      hasDashes = true
    }
    // A row has a cell at least, also in a table that is as wide as it.
    cells += columns
    // A row's cells are a list that is walked to its end for each.
    let bars = line.reduce(0) { $1 == UInt8(ascii: "|") ? $0 + 1 : $0 }
    searched += 4 * bars * bars
    var before: UInt8 = 0
    for byte in line[first...] {
      switch byte {
      case UInt8(ascii: "@"): signs += 1
      case UInt8(ascii: "!") where before == UInt8(ascii: "<"): signs += 1
      case UInt8(ascii: "?") where before == UInt8(ascii: "<"): signs += 1
      case UInt8(ascii: "]"): brackets += 1
      case UInt8(ascii: ":") where before == UInt8(ascii: "]"): hasDefinition = true
      default: break
      }
      before = byte
    }
  }

  private mutating func finishBlock() {
    searched += signs * bytes
    if hasDefinition { longestDefinition = max(longestDefinition, bytes) }
    columns = 0
    bytes = 0
    signs = 0
    hasDefinition = false
    hasDashes = false
  }

  /// The most quotes and lists that a line can have open: its marks, and what its indentation continues.
  private static func containers(_ line: Slice<UnsafeBufferPointer<UInt8>>) -> Int {
    var count = 0
    var blanks = 0
    var at = line.startIndex
    while at < line.endIndex {
      let isBeforeBlank = at + 1 == line.endIndex || line[at + 1] == 32 || line[at + 1] == 9
      switch line[at] {
      case 32: blanks += 1
      case 9: blanks += 4
      case UInt8(ascii: ">"): count += 1
      case UInt8(ascii: "0")...UInt8(ascii: "9"): break
      case UInt8(ascii: "-"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: ")"):
        guard isBeforeBlank else { return count + blanks / 2 }
        count += 1
      default: return count + blanks / 2
      }
      at += 1
    }
    return count + blanks / 2
  }

  /// The columns of a table's line of dashes, such as `|---|:-:|`; nil for other lines.
  private static func columns(_ line: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
    var bars = 0
    var hasDash = false
    for byte in line {
      switch byte {
      case UInt8(ascii: "|"): bars += 1
      case UInt8(ascii: "-"): hasDash = true
      case UInt8(ascii: ":"), UInt8(ascii: ">"), 32, 9: break
      default: return nil
      }
    }
    return hasDash ? bars + 1 : nil
  }
}
