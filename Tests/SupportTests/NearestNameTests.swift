import Support
import Testing

@Suite struct NearestNameTests {
  @Test(arguments: [
    ("tets", "test"), ("TEST", "test"), ("trian", "train"), ("validaton", "validation"), ("t", nil),
    ("quantile", nil), ("", nil),
  ])
  func findsTheNearest(_ name: String, _ expected: String?) {
    #expect(NearestName.find(name, in: ["train", "validation", "test"]) == expected)
  }

  @Test func theEarlierOfTwoEquallyNearWins() {
    #expect(NearestName.find("bat", in: ["cat", "hat"]) == "cat")
  }

  @Test func nothingIsNearInAnEmptyList() {
    #expect(NearestName.find("test", in: []) == nil)
  }
}
