import Reports
import Support
import Sweeps
import Testing

/// What is typed behind `name=` in a sweep, and the combinations of it.
@Suite struct AxisTests {
  private static let rate = Setting("rate", .number, in: 0...1)
  private static let seed = Setting("seed", .integer)
  private static let name = Setting("name", .string)
  private static let epochs = Setting("epochs", .list(.integer))

  /// Reads numbers as the host does, far enough for these tests.
  private static func read(_ text: String, _ setting: Setting) throws -> SettingValue {
    let value: SettingValue
    switch setting.kind {
    case .integer:
      guard let number = Int(text) else { throw SweepError("must be a whole number, got \"\(text)\"") }
      value = .integer(number)
    case .number:
      guard let number = Double(text) else { throw SweepError("must be a number, got \"\(text)\"") }
      value = .number(number)
    case .list: value = .list(text.split(separator: ",").compactMap { Int($0) }.map { .integer($0) })
    default: value = .string(text)
    }
    if let complaint = setting.complaint(about: value) { throw SweepError(complaint) }
    return value
  }

  private static func texts(_ text: String, _ setting: Setting?, most: Int = 100) throws -> [String] {
    try SweepAxis(name: "p", text: text, setting: setting, most: most) {
      try read($0, setting ?? name)
    }.values.map(\.text)
  }

  @Test func commasSeparateValues() throws {
    #expect(try Self.texts("0.1,0.3", Self.rate) == ["0.1", "0.3"])
    #expect(try Self.texts("a,b", Self.name) == ["a", "b"])
    #expect(try Self.texts(#"a\,b,c"#, Self.name) == ["a,b", "c"])
    #expect(try Self.texts(#"a\d\\,b"#, Self.name) == [#"a\d\"#, "b"])
    #expect(try Self.texts("", Self.name) == [""])
    // What takes lists has commas in its values.
    #expect(try Self.texts("2,2;4,4", Self.epochs) == ["2,2", "4,4"])
  }

  @Test func rangesAreNumbersInDecimals() throws {
    #expect(try Self.texts("1..5", Self.seed) == ["1", "2", "3", "4", "5"])
    #expect(try Self.texts("7..7", Self.seed) == ["7"])
    #expect(try Self.texts("-2..2:2", Self.seed) == ["-2", "0", "2"])
    #expect(try Self.texts("5..1:-2", Self.seed) == ["5", "3", "1"])
    #expect(try Self.texts("0..1:0.25", Self.rate) == ["0", "0.25", "0.5", "0.75", "1"])
    // In binary the third would be 0.30000000000000004.
    #expect(try Self.texts("0.1..0.5:0.1", Self.rate) == ["0.1", "0.2", "0.3", "0.4", "0.5"])
    // A step that does not meet the end stops before it.
    #expect(try Self.texts("0..1:0.3", Self.rate) == ["0", "0.3", "0.6", "0.9"])
    #expect(try Self.texts("1,3..5", Self.seed) == ["1", "3", "4", "5"])
    // In a text the dots may be those of a path.
    #expect(try Self.texts("../data", Self.name) == ["../data"])
    #expect(try Self.texts("1..3", Self.name) == ["1..3"])
    // Nothing is known of it: numbers are taken for numbers.
    #expect(try Self.texts("1..3", nil) == ["1", "2", "3"])
    #expect(try Self.texts("a..c", nil) == ["a..c"])
  }

  @Test(arguments: [
    ("5..1", "parameter 'p': the range 5..1 is empty; did you mean 1..5?"),
    ("1..5:-1", "parameter 'p': the range 1..5:-1 is empty; did you mean 1..5:1?"),
    ("1..5:0", "parameter 'p': the step of 1..5:0 must be a number other than 0"),
    ("1..5:x", "parameter 'p': the step of 1..5:x must be a number other than 0"),
    ("1..200", "parameter 'p' has more than 100 values"),
    ("1..1000000000000", "parameter 'p': the range 1..1000000000000 has more numbers than can be run"),
    ("1,2,1", "parameter 'p' takes 1 twice"),
    ("1,2..3,3", "parameter 'p' takes 3 twice"),
    ("1,x", "parameter 'p' must be a whole number, got \"x\""),
    ("1,,2", "parameter 'p' must be a whole number, got \"\""),
  ])
  func whatDoesNotFitIsOneLine(_ text: String, _ message: String) throws {
    #expect(throws: SweepError(message)) { try Self.texts(text, Self.seed) }
  }

