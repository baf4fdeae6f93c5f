import Support
import Testing

@Suite struct SafeNumbersTests {
  @Test(arguments: [
    (0.0, 0), (-0.0, 0), (2.9, 2), (-2.9, -2), (1e300, Int.max), (-1e300, .min), (.infinity, .max),
    (-.infinity, .min), (.nan, 0), (0x1p63, .max), (-0x1p63, .min), (0x1p62, 1 << 62),
  ])
  func everyDoubleBecomesAWholeNumber(_ value: Double, _ expected: Int) {
    #expect(Int(clamping: value) == expected)
  }

  @Test(arguments: [
    (1, 3, 0), (3, 3, 2), (-1, 3, 2), (-3, 3, 0), (0, 3, nil), (4, 3, nil), (-4, 3, nil), (1, 0, nil),
    (Int.min, 3, nil), (.max, 3, nil), (.min, .max, nil), (.min + 1, .max, 0), (1, -5, nil),
  ])
  func placesCountFromBothEnds(_ number: Int, _ count: Int, _ expected: Int?) {
    #expect(Int(place: number, of: count) == expected)
  }

  @Test func productsAndSumsBeyondIntAreNone() {
    #expect([1 << 31, 1 << 31].checkedProduct() == 1 << 62)
    #expect([1 << 32, 1 << 31].checkedProduct() == nil)
    #expect([Int]().checkedProduct() == 1)
    #expect([Int.max, 1].checkedSum() == nil)
    #expect([Int.max, 0].checkedSum() == .max)
  }
}
