/// A replacement of some bytes of a text.
struct SourceEdit {
  let range: Range<Int>
  let text: String

  init(_ range: Range<Int>, _ text: String) {
    self.range = range
    self.text = text
  }
}

extension String {
  /// The text after edits of ranges that do not overlap; those of one place are made in the order given.
  func edited(_ edits: [SourceEdit]) -> String {
    let bytes = utf8
    var result = ""
    result.reserveCapacity(bytes.count + edits.reduce(0) { $0 + $1.text.utf8.count })
    var at = 0
    func slice(_ range: Range<Int>) -> Substring {
      let low = bytes.index(bytes.startIndex, offsetBy: range.lowerBound)
      return self[low..<bytes.index(low, offsetBy: range.count)]
    }
    for edit in edits.enumerated().sorted(by: {
      ($0.element.range.lowerBound, $0.offset) < ($1.element.range.lowerBound, $1.offset)
    }).map(\.element) {
      result += slice(at..<edit.range.lowerBound) + edit.text
      at = edit.range.upperBound
    }
    return result + slice(at..<bytes.count)
  }
}