  @Test func numbersAreTheSameHoweverTheyAreTyped() throws {
    #expect(throws: SweepError("parameter 'p' takes 0.10 twice")) { try Self.texts("0.1,0.10", Self.rate) }
    #expect(try Self.texts("1e-1", Self.rate) == ["0.1"])
    #expect(throws: SweepError("parameter 'p': 0..0.5 needs a step, as in 0..0.5:0.1")) {
      try Self.texts("0..0.5", Self.rate)
    }
    #expect(throws: SweepError.self) { try Self.texts("0.5,1.5", Self.rate) }
  }

  @Test(arguments: [
    "1..", "..5", "..", "1..2..3", "1..2:", ":", "1e99..2", "0x1..5", "1..inf", "nan..1", "1...5",
    "99999999999999999999..5",
    "1e-99..1:1e-99", "1..5:1e99", "-..-", "\\", "\\,", ";", ",,,",
  ])
  func hostileTextsGiveValuesOrALine(_ text: String) {
    for setting in [Self.rate, Self.seed, Self.name, Self.epochs, nil] {
      do {
        #expect(try Self.texts(text, setting).count <= 100)
      } catch {
        #expect(error is SweepError && !"\(error)".contains("\n"))
      }
    }
  }

  private static func axis(_ name: String, _ texts: String...) -> SweepAxis {
    SweepAxis(
      name: name, values: texts.map { .init(text: $0, json: Double($0).map { .number($0) } ?? .string($0)) })
  }

  @Test func combinationsTakeTheLastParameterFirst() throws {
    let runs = try PlannedRun.combinations(of: [Self.axis("a", "1", "2"), Self.axis("b", "x", "y")])
    #expect(runs.map(\.name) == ["a=1,b=x", "a=1,b=y", "a=2,b=x", "a=2,b=y"])
    #expect(try PlannedRun.combinations(of: []).map(\.name) == ["default"])
    #expect(
      throws: SweepError("4 combinations (2 of a × 2 of b) are more than the 3 that a sweep has")
    ) { try PlannedRun.combinations(of: [Self.axis("a", "1", "2"), Self.axis("b", "x", "y")], most: 3) }
    // The product of many axes is no overflow.
    let large = (1...40).map { Self.axis("p\($0)", "1", "2", "3", "4", "5") }
    #expect(throws: SweepError.self) { try PlannedRun.combinations(of: large) }
  }

  @Test func namesOfFoldersAreSafeAndDifferent() throws {
    let texts = ["a/b", "a b", "a\nb", "..", String(repeating: "x", count: 300), "a-b", "é", "{run}/x", ""]
    let runs = try PlannedRun.combinations(
      of: [SweepAxis(name: "data", values: texts.map { .init(text: $0, json: .string($0)) })])
    #expect(Set(runs.map(\.name)).count == texts.count)
    for run in runs {
      #expect(run.name.utf8.count <= 120)
      #expect(run.name.wholeMatch(of: #/[A-Za-z0-9_=,+-][A-Za-z0-9_.=,+-]*/#) != nil, "\(run.name)")
      // The same parameters have the same folder.
      #expect(PlannedRun(run.parameters) == run)
    }
    // A comma that moves from one value to another makes another run.
    let one = try PlannedRun.combinations(of: [Self.axis("a", "1,b=2 "), Self.axis("c", "3")])[0]
    let other = try PlannedRun.combinations(of: [Self.axis("a", "1"), Self.axis("b", "2 ,c=3")])[0]
    #expect(one.name != other.name)
    let joined = try PlannedRun.combinations(of: [Self.axis("a", "1,b=2")])[0]
    let two = try PlannedRun.combinations(of: [Self.axis("a", "1"), Self.axis("b", "2")])[0]
    #expect(two.name == "a=1,b=2" && joined.name != two.name)
  }

  @Test func argumentsHaveTheFolderOfTheRun() throws {
    let run = try PlannedRun.combinations(
      of: [Self.axis("state", "{run}/state"), Self.axis("seed", "3")], seedIsOption: true)[0]
    #expect(run.arguments(folder: "s/runs/x") == ["state=s/runs/x/state", "--seed", "3"])
  }
}
