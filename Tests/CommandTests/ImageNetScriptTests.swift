import Foundation
import Support
import TestSupport
import Testing

/// `scripts/imagenet_eval.lua` as a process, on a checkpoint of the authors' form and small folders of pictures.
@Suite struct ImageNetScriptTests {
  private static let fixtures = Fixtures.path("images").string

  /// Three classes; of the validation pictures one is cut off.
  private static let pictures = [
    "data/val/ant": ["colour.jpg", "rgb.png", "palette.gif"],
    "data/val/bee": ["cmyk.jpg", "lossy.webp", "lzw.tif", "broken/cut.png"],
    "data/val/cat": ["grey.jpg", "rgba.png", "palette.bmp"],
    "data/train/ant": ["progressive.jpg", "deep-rgb.png", "colour.bmp", "interlaced.gif"],
    "data/train/bee": ["colour-444.jpg", "interlaced.png", "lossless.webp", "planes.tif"],
    "data/train/cat": ["orientation-6.jpg", "palette.png", "os2.bmp", "tiled.tif"],
  ]

  private func program(hasResults: Bool = true) throws -> (program: Program, script: String) {
    let program = try Program()
    for (folder, names) in Self.pictures {
      let target = program.folder + "/" + folder
      try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
      for name in names {
        try FileManager.default.copyItem(
          atPath: Self.fixtures + "/" + name, toPath: target + "/" + (name as NSString).lastPathComponent)
      }
    }
    try AuthorsFile().data(hasResults: hasResults)
      .write(to: URL(fileURLWithPath: program.folder + "/tiny.pth.tar"))
    return (program, (SourceTree.root / "scripts/imagenet_eval.lua").string)
  }

  /// The columns of a table of the report, by name.
  private func table(_ program: Program, _ name: String) throws -> [String: [String]] {
    let text = try #require(program.read("reports/imagenet_eval/tables/\(name).csv"), "\(name)")
    let lines = text.split(whereSeparator: \.isNewline).map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    let header = try #require(lines.first)
    return Dictionary(
      uniqueKeysWithValues: header.indices.map { column in
        (header[column], lines.dropFirst().map { $0[column] })
      })
  }

  private func numbers(_ table: [String: [String]], _ column: String) throws -> [Double] {
    try #require(table[column], "\(column) in \(table.keys)").map { try #require(Double($0), "\($0)") }
  }

  @Test func allThreeModesOfOneCheckpoint() throws {
    let (program, script) = try program()
    let result = try program.run(script, "checkpoint=tiny.pth.tar", "data=data")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("10 validation pictures, 12 training pictures, bilinear to 256"))
    #expect(result.output.contains("val: 1 of 10 pictures cannot be read and are left out, the first: "))

    let costs = try AuthorsFile().model.measureCosts().cumulative.map { Double($0) / 1e6 }
    let anytime = try table(program, "anytime")
    #expect(try numbers(anytime, "stored top-1 (%)") == [51.25, 62.5, 66])
    let measured = try numbers(anytime, "top-1 (%)")
    // Nine pictures could be read.
    for accuracy in measured { #expect(abs(accuracy * 0.09 - (accuracy * 0.09).rounded()) < 1e-9) }
    for column in ["Multiply-Adds (M)", "stored (M)"] {
      for (own, expected) in zip(try numbers(anytime, column), costs) { #expect(abs(own - expected) < 1e-6) }
    }

    let budgeted = try table(program, "budgeted")
    #expect(try numbers(budgeted, "q") == (1...39).map { Double($0) / 20 })
    #expect(try numbers(budgeted, "stored (%)") == AuthorsFile.curve.map(\.accuracy))
    #expect(try numbers(budgeted, "stored (M)") == AuthorsFile.curve.map(\.madds))
    // Under the first thresholds every picture leaves after the glance, under the last after step 3.
    let (cost, accuracy) = (
      try numbers(budgeted, "thresholds (M)"), try numbers(budgeted, "thresholds (%)")
    )
    #expect(cost.count == 39)
    #expect(abs(cost[0] - costs[0]) < 1e-6 && abs(cost[38] - costs[2]) < 1e-6, "\(cost)")
    #expect(accuracy[0] == measured[0] && accuracy[38] == measured[2])
    // Small q: nearly all leave after the glance. Large q: most go to the end.
    let calibrated = try numbers(budgeted, "calibrated (M)")
    #expect(calibrated.count == 39 && calibrated[0] < calibrated[38])
    #expect(calibrated.allSatisfy { $0 >= costs[0] - 1e-6 && $0 <= costs[2] + 1e-6 })

    let figures = program.folder + "/reports/imagenet_eval/figures"
    #expect(
      try Set(FileManager.default.contentsOfDirectory(atPath: figures).filter { $0.hasSuffix(".png") }) == [
        "anytime.png", "budgeted.png", "exits.png", "glimpses.png",
      ])
    let summary = try #require(program.read("reports/imagenet_eval/summary.json"))
    #expect(summary.contains("calibrated_best_top1") && summary.contains("\"stored_best_top1\": 79"))
  }

