import Foundation
import LuaHost
import Support
import TestSupport
import Testing

/// Pictures, folders of pictures, and what happens to those that cannot be read.
@Suite struct PictureScriptTests {
  private static let fixtures = Fixtures.path("images").string

  /// Two classes of two pictures, one of them cut off.
  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (place, name) in [
      ("cat/1.png", "rgb.png"), ("cat/2.jpg", "broken/cut.jpg"), ("dog/1.gif", "palette.gif"),
      ("dog/2.jpg", "colour.jpg"),
    ] {
      let target = folder.path / "val/" / place
      try FileManager.default.createDirectory(
        atPath: target.folder.string, withIntermediateDirectories: true)
      try FileManager.default.copyItem(atPath: Self.fixtures + "/" + name, toPath: target.string)
    }
    return folder
  }

  private func run(_ source: String, notes: Notes = Notes()) throws -> (shown: String, message: String) {
    let bench = try ScriptBench(source) { context in context.showRemark = { notes.lines.append($0) } }
    return (bench.shown, bench.message)
  }

  private final class Notes { var lines: [String] = [] }

  @Test func anImageIsATensor() throws {
    let (shown, message) = try run(
      """
      local whole = gfnet.image("\(Self.fixtures)/rgb.png")
      local part = gfnet.image("\(Self.fixtures)/rgb.png", {resize = 12, crop = {8, 10}, interpolation = "bicubic"})
      local exact = gfnet.image("\(Self.fixtures)/rgb.png", {resize = {5, 7}})
      print(whole:size(1), whole:size(2), whole:size(3), part:size(2), part:size(3), exact:size(2), exact:size(3))
      print(whole:min() >= 0, whole:max() <= 1, whole:max() > 0.5)
      """)
    #expect(message == "")
    #expect(shown == "3\t17\t19\t8\t10\t5\t7\ntrue\ttrue\ttrue\n")
  }

  @Test func errorsNameTheFileAndTheOption() throws {
    let path = Self.fixtures + "/broken/huge.png"
    // Of other folders than those of the run, scripts are not told what is there.
    let none = try TemporaryFolder().path / "none"
    #expect(
      try run("gfnet.image(\"\(path)\")").message
        .contains("\(path) claims 60000×60000 pixels, more than the 178956970 accepted"))
    for (source, reason) in [
      ("gfnet.dataset(\"folder\")", "needs path"),
      ("gfnet.dataset(\"folder\", {path = \"\(none)\"})", "\(none) is not a folder"),
      (
        "gfnet.dataset(\"clutter-fashion\", {crop = 3})",
        "'crop' is for the data set \"folder\" and \"files\" and \"frames\" and \"videos\" only"
      ),
      ("gfnet.dataset(\"folder\", {path = \"x\", resize = 10, crop = 20})", "cannot be cut from"),
      ("gfnet.dataset(\"folder\", {path = \"x\", std = {1, 0, 1}})", "three positive numbers"),
      ("gfnet.dataset(\"files\")", "needs paths"),
      ("gfnet.dataset(\"files\", {paths = {}})", "the list of pictures is empty"),
      ("gfnet.dataset(\"files\", {paths = {\"a\"}, labels = {1}})", "the name of a list of classes"),
      ("gfnet.dataset(\"files\", {paths = {\"a\"}, labels = \"x\", classes = {\"b\"}})", "given twice"),
      ("gfnet.dataset(\"files\", {paths = {\"a\"}, labels = \"nolist\"})", "nolist"),
      ("gfnet.image(\"x\", {interpolation = \"nearest\"})", "\"bilinear\", \"bicubic\""),
    ] {
      #expect(try run(source).message.contains(reason), "\(source)")
    }
  }

  @Test func aFolderIsEvaluatedWithoutItsDamagedPictures() throws {
    let files = try folder()
    let notes = Notes()
    let (shown, message) = try run(
      """
      local data = gfnet.dataset("folder", {path = "\(files.path)", split = "val", crop = 96})
      print(data, data.labels[1], data.labels[2], data[3].name, data[3].label, #data.damaged)
      local model = gfnet.model{backbone = "resnet_tiny_16", dataset = data, patch_size = 48, steps = 2}
      local trace = model:trace(data)
      print(#trace.labels, trace.labels[1], trace.labels[3], #data.damaged, data.damaged[1].image)
      local run = model:infer(data)
      print(run.images, run[2].image, run[2].source, run[2].label)
      gfnet.plot.glimpses(trace, {rows = 1})
      """, notes: notes)
    #expect(message == "")
    #expect(
      shown.hasPrefix(
        """
        dataset folder/val: 4 images of 96×96, 3 channels, 2 classes\tcat\tdog\tdog/1.gif\t2\t0
        3\t1\t2\t1\t2
        3\t3\tdog/1.gif\t2

        """))
    // Told once: the second run meets nothing new.
    #expect(
      notes.lines == [
        "1 of 4 images cannot be read and were left out: \(files.path)/val/cat/2.jpg is cut off"
      ])
    let strict = try run(
      """
      local data = gfnet.dataset("folder", {path = "\(files.path)/val", crop = 96, on_error = "stop"})
      gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 2}:trace(data)
      """)
    #expect(strict.message.contains("\(files.path)/val/cat/2.jpg is cut off"))
  }

  /// What a kept trace lacks is told as by the run that made it.
  @Test func aKeptTraceTellsOfDamagedPictures() throws {
    let files = try folder()
    let cache = try TemporaryFolder()
    func traced(_ options: String) throws -> (shown: String, message: String, notes: [String]) {
      let notes = Notes()
      let bench = try ScriptBench(
        """
        local data = gfnet.dataset("folder", {path = "\(files.path)/val", crop = 96\(options)})
        local model = gfnet.model{backbone = "resnet_tiny_16", dataset = data, patch_size = 48, steps = 2, seed = 1}
        print(#model:trace(data).labels, #data.damaged, data.damaged[1].image)
        """
      ) { context in
        context.showRemark = { notes.lines.append($0) }
        context.traceCache = .init(folder: cache.path / "traces")
      }
      return (bench.shown, bench.message, notes.lines)
    }
    let first = try traced("")
    #expect(first.message == "" && first.shown == "3\t1\t2\n")
    #expect(try FolderListing(cache.path / "traces").files.count == 1)
    let second = try traced("")
    #expect(second.shown == first.shown && second.notes == first.notes && second.notes.count == 1)
    let strict = try traced(", on_error = \"stop\"")
    #expect(strict.message.contains("\(files.path)/val/cat/2.jpg is cut off"), "\(strict.shown)")
  }

  @Test func whatIsNotUsedOrNotMeantIsTold() throws {
    let files = try folder()
    let notes = Notes()
    let (_, message) = try run(
      """
      local plain = gfnet.dataset("folder", {path = "\(files.path)/val", crop = 64})
      local own = gfnet.dataset("folder", {path = "\(files.path)/val", crop = 64, mean = {0.5, 0.5, 0.5}})
      local model = gfnet.model{backbone = "resnet_tiny_16", dataset = plain, patch_size = 32, steps = 2}
      model:infer(own:subset{1})
      model:trace(own:subset{1})
      gfnet.dataset("folder", {path = "\(files.path)", crop = 64})
      """, notes: notes)
    #expect(message == "")
    #expect(
      notes.lines == [
        "the model normalises with its own mean = {0.485, 0.456, 0.406} and std = {0.229, 0.224, 0.225}; the mean = "
          + "{0.5, 0.5, 0.5} and std = {0.229, 0.224, 0.225} of the data set folder are not used",
        "gfnet.dataset: the folders in \(files.path) are taken as the classes val; if they are the parts of a data"
          + " set, name one: split = \"val\"",
      ])
    let refused = try run("gfnet.dataset(\"folder\", {path = \"x\", mean = {128, 128, 128}})").message
    #expect(refused.contains("option 'mean' holds 128.0, expected numbers from 0 to 1"), "\(refused)")
  }

  @Test func picturesAreInferredByPath() throws {
    let (shown, message) = try run(
      """
      local model = gfnet.model{backbone = "resnet_tiny_16", image_size = 64, classes = 10, steps = 2, seed = 1}
      local one = model:infer("\(Self.fixtures)/rgb.png")
      local two = model:infer{"\(Self.fixtures)/rgb.png", "\(Self.fixtures)/colour.jpg"}
      print(one.prediction == two[1].prediction, one.label, #two, two[2].source:match("[^/]+$"))
      local same = model:infer(gfnet.image("\(Self.fixtures)/rgb.png", {crop = 64}))
      """)
    #expect(message == "")
    #expect(shown.hasPrefix("true\tnil\t2\tcolour.jpg\n"))
    let none = try TemporaryFolder().path / "no.png"
    let missing = try run(
      """
      gfnet.model{backbone = "resnet_tiny_16", image_size = 64, classes = 10, steps = 2}:infer{"\(none)"}
      """)
    #expect(missing.message.contains("\(none) cannot be read: No such file or directory"))
  }

  @Test func aFolderIsTrainedOn() throws {
    let files = try folder()
    let (shown, message) = try run(
      """
      local data = gfnet.dataset("folder", {path = "\(files.path)/val", crop = 64, augment = true, seed = 2})
      local model = gfnet.model{backbone = "resnet_tiny_16", dataset = data, patch_size = 32, steps = 2}
      gfnet.train{model = model, dataset = data, stage = 1, epochs = 1, batch = 4, checkpoint = false}
      print(#data.damaged)
      """)
    #expect(message == "")
    #expect(shown.contains("1\n"))
  }

  /// Pictures of which no class is known go through a model that averages what its encoder says.
  @Test func filesHaveAnswersButNoLabels() throws {
    let (shown, message) = try run(
      """
      local files = gfnet.dataset("files", {
        paths = {"\(Self.fixtures)/rgb.png", "\(Self.fixtures)/colour.jpg"}, resize = 48, crop = 48,
        classes = {"a", "b", "c"},
      })
      local model = gfnet.model{
        backbone = "resnet_tiny_16", patch_size = 24, steps = 3, classifier = "average", dataset = files, seed = 1}
      local trace = model:trace(files, {sampler = gfnet.samplers.saliency{}})
      print(files[1].label, trace.labels, model.classifier, #trace.confidence)
      local sum = 0
      for step = 1, 3 do sum = sum + trace.logits[step][1]:softmax():sum() end
      print(math.abs(sum - 3) < 1e-5)
      local live = model:infer(files, {sampler = gfnet.samplers.saliency{}})
      print(live[2].label, live[2].prediction == trace.prediction[3][2], live.accuracy)
      gfnet.plot.glimpses(trace, {by = "none", captions = true})
      print(pcall(trace.accuracy, trace))
      print(pcall(gfnet.train, {model = model, dataset = files, stage = 1, epochs = 1}))
      """)
    #expect(message == "")
    #expect(shown.hasPrefix("nil\tnil\taverage\t3\ntrue\nnil\ttrue\tnil\n"), "\(shown)")
    #expect(shown.contains("needs labels"))
    #expect(shown.contains("the classes of the images of files are not known"))
  }

  @Test func imageNetsClassesComeWithTheProgram() throws {
    let (shown, message) = try run(
      """
      local files = gfnet.dataset("files", {paths = {"\(Self.fixtures)/rgb.png"}, labels = "imagenet"})
      print(files.classes, files.labels[1], files.labels[286], files.labels[1000])
      """)
    #expect(message == "")
    #expect(shown == "1000\ttench\tEgyptian cat\ttoilet tissue\n")
  }
}
