import LuaHost
import Testing

/// `gfnet.dataset` as the table of its kinds makes it.
@Suite struct DatasetKindTests {
  private func help() throws -> String {
    try Help().text(on: "gfnet.dataset").split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// The function in the catalogue, which has its texts and options from the table.
  private func entry() throws -> FunctionEntry {
    let found = Catalog.standard.modules.flatMap { $0.functions }.first {
      $0.qualifiedName == "gfnet.dataset"
    }
    return try #require(found)
  }

  /// The names that follow `start` in quotes.
  private func quoted(after start: String, in text: String) -> [String] {
    // Something has to stand before the first name, as splitting leaves out empty parts.
    (". " + text).split(separator: start + "\"").dropFirst().map { part in String(part.prefix { $0 != "\"" })
    }
  }

  @Test func theHelpNamesEveryKindOnce() throws {
    let (text, function) = (try help(), try entry())
    let list = try #require(function.parameters.first).summary
    #expect(text.contains("name " + list), "\(text)")
    let names = quoted(after: "or ", in: "or " + list)
    #expect(Set(names).count == names.count)
    let described = quoted(after: "The data set ", in: text)
    #expect(Set(described).count == described.count)
    #expect(!described.isEmpty && Set(described).isSubset(of: names))
    let options = try #require(function.parameters.last?.options)
    let owners = options.flatMap { quoted(after: "of ", in: $0.summary) }
    #expect(Set(owners).isSubset(of: described), "a kind with options of its own has a paragraph")
  }

  /// Options that kinds share are listed once, with the text of each.
  @Test func sharedOptionsHaveTheTextsOfAllTheirKinds() throws {
    let (text, function) = (try help(), try entry())
    let options = try #require(function.parameters.last?.options)
    let names = options.map { $0.name }
    #expect(Set(names).count == names.count)
    #expect(names.starts(with: ["split", "limit"]), "what all kinds have comes first")
    #expect(text.contains("{" + names.map { $0 + "=" }.joined(separator: ", ") + "}"), "\(text)")
    for option in options { #expect(text.contains(option.summary), "\(option.name) in \(text)") }
    let shared = options.first { $0.name == "labels" }
    let labels = try #require(shared).summary
    for part in [
      "of \"tensors\": the class of each image or clip, from 1",
      "of \"folder\": a text file of classes or pictures",
      "of \"files\": of classes; \"imagenet\" comes with the program",
    ] { #expect(labels.contains(part), "\(part) in \(labels)") }
  }

  @Test(arguments: [
    ("\"clutter-fashion\", {images = {}}", "the option 'images' is for the data set \"tensors\" only"),
    ("\"files\", {path = \"x\"}", "the option 'path' is for the data set \"folder\" and \"videos\" only"),
    (
      "\"tensors\", {mean = {1, 1, 1}}",
      "the option 'mean' is for the data set \"folder\" and \"files\" and \"frames\" and \"videos\" only"
    ),
    (
      "\"clutter-fashion\", {labels = {1}}",
      "the option 'labels' is for the data set \"tensors\" and \"folder\" and \"files\" only"
    ),
    ("\"folders\"", "there is no data set \"folders\"; did you mean 'folder'?"),
    ("\"folder\"", "\"folder\" needs path ="), ("\"files\"", "\"files\" needs paths ="),
    ("\"tensors\"", "\"tensors\" needs images ="), ("\"frames\"", "\"frames\" needs list ="),
    ("\"folder\", {list = \"x\"}", "the option 'list' is for the data set \"frames\" and \"videos\" only"),
    ("\"videos\", {template = \"x\"}", "the option 'template' is for the data set \"frames\" only"),
    ("\"videos\"", "\"videos\" needs path ="),
  ])
  func anOptionOfAnotherKindIsRefused(_ arguments: String, _ expected: String) throws {
    let bench = try ScriptBench("gfnet.dataset(\(arguments))")
    #expect(bench.message.contains("gfnet.dataset: " + expected), "\(bench.message)")
  }

  /// What the options say of each other is told before what is wrong inside one of them.
  @Test(arguments: [
    (
      "\"files\", {paths = {\"\"}, labels = \"x\", classes = {\"a\"}}",
      "classes are given twice, by 'labels' and by 'classes'"
    ),
    (
      "\"tensors\", {images = {}, labels = \"x\"}", "of \"tensors\", the option 'labels' is a list of classes"
    ),
    (
      "\"folder\", {path = \"none\", labels = {1}, mean = {1}}",
      "of \"folder\", the option 'labels' is a text file, or the name of a list of classes"
    ),
    (
      "\"folder\", {path = \"none\", classes = \"x\"}",
      "the option 'classes' of this data set is a list of names, not a file"
    ),
    (
      "\"tensors\", {images = gfnet.tensor.zeros(1, 3, 4, 4), clips = gfnet.tensor.zeros(1, 2, 3, 4, 4), labels = {1}}",
      "\"tensors\" takes images or clips, not both"
    ),
    (
      "\"videos\", {path = \"a\", files = {\"a.mp4\"}}",
      "\"videos\" takes one of path, list and files, not several"
    ),
    ("\"videos\", {path = \"a\", root = \"b\"}", "of \"videos\", the option 'root' goes with a list"),
    ("\"files\", {paths = {\"a.png\"}, std = {1, 1, 0}}", "option 'std' must be three positive numbers"),
    (
      "\"files\", {paths = {\"a.png\"}, mean = {1, 1, 2}}", "option 'mean' holds 2.0, expected numbers from 0"
    ),
  ])
  func mistakesAreToldInOrder(_ arguments: String, _ expected: String) throws {
    let bench = try ScriptBench("gfnet.dataset(\(arguments))")
    #expect(bench.message.contains("gfnet.dataset: " + expected), "\(bench.message)")
  }
}
