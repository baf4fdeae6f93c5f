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

  /// Longer names have no nearest one, on either side.
  @Test func longNamesAreNotCompared() {
    let name = String(repeating: "a", count: 60)
    #expect(NearestName.find(name, in: [name + "a", name]) == name)
    #expect(NearestName.find(name + "a", in: [name]) == nil)
    #expect(NearestName.find(String(repeating: "b", count: 1 << 20), in: ["b", "bb"]) == nil)
  }

  /// A short list is shown whole: the right name may be its last.
  @Test func listsOfFewerThanThirtyAreShownWhole() {
    let names = (10..<39).map { "name\($0)" }
    #expect(
      NearestName.hint("quite another", in: names) == "; known: " + names.joined(separator: ", "))
    #expect(
      NearestName.hint("quite another", in: names + ["name39"])
        == "; known: " + names.prefix(12).joined(separator: ", ") + ", …")
  }

  @Test func nothingIsNearInAnEmptyList() {
    #expect(NearestName.find("test", in: []) == nil)
  }
}
