import Backbones
import Foundation
import NeuralNet
import TestSupport
import Testing

struct KeyMapTests {
  /// Library → our name → key → shape.
  private static let sources: [String: [String: [String: [Int]]]] = {
    guard let data = try? Data(contentsOf: Fixtures.path("keys/source-keys.json").url) else { return [:] }
    return (try? JSONDecoder().decode([String: [String: [String: [Int]]]].self, from: data)) ?? [:]
  }()

  static let cases = sources.flatMap { library, networks in networks.keys.map { [library, $0] } }
    .sorted { $0.joined() < $1.joined() }

  @Test func theFixtureHoldsLibraries() {
    #expect(
      Set(Self.sources.keys) == ["torchvision", "timm", "efficientnet_lite_pytorch", "efficientnet_pytorch"])
    #expect(Self.cases.count == 18)
  }

  /// Every key there becomes one here, of a shape that fits, and every parameter here is reached once.
  @Test(arguments: cases) func coversEveryParameter(_ source: [String]) throws {
    let entry = try BackboneRegistry.entry(source[1])
    let map = try #require(entry.keyMaps.first { $0.name == source[0] })
    let keys = try #require(Self.sources[source[0]]?[source[1]])
    let own = Dictionary(
      uniqueKeysWithValues: try entry.build(1000).parameters.map { ($0.name, $0.parameter.value.shape.sizes) }
    )
    var reached: Set<String> = []
    for (key, shape) in keys {
      let name = try #require(map.rename(key), "\(key) has no counterpart")
      let expected = try #require(own[name], "\(key) becomes \(name), which is unknown")
      #expect(KeyMap.fits(shape, expected), "\(key) \(shape) becomes \(name) \(expected)")
      #expect(reached.insert(name).inserted, "\(name) is reached twice")
    }
    #expect(reached.count == own.count)
  }

  /// FNV-1a 64 of "key shape" lines of the state dictionary in torchvision 0.29.2 or timm 1.0.31.
  private static let ownKeys: [(String, UInt64)] = [
    ("resnet18", 0xF2B8_CB04_A7ED_2B74), ("resnet34", 0xFF6B_8BDE_2B3F_8E44),
    ("resnet50", 0xBCF7_9D98_8E04_5B7E), ("resnet101", 0xF751_3E3C_A57E_9509),
    ("densenet121", 0xE935_2613_9701_3D52), ("densenet169", 0x5FBE_16B7_D4F8_26A4),
    ("densenet201", 0x5087_3FD8_FA34_22C6), ("mobilenetv2_100", 0xC481_0A82_F55E_D528),
    ("mobilenetv3_small_075", 0x3326_CE99_6EC9_95DB), ("mobilenetv3_small_100", 0x1C3D_97C7_1597_CAA8),
    ("mobilenetv3_large_075", 0xE961_9A5D_C1BF_4DAB), ("mobilenetv3_large_100", 0x0682_EE09_B0EF_0572),
    ("efficientnet_b0", 0xC2F9_06D0_C738_6531), ("efficientnet_b1", 0x09E6_E0E5_4345_D390),
    ("efficientnet_b2", 0x9B53_6FE8_4612_A16B), ("efficientnet_b3", 0x5335_B6F4_F1F7_1665),
    ("efficientnet_lite0", 0xEA63_CC7F_6F5D_791E), ("efficientnet_lite1", 0x3943_B4C8_228F_EE17),
    ("efficientnet_lite2", 0xAE98_E7C9_2FCE_AA1D), ("tf_efficientnet_lite0", 0xEA63_CC7F_6F5D_791E),
    ("tf_efficientnet_lite1", 0x3943_B4C8_228F_EE17), ("tf_efficientnet_lite2", 0xAE98_E7C9_2FCE_AA1D),
    ("tf_mobilenetv3_small_075", 0x3326_CE99_6EC9_95DB), ("tf_mobilenetv3_small_100", 0x1C3D_97C7_1597_CAA8),
    ("tf_mobilenetv3_large_075", 0xE961_9A5D_C1BF_4DAB), ("tf_mobilenetv3_large_100", 0x0682_EE09_B0EF_0572),
    ("tf_efficientnet_b0", 0xC2F9_06D0_C738_6531), ("tf_efficientnet_b1", 0x09E6_E0E5_4345_D390),
    ("tf_efficientnet_b2", 0x9B53_6FE8_4612_A16B), ("tf_efficientnet_b3", 0x5335_B6F4_F1F7_1665),
    ("shufflenet_v2_x0_5", 0xC944_6E1E_715B_2099), ("shufflenet_v2_x1_0", 0xB128_4BFC_7274_BAE7),
  ]

  @Test(arguments: ownKeys) func ownKeysAreTheLibrarys(_ name: String, _ hash: UInt64) throws {
    let lines = try BackboneRegistry.entry(name).build(1000).state.map {
      "\($0.name) \($0.entry.value.shape.sizes.map(String.init).joined(separator: "x"))\n"
    }
    var own: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in lines.joined().utf8 { own = (own ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    #expect(own == hash)
  }

  @Test func patternsReplaceTheStartOfAKey() {
    let map = KeyMap("test", [KeyMap.Rule("layers.*.conv", "blocks.*.conv1"), KeyMap.Rule("head", "")])
    #expect(map.rename("layers.3.conv.weight") == "blocks.3.conv1.weight")
    #expect(map.rename("layers.3.convolution.weight") == nil)
    #expect(map.rename("layers.3") == nil)
    #expect(map.rename("head.fc.bias") == "fc.bias")
    #expect(map.rename("") == nil)
    #expect(KeyMap.same("same").rename("a.b") == "a.b")
  }

  @Test func oldDenseNetKeysAreKnown() throws {
    let map = try #require(BackboneRegistry.entry("densenet121").keyMaps.first { $0.name == "torchvision" })
    #expect(
      map.rename("features.denseblock2.denselayer11.norm.2.running_mean")
        == "features.denseblock2.denselayer11.norm2.running_mean")
    #expect(map.rename("features.transition1.norm.weight") == "features.transition1.norm.weight")
  }

  @Test func shapesFitButForTrailingOnes() {
    #expect(
      KeyMap.fits([4, 3, 1, 1], [4, 3]) && KeyMap.fits([4, 3], [4, 3, 1, 1]) && KeyMap.fits([4], [4]))
    #expect(
      !KeyMap.fits([4, 3, 3, 1], [4, 3]) && !KeyMap.fits([4], [4, 1]) && !KeyMap.fits([4, 3], [3, 4]))
    #expect(!KeyMap.fits([], [1]))
  }
}
