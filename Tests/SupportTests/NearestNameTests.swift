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
    #expect(NearestName.find("bat", in: ["bar", "bag"]) == "bar")
  }

  @Test(arguments: [
    ("f", ["a", "t"]), ("a", ["ab", "b"]), ("range", ["rawget", "rand"]), ("clip", ["flip"]),
    ("sin", ["min"]),
    ("T", ["lt"]), ("is", ["if", "os"]),
  ])
  func shortNamesAreNotGuessed(_ name: String, _ known: [String]) {
    #expect(NearestName.find(name, in: known) == nil)
  }

  @Test func caseIsNoDifference() {
    #expect(NearestName.find("S", in: ["a", "s"]) == "s")
  }

  @Test func nothingIsNearInAnEmptyList() {
    #expect(NearestName.find("test", in: []) == nil)
  }
}
