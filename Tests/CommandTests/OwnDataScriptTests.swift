import Foundation
import Support
import TestSupport
import Testing

/// The scripts that come with the project, on a model and a folder of pictures of one's own.
@Suite struct OwnDataScriptTests {
  /// Pictures of three classes in three splits, and `mine.safetensors`, a model of 64 × 64 pixels in two steps.
  private func program(hasModel: Bool = true) throws -> (program: Program, scripts: String) {
    let program = try Program()
    let pictures = [
      "ant": ["colour.jpg", "rgb.png", "palette.gif", "lzw.tif"],
      "bee": ["cmyk.jpg", "lossy.webp", "grey.jpg", "os2.bmp"],
      "cat": ["rgba.png", "palette.bmp", "colour-444.jpg", "interlaced.png"],
    ]
    for split in ["train", "val", "test"] {
      for (name, files) in pictures {
        let target = "\(program.folder)/pets/\(split)/\(name)"
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
        for file in files {
          try FileManager.default.copyItem(
            atPath: Fixtures.path("images/" + file).string, toPath: target + "/" + file)
        }
      }
    }
    if hasModel {
      try program.write(
        "make.lua",
        """
        local data = gfnet.dataset("folder", {path = "pets", split = "train", crop = 64})
        gfnet.model{backbone = "resnet_tiny_16", dataset = data, patch_size = 32, steps = 3, seed = 2}:save("mine.safetensors")
        """)
      #expect(try program.run("make.lua").status == 0)
    }
    return (program, (SourceTree.root / "scripts").string + "/")
  }

  private func figures(_ program: Program, _ script: String) -> Int {
    let files =
      (try? FileManager.default.contentsOfDirectory(atPath: "\(program.folder)/reports/\(script)/figures"))
      ?? []
    return files.count { $0.hasSuffix(".png") }
  }

  @Test func thresholdSweepRunsOnAFolder() throws {
    let (program, scripts) = try program()
    let result = try program.run(
      scripts + "threshold_sweep.lua", "model=mine.safetensors", "data=pets", "validation=val", "points=5",
      "limit=10")
    #expect(result.status == 0, "\(result.errors)")
    #expect(figures(program, "threshold_sweep") == 6)
    let table = try #require(program.read("reports/threshold_sweep/tables/anytime.csv"))
    // Three of ten to each class, and one more.
    let shares = table.split(whereSeparator: \.isNewline).dropFirst().compactMap {
      Double($0.split(separator: ",")[2])
    }
    #expect(shares.count == 3 && shares.allSatisfy { abs($0 / 10 - ($0 / 10).rounded()) < 1e-9 }, "\(table)")
    // A model that does not name a data set of the program needs to be told.
    let refused = try program.run(scripts + "threshold_sweep.lua", "model=mine.safetensors", "data=pets")
    #expect(
      refused.status == 1 && refused.errors.contains("pets/validation is not a folder"), "\(refused.errors)")
  }

  @Test(arguments: ["threshold_sweep.lua", "custom_exit.lua"])
  func aModelOfAFolderNeedsToBeToldTheFolder(_ script: String) throws {
    let (program, scripts) = try program()
    let result = try program.run(scripts + script, "model=mine.safetensors")
    #expect(result.status == 1 && result.errors.contains("data=FOLDER"), "\(result.errors)")
  }

  @Test func customExitRunsOnAFolder() throws {
    let (program, scripts) = try program()
    let result = try program.run(
      scripts + "custom_exit.lua", "model=mine.safetensors", "data=pets", "split=val", "limit=12",
      environment: ["GFNET_LAB_PLUGINS": scripts + "../plugins"])
    #expect(result.status == 0, "\(result.errors)")
    #expect(figures(program, "custom_exit") == 2)
    #expect(program.read("reports/custom_exit/tables/samplers.csv")?.contains("brightest") == true)
    // Its rules and samplers depend on the image alone.
    #expect(!result.errors.contains("answered otherwise"), "\(result.errors)")
  }

  @Test func photosTellsOfTheNetworkThatWasGiven() throws {
    let (program, scripts) = try program()
    let result = try program.run(
      scripts + "photos.lua", "model=mine.safetensors", "data=pets", "split=val", "limit=6")
    #expect(result.status == 0, "\(result.errors)")
    let table = try #require(program.read("reports/photos/tables/answers.csv"))
    #expect(table.split(whereSeparator: \.isNewline).count == 7, "\(table)")
    // The report tells of the network that was given.
    let report = try #require(program.read("reports/photos/index.html"))
    #expect(report.contains("The network is <code>mine.safetensors</code>, of two resnet_tiny_16 encoders."))
    #expect(!report.contains("<p>An encoder that was trained on ImageNet"))
    let one = try program.run(
      scripts + "photos.lua", "model=mine.safetensors", "photos=pets/val/ant/rgb.png", "threshold=0.5")
    #expect(one.status == 0, "\(one.errors)")
  }

  @Test func trainClutterTrainsOnAFolder() throws {
    let (program, scripts) = try program(hasModel: false)
    try FileManager.default.moveItem(
      atPath: program.folder + "/pets/val", toPath: program.folder + "/pets/validation")
    for folder in ["state", "models"] {
      try FileManager.default.createDirectory(
        atPath: program.folder + "/" + folder, withIntermediateDirectories: true)
    }
    try program.write("models/clutter-fashion.safetensors", "the model that comes with the project")
    let options = [
      "data=pets", "size=64", "patch=32", "steps=2", "first=1", "policy=1", "tune=1", "batch=6",
      "state=state",
    ]
    let result = try program.run([scripts + "train_clutter.lua"] + options)
    #expect(result.status == 0, "\(result.errors)")
    #expect(
      program.read("models/clutter-fashion.safetensors") == "the model that comes with the project")
    let made = program.folder + "/models/clutter-fashion-new.safetensors"
    let bytes = try Data(contentsOf: URL(fileURLWithPath: made))
    #expect(figures(program, "train_clutter") == 1)
    // Again: everything is there already, and the model is the same.
    let again = try program.run([scripts + "train_clutter.lua"] + options)
    #expect(again.status == 0, "\(again.errors)")
    #expect(again.errors.ranges(of: ": complete, 1 epoch, from state/").count == 3, "\(again.errors)")
    #expect(try Data(contentsOf: URL(fileURLWithPath: made)) == bytes)
  }
}
