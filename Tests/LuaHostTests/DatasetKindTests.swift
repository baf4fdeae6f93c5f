import LuaHost
import Testing

/// `gfnet.dataset` as the table of its kinds makes it.
@Suite struct DatasetKindTests {
  private func help() throws -> String {
    try Help().text(on: "gfnet.dataset").split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  @Test func theHelpNamesEveryKindOnce() throws {
    let text = try help()
    #expect(text.contains("name \"clutter-fashion\" or \"files\" or \"folder\" or \"tensors\""), "\(text)")
    for name in ["files", "folder", "tensors"] {
      #expect(text.split(separator: "The data set \"\(name)\"").count == 2, "\(name)")
    }
  }

  /// Options that kinds share are listed once, with the text of each.
  @Test func sharedOptionsHaveTheTextsOfAllTheirKinds() throws {
    let text = try help()
    for part in [
      "{split=, limit=, images=, labels=, classes=, path=, paths=, resize=, crop=, interpolation=, augment=,"
        + " mean=, std=, on_error=, seed=}",
      "of \"tensors\": the class of each image, from 1; of \"folder\": a text file of classes or pictures; of"
        + " \"files\": of classes; \"imagenet\" comes with the program (integer[]|tensor|string, optional)",
      "of \"tensors\" and \"files\": the names of the classes; of \"folder\": the class folders in the order"
        + " of their numbers",
      "of \"folder\" and \"files\": of the normalisation; default: ImageNet's", "of \"files\": the pictures;",
      "of \"folder\": of what augment draws; default: the run's (integer, optional)",
    ] { #expect(text.contains(part), "\(part) in \(text)") }
  }

  @Test(arguments: [
    ("\"clutter-fashion\", {images = {}}", "the option 'images' is for the data set \"tensors\" only"),
    ("\"files\", {path = \"x\"}", "the option 'path' is for the data set \"folder\" only"),
    (
      "\"tensors\", {mean = {1, 1, 1}}", "the option 'mean' is for the data set \"folder\" and \"files\" only"
    ),
    (
      "\"clutter-fashion\", {labels = {1}}",
      "the option 'labels' is for the data set \"tensors\" and \"folder\" and \"files\" only"
    ),
    ("\"folders\"", "there is no data set \"folders\"; did you mean 'folder'?"),
    ("\"folder\"", "\"folder\" needs path ="), ("\"files\"", "\"files\" needs paths ="),
    ("\"tensors\"", "\"tensors\" needs images ="),
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
