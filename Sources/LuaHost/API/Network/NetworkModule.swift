import Backbones

/// `gfnet.nn`: layers, from which scripts compose backbones.
///
/// A layer is a description. The network is built, trained and run by the core, at its speed. Which layers
/// there are, with their parameters and examples, is what `DescribedLayers` declares.
enum NetworkModule {
  static let module = LuaModule(
    "gfnet.nn", "Layers to compose a backbone of; see gfnet.backbones.define.", functions: functions)

  static let classes = [LayerClass.entry, BackboneClass.entry]

  /// Functions that make layers and backbones; layers without parameters, of which there are many, come last.
  private static let functions: [FunctionEntry] = {
    let forms = DescribedLayers.forms
    return forms.filter { !$0.parameters.isEmpty }.map { function(for: $0) } + [backbone]
      + forms.filter { $0.parameters.isEmpty }.map { function(for: $0) }
  }()

  private static func function(for form: LayerForm) -> FunctionEntry {
    let keys = form.parameters.map { ArgumentKey<LayerValue?>($0) }
    let options = keys.filter { !$0.parameter.isRequired }
    var rows: [any ArgumentRow] = keys.filter { $0.parameter.isRequired }
    if !options.isEmpty { rows.append(FunctionParameter.options(options)) }
    return FunctionEntry(form.name, form.summary, rows, returns: "layer", example: form.example.source) {
      call -> Pushed<ComposedLayer> in
      var values: [String: LayerValue] = [:]
      for key in keys { values[key.parameter.name] = try call[key] }
      do {
        return Pushed(try ComposedLayer(form, values))
      } catch {
        throw LuaError("\(call.shape.entry.qualifiedName): \(error)")
      }
    }
  }

  // MARK: Backbones

  private static let body = ArgumentKey<ComposedLayer>("body", "images (3 channels) to the last feature map")
  private static let head = ArgumentKey<ComposedLayer?>(
    "head", "pooled map (1×1 pixels) to the features; left out: the pooled map is the features")

  private static let backbone = FunctionEntry(
    "backbone", "An encoder: from images to the last feature map, and from its pooled means to the features.",
    [.options([body, head])],
    returns: "backbone",
    example:
      "gfnet.nn.backbone{body = gfnet.nn.sequential{gfnet.nn.conv(3, 8, {stride = 8}), gfnet.nn.relu()}}",
    discussion: "The policy reads the last feature map: 6×6 pixels or more let it point well."
  ) { call in
    let map = try call[body]
    let features = try call[head]
    return Pushed(
      BackboneDescription(name: "backbone", body: map.description, head: features?.description))
  }
}
