import Support
import Testing

@Suite struct NearestNameTests {
  @Test(arguments: [
    ("tets", "test"), ("TEST", "test"), ("trian", "train"), ("validaton", "validation"), ("t", nil),
    ("quantile", nil), ("", nil),
  ])
  func findsTheNearest(_ name: String, _ expected: String?) {
    #expect(NearestName.of(name, among: ["train", "validation", "test"]) == expected)
  }

  @Test func theEarlierOfTwoEquallyNearWins() {
    #expect(NearestName.of("bat", among: ["cat", "hat"]) == "cat")
  }

  @Test func nothingIsNearInAnEmptyList() {
    #expect(NearestName.of("test", among: []) == nil)
  }
}