  @Test func oneModeAtATime() throws {
    let (program, script) = try program()
    // The results that the file holds need no pictures.
    let stored = try program.run(script, "checkpoint=tiny.pth.tar", "mode=stored")
    #expect(stored.status == 0, "\(stored.errors)")
    #expect(try table(program, "budgeted").keys.sorted() == ["q", "stored (%)", "stored (M)"])
    // A model file imported from the checkpoint has the same thresholds.
    #expect(try program.run("models", "import", "tiny.pth.tar").status == 0)
    let thresholds = try program.run(
      script, "checkpoint=models/tiny.safetensors", "data=data", "mode=thresholds", "limit=5")
    #expect(thresholds.status == 0, "\(thresholds.errors)")
    #expect(thresholds.output.contains("5 validation pictures, bilinear"))
    #expect(try table(program, "budgeted").keys.sorted() == ["q", "thresholds (%)", "thresholds (M)"])
  }

  @Test func aTrainingCheckpointIsCalibrated() throws {
    let (program, script) = try program(hasResults: false)
    let result = try program.run(script, "checkpoint=tiny.pth.tar", "data=data")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("stored: left out, the checkpoint holds no results"))
    #expect(result.output.contains("thresholds: left out, the checkpoint holds no thresholds\n"))
    #expect(try table(program, "budgeted").keys.sorted() == ["calibrated (%)", "calibrated (M)", "q"])
    for (mode, reason) in [
      ("stored", "mode=stored: the checkpoint holds no results"),
      ("thresholds", "mode=thresholds: the checkpoint holds no thresholds"),
    ] {
      let refused = try program.run(script, "checkpoint=tiny.pth.tar", "data=data", "mode=\(mode)")
      #expect(refused.status == 1)
      #expect(refused.complaints.count == 1 && refused.complaints[0].contains(reason), "\(refused.errors)")
    }
  }

  /// What `scripts/train_clutter.lua` keeps with its models are accuracies and costs by step.
  @Test func anOwnModelsStoredCostsAreShown() throws {
    let (program, script) = try program(hasResults: false)
    try program.write(
      "own.lua",
      """
      local m = gfnet.load("tiny.pth.tar")
      m:save("own.safetensors", {results = {anytime = {50, 60, 70}, madds = m.madds}})
      """)
    #expect(try program.run("own.lua").status == 0)
    let result = try program.run(script, "checkpoint=own.safetensors", "mode=stored")
    #expect(result.status == 0, "\(result.errors)")
    let anytime = try table(program, "anytime")
    #expect(try numbers(anytime, "stored (M)") == numbers(anytime, "Multiply-Adds (M)"))
    #expect(try numbers(anytime, "stored top-1 (%)") == [50, 60, 70])
  }

  /// What is left out, and why, is said without the script's own lines.
  @Test func reasonsNameNoPlaceInTheScript() throws {
    let (program, script) = try program()
    let result = try program.run(script, "checkpoint=tiny.pth.tar", "data=data", "train=trian")
    #expect(result.status == 0, "\(result.errors)")
    let lines = result.output.split(separator: "\n")
    let line = try #require(lines.first { $0.hasPrefix("calibrate: left out, ") }, "\(result.output)")
    #expect(line.contains("trian") && !line.contains(".lua:"), "\(line)")
  }

  @Test func whatIsMissingIsOneClearLine() throws {
    let (program, script) = try program()
    let cases: [(arguments: [String], part: String)] = [
      ([], "name a checkpoint: checkpoint=FILE"),
      (["checkpoint=nowhere.pth.tar"], "cannot read nowhere.pth.tar"),
      (
        ["checkpoint=tiny.pth.tar", "mode=thresholds"],
        "mode=thresholds: there are no pictures: give data=FOLDER"
      ),
      (["checkpoint=tiny.pth.tar", "mode=calibrate", "data=data", "train=trian"], "trian"),
    ]
    for (arguments, part) in cases {
      let result = program.finish(try program.start([script] + arguments))
      #expect(result.status == 1, "\(arguments)")
      #expect(result.complaints.count == 1, "\(result.errors)")
      #expect(result.errors.contains(part), "\(arguments): \(result.errors)")
    }
    let wrong = try program.run(script, "checkpoint=tiny.pth.tar", "mode=best")
    #expect(wrong.status == 2 && wrong.errors.contains("must be one of"), "\(wrong.errors)")
    // Another number of classes than the network's.
    try FileManager.default.removeItem(atPath: program.folder + "/data/val/cat")
    let fewer = try program.run(script, "checkpoint=tiny.pth.tar", "data=data", "mode=thresholds")
    #expect(fewer.status == 1 && fewer.errors.contains("data/val has 2 classes, the network 3"))
  }
}
