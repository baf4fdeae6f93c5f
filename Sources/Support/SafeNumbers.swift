// What is done with numbers that scripts and files give: nothing here can overflow or trap.

extension Int {
  /// The whole number that is left when the fraction is dropped; the bounds of `Int` beyond them, 0 for NaN.
  public init(clamping value: Double) {
    if value.isNaN {
      self = 0
    } else {
      self = Int(exactly: value.rounded(.towardZero)) ?? (value < 0 ? .min : .max)
    }
  }

  /// The 0-based place that `number` means among `count`: 1 is the first, −1 the last; nil where there is none.
  public init?(place number: Int, of count: Int) {
    guard number != 0, number.magnitude <= UInt(Swift.max(count, 0)) else { return nil }
    self = number > 0 ? number - 1 : number + count
  }
}

extension Range<Int> {
  /// One of `count` parts in a row, which are as even as whole numbers allow.
  ///
  /// - Parameter index: which one, from 0.
  public func part(_ index: Int, of count: Int) -> Range<Int> {
    lowerBound + self.count * index / count..<lowerBound + self.count * (index + 1) / count
  }
}

extension Sequence<Int> {
  /// The product; nil beyond `Int`.
  public func checkedProduct() -> Int? {
    var product = 1
    for factor in self {
      let (next, overflow) = product.multipliedReportingOverflow(by: factor)
      if overflow { return nil }
      product = next
    }
    return product
  }

  /// The sum; nil beyond `Int`.
  public func checkedSum() -> Int? {
    var sum = 0
    for term in self {
      let (next, overflow) = sum.addingReportingOverflow(term)
      if overflow { return nil }
      sum = next
    }
    return sum
  }
}
