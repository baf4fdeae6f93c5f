import Backbones
import Foundation
import NeuralNet
import Tensor
import Testing

/// Layers as data: every row of the table, and what model files keep of them.
struct DescribedLayerTests {
  static let names = DescribedLayers.forms.map { $0.name }

  @Test func namesAreUnique() { #expect(Set(Self.names).count == Self.names.count) }

  /// What an example asks for can be made, says its name, and is the same after it was kept.
  @Test(arguments: names) func anExampleMakesALayerThatCanBeKept(_ name: String) throws {
    let form = try #require(DescribedLayers.form(name))
    let layer = try Self.layer(form.example).description
    #expect(layer.description.hasPrefix(name))
    #expect(try JSONDecoder().decode(LayerDescription.self, from: JSONEncoder().encode(layer)) == layer)
  }

  @Test(arguments: names) func whatIsRequiredIsAskedFor(_ name: String) throws {
    let form = try #require(DescribedLayers.form(name))
    if form.parameters.contains(where: { $0.isRequired }) {
      #expect(throws: LayerError.self) { try ComposedLayer(form) }
    } else {
      #expect(try ComposedLayer(form).count == 1)
    }
  }

  /// Layers are joined by the sizes that descriptions give, so what a layer computes must have that size.
  @Test(arguments: names) func aLayerHasTheSizeThatItsDescriptionSays(_ name: String) throws {
    let form = try #require(DescribedLayers.form(name))
    let layer = try Self.layer(form.example)
    // Most layers take maps of any size, some of one.
    let candidates = [[(height: 13, width: 18), (height: 18, width: 13)], [(6, 6)], [(1, 1)]]
    let found = candidates.lazy.compactMap { sides in
      (1...1024).first { channels in
        let size = MapSize(channels: channels, height: sides[0].height, width: sides[0].width)
        return (try? layer.description.size(for: size)) != nil
      }.map { (sides: sides, channels: $0) }
    }.first
    if Self.withoutMaps.contains(name) {
      #expect(found == nil)
      return
    }
    let (sides, channels) = try #require(found, "the example of \(name) fits no map")
    let first = MapSize(channels: channels, height: sides[0].height, width: sides[0].width)
    if try layer.description.size(for: first).isFlat {
      #expect(throws: LayerError.self) { try Self.network(of: layer, channels: channels) }
      return
    }
    let network = try Self.network(of: layer, channels: channels)
    for (height, width) in sides {
      let said = try layer.description.size(for: MapSize(channels: channels, height: height, width: width))
      let map = try network.encode(Tensor.zeros([2, 3, height, width]), .evaluation).map
      #expect(map.shape == [2, said.channels, said.height, said.width], "\(name) says \(said)")
    }
  }

  /// Layers of rows: of numbers of rows of a table, and of features.
  private static let withoutMaps: Set = ["embedding", "rnn_cell", "gru_cell", "lstm_cell"]

  /// A network whose map is what `layer` makes of a map of `channels` channels that is as large as the image.
  private static func network(of layer: ComposedLayer, channels: Int) throws -> any Backbone {
    let (convolution, sequence) = (DescribedLayers.form("conv"), DescribedLayers.form("sequential"))
    let entrance = try ComposedLayer(
      #require(convolution), ["inputs": .integer(3), "outputs": .integer(channels), "kernel": .integer(1)])
    let body = try ComposedLayer(#require(sequence), ["layers": .layers([entrance, layer])])
    let backbone = BackboneDescription(name: "example", body: body.description)
    let network = try BackboneChoice.described(backbone).entry().build(2)
    try network.initialize(seed: 1)
    return network
  }

  private static func layer(_ example: LayerExample) throws -> ComposedLayer {
    let form = try #require(DescribedLayers.form(example.name))
    var values: [String: LayerValue] = [:]
    for (name, argument) in example.arguments {
      #expect(form.parameters.contains { $0.name == name }, "\(form.name) has no parameter \(name)")
      values[name] = try value(argument)
    }
    return try ComposedLayer(form, values)
  }

  private static func value(_ argument: LayerExample.Value) throws -> LayerValue {
    switch argument {
    case .boolean(let value): .boolean(value)
    case .integer(let value): .integer(value)
    case .number(let value): .number(value)
    case .word(let value): .word(value)
    case .layer(let example): .layer(try layer(example))
    case .layers(let examples): .layers(try examples.map { try layer($0) })
    }
  }

  /// A backbone with layers of every kind, as model files have kept it from the first.
  private static let kept = """
    {"body":{"sequential":{"_0":[{"convolution":{"bias":false,"dilation":1,"groups":1,"inputs":3,\
    "kernel":3,"outputs":6,"stride":2}},{"batchNorm":{"channels":6}},{"activation":{"_0":"relu"}},\
    {"residual":{"activation":"identity","body":{"activation":{"_0":"hardSigmoid"}}}},\
    {"maxPool":{"kernel":3,"padding":1,"stride":2}},{"residual":{"activation":"relu",\
    "body":{"sequential":{"_0":[{"convolution":{"bias":false,"dilation":1,"groups":1,"inputs":6,\
    "kernel":1,"outputs":12,"stride":1}},{"batchNorm":{"channels":12}},\
    {"activation":{"_0":"hardSwish"}},{"convolution":{"bias":false,"dilation":1,"groups":12,"inputs":12,\
    "kernel":3,"outputs":12,"stride":2}},{"batchNorm":{"channels":12}},{"activation":{"_0":"relu"}},\
    {"squeezeExcite":{"activation":"relu","channels":12,"gate":"sigmoid","squeezed":3}},\
    {"convolution":{"bias":false,"dilation":1,"groups":1,"inputs":12,"kernel":1,"outputs":12,\
    "padding":0,"stride":1}},{"batchNorm":{"channels":12}}]}},\
    "shortcut":{"sequential":{"_0":[{"averagePool":{"kernel":2,"padding":0,"stride":2}},\
    {"convolution":{"bias":true,"dilation":1,"groups":1,"inputs":6,"kernel":1,"outputs":12,\
    "stride":1}}]}}}},{"concatenation":{"_0":[{"convolution":{"bias":false,"dilation":1,"groups":1,\
    "inputs":12,"kernel":1,"outputs":6,"stride":1}},{"activation":{"_0":"silu"}}]}}]}},\
    "head":{"sequential":{"_0":[{"convolution":{"bias":true,"dilation":1,"groups":1,"inputs":18,\
    "kernel":1,"outputs":20,"stride":1}},{"activation":{"_0":"relu6"}},\
    {"dropout":{"probability":0.1}}]}},"name":"backbone"}
    """

  @Test func filesReadAndWriteWhatTheyAlwaysDid() throws {
    let backbone = try JSONDecoder().decode(BackboneDescription.self, from: Data(Self.kept.utf8))
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    #expect(String(decoding: try encoder.encode(backbone), as: UTF8.self) == Self.kept)
    #expect(
      backbone.body.description.hasPrefix(
        "sequential{conv(3, 6, 3×3, stride 2), batch_norm(6), relu, residual{hard_sigmoid}, max_pool(3),"))
  }

  @Test func theNetworkHasTheSizesThatTheDescriptionSays() throws {
    let backbone = try JSONDecoder().decode(BackboneDescription.self, from: Data(Self.kept.utf8))
    #expect(try backbone.mapSize(side: 48) == MapSize(channels: 18, height: 6, width: 6))
    let network = try BackboneChoice.described(backbone).entry().build(5)
    try network.initialize(seed: 1)
    let encoding = try network.encode(Tensor.zeros([2, 3, 48, 48]), .evaluation)
    #expect(encoding.map.shape == [2, 18, 6, 6])
    #expect(encoding.features.shape == [2, 20])
    // The names of arrays are part of what files hold.
    let names = Set(network.state.map { $0.name })
    #expect(
      names.isSuperset(of: [
        "body.0.weight", "body.1.running_mean", "body.5.body.6.conv_reduce.weight",
        "body.5.shortcut.1.bias", "body.6.0.weight", "head.0.bias", "classifier.weight",
      ]))
  }

  @Test(arguments: [
    #"{"recurrent":{"units":3}}"#, #"{"dropout":{"probability":0.5},"batchNorm":{"channels":3}}"#, "{}",
    #"{"convolution":{"inputs":3}}"#,
  ])
  func whatIsNoLayerIsRefused(_ json: String) {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(LayerDescription.self, from: Data(json.utf8))
    }
  }

  @Test func nestingWithoutEndIsRefused() throws {
    let json =
      String(repeating: #"{"sequential":{"_0":["#, count: 100) + #"{"activation":{"_0":"relu"}}"#
      + String(repeating: "]}}", count: 100)
    let layer = try JSONDecoder().decode(LayerDescription.self, from: Data(json.utf8))
    let error = #expect(throws: LayerError.self) {
      try BackboneDescription(name: "deep", body: layer).mapSize(side: 48)
    }
    #expect(error?.description.contains("nested more than 64 deep") == true)
  }
}
