import Backbones
import GlanceFocus
import Testing
import Vision

/// The one table of the paper's set-ups, and those who ask it.
struct PaperSetupTests {
  private static func setup(_ name: String) throws -> PaperSetup {
    PaperSetups.setup(for: try BackboneRegistry.entry(name))
  }

  @Test(arguments: BackboneRegistry.entries.map(\.name))
  func networksAreMadeAsTheTableSays(_ name: String) throws {
    let setup = try Self.setup(name)
    #expect(setup.backbone == name && !setup.sizes.isEmpty)
    for size in setup.sizes {
      let made = try Configuration(backbone: name, patchSize: size.patch, imageSize: 300, steps: size.steps)
      #expect(made.policyEncoder == setup.family.policyEncoder)
      #expect(made.policyUnits == setup.family.policyUnits)
      #expect(made.classifier == setup.family.classifier)
      #expect(made.classifierUnits == setup.family.classifierUnits)
    }
    #expect(try Configuration(backbone: name).patchSize == setup.patchSize)
    #expect(try Configuration(backbone: name).paperSetup().imageSize == setup.imageSize)
  }

  /// A misspelt family would silently be that of small encoders.
  @Test func everyEncoderForImageNetHasAFamily() {
    for entry in BackboneRegistry.entries {
      // The encoders for ImageNet halve the side five times; those for small patches less often.
      let isSmall = PaperSetups.setup(for: entry).patchSize < 96
      #expect(isSmall == (entry.stride < 32), "\(entry.name)")
    }
  }

  /// What published evaluations use where they do not use ImageNet's usual one.
  @Test func picturesArePreparedAsPublished() throws {
    let expected: [(name: String, filter: ResampleFilter, side: Int)] = [
      ("resnet50", .bilinear, 256), ("efficientnet_b2", .bicubic, 297), ("efficientnet_b3", .bicubic, 331),
    ]
    for row in expected {
      let setup = try Self.setup(row.name)
      #expect(setup.preparation.filter == row.filter, "\(row.name)")
      #expect(setup.preparation.shorterSide(imageSize: setup.imageSize) == row.side, "\(row.name)")
    }
  }

  @Test func glancesAreBilinearWhereTheAuthorsResizeThemSo() throws {
    for (name, isBilinear) in [
      ("densenet121", true), ("regnety_600m", true), ("resnet50", false), ("mobilenetv3_large_100", false),
    ] {
      let interpolation = try Self.setup(name).family.interpolation
      #expect((interpolation == .bilinear) == isBilinear, "\(name)")
    }
  }
}
