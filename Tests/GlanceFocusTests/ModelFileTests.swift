import Backbones
import Support
import Checkpoints
import Foundation
import GlanceFocus
import TestSupport
import Testing

/// Model files whose configuration lies.
@Suite struct ModelFileTests {
  /// A configuration may claim sizes of any network; memory is taken only as far as the file is long.
  @Test(arguments: ["policyUnits", "classifierUnits", "classes", "layers"])
  func aFileThatDescribesMoreThanItHoldsIsRefused(_ field: String) throws {
    let folder = try TemporaryFolder()
    let file = folder.path / "large.safetensors"
    var configuration = try Configuration(backbone: "resnet_tiny_16", imageSize: 96, steps: 2, classes: 10)
    switch field {
    case "policyUnits": configuration.policyUnits = 65_536
    case "classifierUnits": configuration.classifierUnits = 65_536
    case "classes": configuration.classes = 1_000_000
    default:
      let wide = try ComposedLayer(
        #require(DescribedLayers.form("conv")),
        ["inputs": .integer(3), "outputs": .integer(65_536), "kernel": .integer(255)])
      configuration.layers = BackboneDescription(name: "wide", body: wide.description)
    }
    try Safetensors.write(
      [SafetensorsTensor("x", shape: [1], [Float(0)])],
      metadata: ["format": ModelFile.format, "configuration": configuration.json()], to: file)
    let error = #expect(throws: ModelError.self) { try GFNet.load(file) }
    #expect(error?.description == "\(file): the configuration describes a network larger than the file")
  }

  /// What a configuration has wrong is told with the file that holds it.
  @Test func aConfigurationThatCannotBeIsNamedWithItsFile() throws {
    let folder = try TemporaryFolder()
    let file = folder.path / "odd.safetensors"
    var configuration = try Configuration(
      backbone: .named("resnet_tiny_16"), imageSize: 96, steps: 2, classes: 10,
      glance: GlanceForm(.named("resnet_tiny_24"), size: 64))
    configuration.glance?.size = 0
    try Safetensors.write(
      [SafetensorsTensor("x", shape: [1], [Float(0)])],
      metadata: ["format": ModelFile.format, "configuration": configuration.json()], to: file)
    let error = #expect(throws: ModelError.self) { try GFNet.load(file) }
    #expect(error?.description == "\(file): the glance size is 0, expected 1 to 4096")
  }
}
