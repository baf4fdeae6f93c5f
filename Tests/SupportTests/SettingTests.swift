import Support
import Testing

@Suite struct SettingTests {
  private let share = Setting("share", .number, in: 0...1)
  private let count = Setting("count", .integer, in: 1...1000)
  private let thresholds = Setting("thresholds", .numberOrList, in: 0...1, allowsInfinity: true)

  /// Whoever sets a value and whoever makes a thing with it are told the same in their own words.
  @Test func faultsAreNamedForBothSides() {
    #expect(share.complaint(about: 1.5) == "must be a number from 0 to 1, got 1.5")
    #expect(share.objection(to: 1.5) == "is 1.5, expected 0 to 1")
    #expect(share.complaint(about: 90.0) == "must be a number from 0 to 1, got 90.0: 0.9, not 90")
    #expect(share.objection(to: 90.0) == "is 90, expected 0 to 1: 0.9, not 90")
    #expect(count.complaint(about: 0) == "must be a whole number from 1 to 1000, got 0")
    #expect(
      thresholds.complaint(about: [0.5, 1.5]) == "must be a number or a list of numbers from 0 to 1, got 1.5")
    #expect(thresholds.objection(to: [0.5, 1.5]) == "is 1.5, expected 0 to 1")
    let word = Setting("word", .string, choices: ["small", "large"])
    #expect(word.complaint(about: "huge") == "must be one of \"small\", \"large\", got \"huge\"")
    #expect(word.objection(to: "huge") == "is \"huge\", expected one of \"small\", \"large\"")
    for value in [0, 1, 0.5] as [SettingValue] {
      #expect(share.complaint(about: value) == nil && share.objection(to: value) == nil)
    }
    for value in [.infinity, -.infinity] as [Double] {
      #expect(thresholds.complaint(about: .number(value)) == nil)
      #expect(thresholds.objection(to: [0.5, .number(value)]) == nil)
      #expect(share.complaint(about: .number(value)) != nil && share.objection(to: .number(value)) != nil)
    }
  }

  /// What is built in takes values of every kind, and refuses what it cannot use.
  @Test func builtInThingsSayWhatTheyTake() {
    #expect(count.objection(to: 3.0) == nil)
    #expect(count.objection(to: 2.5) == "is 2.5, expected a whole number")
    #expect(count.objection(to: 0.5) == "is 0.5, expected 1 to 1000")
    #expect(count.objection(to: [1, 2]) == "is a list, expected a number")
    #expect(count.objection(to: "a") == "is \"a\", expected a whole number")
    #expect(thresholds.objection(to: []) == "is an empty list")
    #expect(thresholds.complaint(about: []) == nil)
    #expect(thresholds.objection(to: [true]) == "is true, expected a number")
    let free = Setting("free", .number)
    #expect(free.objection(to: .number(.nan)) == "is not a number (NaN)")
    #expect(free.complaint(about: .number(.nan)) == nil)
    #expect(share.complaint(about: .number(.nan)) == "must be a number from 0 to 1, got nan")
  }

  @Test func boundsHaveWords() {
    #expect((0.0...1).described == "from 0 to 1" && (0.0...1).listed == "from 0 to 1")
    #expect((1.0 ... .infinity).described == "of at least 1" && (1.0 ... .infinity).listed == "at least 1")
    #expect((-Double.infinity...0.5).described == "of at most 0.5")
    #expect(Setting.expectation("a number", 0...1) == "a number from 0 to 1")
    #expect(share.expectation == "a number from 0 to 1" && Setting("free", .number).expectation == "a number")
  }

  @Test func keysReadWhatTheyDeclare() throws {
    let threshold = Setting.numberOrList("threshold", default: 0.5, in: 0...1, help: "")
    let steps = Setting.integer("steps", default: 2, in: 1...9, help: "")
    let rate = Setting.number("rate", default: 0, help: "")
    #expect(threshold.setting.defaultValue == 0.5 && steps.setting.defaultValue == 2)
    #expect(steps.setting.range == 1...9 && rate.setting.defaultValue == 0.0)
    let settings = Settings(["threshold": 0.25, "steps": 4.0, "rate": 3])
    #expect(try settings[threshold] == [0.25])
    #expect(try settings[steps] == 4)
    #expect(try settings[rate] == 3)
    #expect(try Settings(["threshold": [0.1, 1]])[threshold] == [0.1, 1])
    #expect(throws: UndeclaredSetting.self) { try Settings([:])[steps] }
    #expect(throws: UndeclaredSetting.self) { try Settings(["steps": "many"])[steps] }
  }
}
