import Foundation
import GlanceFocus
import Support
import TestSupport
import Testing

/// `gfnet-lab models` as a process.
@Suite struct ModelsTests {
  /// A tiny network and its state dictionary as PyTorch would save it.
  private func encoder(_ program: Program, _ name: String) throws -> String {
    let model = try GFNet(
      Configuration(backbone: "resnet_tiny_16", imageSize: 128, steps: 2, classes: 3), seed: 1)
    let items: [(String, PickleTree)] = try model.state.filter { $0.name.hasPrefix("model.") }.map {
      (String($0.name.dropFirst(6)), .tensor(shape: $0.entry.value.shape.sizes, try $0.entry.value.values()))
    }
    let path = program.folder + "/" + name
    try PickleTree.dictionary(items).file().write(to: URL(fileURLWithPath: path))
    return path
  }

  @Test func importsShowsAndLists() throws {
    let program = try Program()
    _ = try encoder(program, "tiny.pth")
    let shown = try program.run("models", "show", "tiny.pth", "--arrays")
    #expect(shown.status == 0)
    #expect(
      shown.output.contains("PyTorch zip") && shown.output.contains("resnet_tiny_16"), "\(shown.output)")
    #expect(shown.output.contains("conv1.weight"))

    let imported = try program.run("models", "import", "tiny.pth")
    #expect(imported.status == 0 && imported.errors == "")
    #expect(imported.output.hasPrefix("models/tiny.safetensors: encoder resnet_tiny_16, 3 classes"))
    let again = try program.run("models", "import", "tiny.pth")
    #expect(again.status == 1)
    #expect(again.errors.contains("is there already") && again.errors.split(separator: "\n").count == 1)
    #expect(
      try program.run("models", "import", "tiny.pth", "--force", "--json").output.contains("\"classes\""))
    #expect(try program.run("models", "show", "tiny").output.contains("image encoder of gfnet-lab"))

    // Scripts know it by the name that the list shows.
    try program.write(
      "named.lua",
      """
      print(gfnet.encoder("tiny").backbone, gfnet.model{encoder = "tiny", image_size = 96, steps = 2}.backbone)
      """)
    let named = try program.run("named.lua")
    #expect(named.status == 0 && named.output == "resnet_tiny_16\tresnet_tiny_16\n", "\(named.errors)")

    let listed = try program.run("models")
    #expect(listed.status == 0)
    #expect(listed.output.contains("mobilenetv3_large_100") && listed.output.contains("43.1 / 88.1 / 134.5"))
    #expect(listed.output.contains("tiny") && listed.output.contains("encoder resnet_tiny_16, 3 classes"))
  }

  /// Parameters, Multiply-Adds of an encoder on a patch, and cumulative, all in millions: Wang et al. 2020.
  private static let published:
    [(name: String, patch: Int, parameters: Double, patchCost: Double, costs: [Double])] =
      [
        ("resnet50", 96, 25.56, 750.7, [761, 1569, 2376, 3183, 3990]),
        ("resnet50", 128, 25.56, 1334.6, [1345, 2766, 4186, 5607, 7027]),
        ("densenet121", 96, 7.979, 520.4, [528, 1083, 1638, 2193, 2748]),
        ("densenet169", 96, 14.149, 616.8, [626, 1291, 1956, 2622, 3287]),
        ("densenet201", 96, 20.014, 787.9, [798, 1640, 2481, 3323, 4165]),
        ("regnety_600m", 96, 6.06, 111.0, [117, 235, 353, 470, 588]),
        ("regnety_800m", 96, 6.26, 147.0, [154, 308, 462, 616, 770]),
        ("regnety_1.6g", 96, 11.20, 297.2, [304, 609, 914, 1218, 1523]),
        ("mobilenetv3_large_100", 96, 5.483, 41.8, [43.1, 88.1, 134.5]),
        ("mobilenetv3_large_100", 128, 5.483, 72.2, [73.4, 149.2, 226.2]),
        ("mobilenetv3_large_125", 128, 7.552, 118.3, [119.5, 241.5, 364.7]),
        ("efficientnet_b2", 128, 9.11, 215.6, [217, 437, 658, 880]),
        ("efficientnet_b3", 128, 12.23, 315.1, [317, 636, 957, 1280]),
        ("efficientnet_b3", 144, 12.23, 430.9, [432, 868, 1306, 1745]),
      ]

  @Test func theListHasThePapersTable() throws {
    struct Listing: Decodable {
      struct Row: Decodable {
        let name: String
        let parameters, patch_size: Int
        let encoder_madds: Double
        let madds: [Double]
      }
      let encoders: [Row]
    }
    let output = try Program().run("models", "list", "--json").output
    let rows = try JSONDecoder().decode(Listing.self, from: Data(output.utf8)).encoders
    func agrees(_ own: Double, _ published: Double, _ what: String) {
      #expect(abs(own / 1e6 - published) <= 0.005 * published, "\(what): \(own), published \(published) M")
    }
    for expected in Self.published {
      let what = "\(expected.name)@\(expected.patch)"
      let row = try #require(
        rows.first { $0.name == expected.name && $0.patch_size == expected.patch }, "\(what)")
      agrees(Double(row.parameters), expected.parameters, what)
      agrees(row.encoder_madds, expected.patchCost, what)
      #expect(row.madds.count == expected.costs.count, "\(what)")
      for (own, cost) in zip(row.madds, expected.costs) { agrees(own, cost, what) }
    }
  }

  @Test func scriptsUseWhatWasImported() throws {
    let program = try Program()
    _ = try encoder(program, "tiny.pth")
    try program.write(
      "use.lua",
      """
      local encoder = gfnet.encoder("tiny.pth")
      local images = gfnet.tensor.zeros(2, 3, 48, 48)
      gfnet.tensor.save("logits.safetensors", {a = encoder:logits(images)})
      local back = gfnet.tensor.load("logits.safetensors").a
      print(encoder.backbone, encoder.classes, back.shape[1], back.shape[2], encoder:features(images).shape[2] == encoder.feature_count)
      local model = gfnet.model{encoder = "tiny.pth", image_size = 96, steps = 2}
      print(model.backbone, model.classes)
      print(gfnet.load("tiny.pth"))
      """)
    let result = try program.run("use.lua")
    #expect(result.output == "resnet_tiny_16\t3\t2\t3\ttrue\nresnet_tiny_16\t3\n")
    #expect(result.status == 1)
    #expect(result.errors.contains("gfnet.encoder(file) loads an encoder"))
  }

  /// What is said and would mean nothing is refused, not left unheard.
  @Test(arguments: [
    ("authors.pth.tar", ["--keys", "timm"], "keys"), ("authors.pth.tar", ["--prefix", "m."], "prefix"),
    ("authors.pth.tar", ["--no-ema"], "ema"), ("authors.pth.tar", ["--ema"], "ema"),
    ("tiny.pth", ["--patch-size", "96"], "patch size"), ("tiny.pth", ["--image-size", "96"], "image size"),
    ("tiny.pth", ["--steps", "3"], "steps"), ("tiny.pth", ["--glance-size", "96"], "size of the glance"),
    ("tiny.pth", ["--focus-frames", "2"], "frames of patches"),
  ])
  func optionsThatDoNotApplyAreRefused(_ file: String, _ options: [String], _ name: String) throws {
    let program = try Program()
    _ = try encoder(program, "tiny.pth")
    try AuthorsFile().data().write(to: URL(fileURLWithPath: program.folder + "/authors.pth.tar"))
    let result = try program.run(["models", "import", file] + options)
    #expect(result.status == 1 && result.errors.split(separator: "\n").count == 1, "\(result.errors)")
    #expect(result.errors.hasSuffix("leave \(name) out\n"), "\(result.errors)")
    #expect(
      program.read("models") == nil && !FileManager.default.fileExists(atPath: program.folder + "/models"))
  }

  @Test func ownFilesSayAllOfThemselves() throws {
    let program = try Program()
    _ = try encoder(program, "tiny.pth")
    #expect(try program.run("models", "import", "tiny.pth").status == 0)
    for option in ["keys = 'timm'", "prefix = 'm.'", "ema = false", "backbone = 'resnet18'", "frames = 4"] {
      try program.write("s.lua", "gfnet.encoder('models/tiny.safetensors', {\(option)})")
      let result = try program.run("s.lua")
      let name = option.prefix { $0 != " " }
      #expect(result.status == 1 && result.errors.contains("leave \(name) out"), "\(result.errors)")
    }
    try program.write(
      "s.lua", "print(gfnet.encoder('models/tiny.safetensors', {backbone = 'resnet_tiny_16'}).classes)")
    #expect(try program.run("s.lua").output == "3\n")
  }

  @Test func hostileFilesAreOneLine() throws {
    let program = try Program()
    let attack = Pickle().global("os", "system").op("(").string("touch \(program.folder)/owned").op("tR")
    for (name, data) in [
      ("zip.pth", attack.zip()), ("legacy.pth", attack.legacy()), ("text.pth", Data("x".utf8)),
    ] {
      try data.write(to: URL(fileURLWithPath: program.folder + "/" + name))
      for command in ["show", "import"] {
        let result = try program.run("models", command, name)
        #expect(result.status == 1 && result.output == "")
        #expect(result.errors.hasPrefix("gfnet-lab: PyTorch file \(name): "))
        #expect(result.errors.split(separator: "\n").count == 1)
      }
    }
    #expect(!FileManager.default.fileExists(atPath: program.folder + "/owned"))
    #expect(
      try program.run("models", "show", "nowhere.pth").errors.hasPrefix("gfnet-lab: cannot read nowhere.pth"))
    #expect(try program.run("models", "import", "zip.pth", "--kind", "both").status == 2)
  }

  @Test func verifyTellsRightFromWrong() throws {
    let program = try Program()
    let reference = Fixtures.path("reference").string
    let name = "mobilenetv3_large_100"
    let good = try program.run("models", "verify", reference, "--case", name + "@96")
    #expect(good.status == 0, "\(good.output)\(good.errors)")
    #expect(good.output.hasPrefix(name + "@96: ok\n"))
    for quantity in ["features", "logits", "probabilities", "coordinates", "loss", "gradient norms"] {
      #expect(good.output.contains(quantity), "\(quantity)")
    }
    // The same recording for other weights, and a case of an encoder that does not exist.
    try FileManager.default.createDirectory(
      atPath: program.folder + "/cases", withIntermediateDirectories: true)
    for file in [name + "@96.safetensors", name + ".keys.json"] {
      try FileManager.default.copyItem(
        atPath: reference + "/" + file, toPath: program.folder + "/cases/" + file)
    }
    let json = try String(contentsOfFile: reference + "/" + name + "@96.json", encoding: .utf8)
    try program.write(
      "cases/\(name)@96.json", json.replacing("\"weight_gain\": 1.2", with: "\"weight_gain\": 1.3"))
    try program.write("cases/other@96.json", json.replacing(name, with: "no_such_encoder"))
    try FileManager.default.copyItem(
      atPath: reference + "/\(name)@96.safetensors", toPath: program.folder + "/cases/other@96.safetensors")
    let bad = try program.run("models", "verify", "cases")
    #expect(bad.status == 1)
    #expect(bad.output.contains(name + "@96: FAILED") && bad.output.contains("BEYOND  logits"))
    #expect(bad.output.contains("no backbone is called no_such_encoder"))
    #expect(bad.errors == "gfnet-lab: 2 cases are out of tolerance\n")
    #expect(try program.run("models", "verify", "nowhere").status == 1)
  }
}
