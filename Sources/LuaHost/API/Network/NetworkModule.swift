import Backbones

/// `gfnet.nn`: layers, from which scripts compose backbones.
///
/// A layer is a description, and a module that can be called. A backbone that is composed of layers is built, trained and
/// run by the core, at its speed. Which layers there are, with their parameters and examples, is what `DescribedLayers`
/// declares.
enum NetworkModule {
  static let module = LuaModule(
    "gfnet.nn",
    "Layers, which can be called, and of which backbones are composed (gfnet.backbones.define); losses.",
    functions: functions)

  static let classes = [LayerClass.entry, BackboneClass.entry]

  /// Functions that make layers and backbones; layers without parameters, of which there are many, come last.
  private static let functions: [FunctionEntry] = {
    let forms = DescribedLayers.forms
    return forms.filter { !$0.parameters.isEmpty }.map { function(for: $0) }
      + [backbone, ModuleFunction.entry] + LossFunctions.functions
      + forms.filter { $0.parameters.isEmpty }.map { function(for: $0) }
  }()

  private static func function(for form: LayerForm) -> FunctionEntry {
    let keys = form.parameters.map { ArgumentKey<LayerValue?>($0) }
    let options = keys.filter { !$0.parameter.isRequired }
    var rows: [any ArgumentRow] = keys.filter { $0.parameter.isRequired }
    if !options.isEmpty { rows.append(FunctionParameter.options(options)) }
    return FunctionEntry(form.name, form.summary, rows, returns: "layer", example: form.example.source) {
      call -> Pushed<LayerHandle> in
      var values: [String: LayerValue] = [:]
      for key in keys { values[key.parameter.name] = try call[key] }
      do {
        let layer = try ComposedLayer(form, values)
        return Pushed(LayerHandle(.composed(layer, parts: try parts(form, call))))
      } catch {
        throw LuaError("\(call.shape.entry.qualifiedName): \(error)")
      }
    }
  }

  /// The layers that the call gives, in the order of the form's parameters.
  private static func parts(_ form: LayerForm, _ call: LuaCall) throws -> [LayerHandle] {
    try form.parameters.flatMap { declared -> [LayerHandle] in
      guard try call.has(declared.name) else { return [] }
      switch declared.kind {
      case .layer: return [try call.object(declared.name)]
      case .layers: return try [LayerHandle].read(declared.name, from: call)
      default: return []
      }
    }
  }

  // MARK: Backbones

  private static let body = ArgumentKey<LayerHandle>("body", "images (3 channels) to the last feature map")
  private static let head = ArgumentKey<LayerHandle?>(
    "head", "pooled map (1×1 pixels) to the features; left out: the pooled map is the features")

  private static let backbone = FunctionEntry(
    "backbone", "An encoder: from images to the last feature map, and from its pooled means to the features.",
    [.options([body, head])],
    returns: "backbone",
    example:
      "gfnet.nn.backbone{body = gfnet.nn.sequential{gfnet.nn.conv(3, 8, {stride = 8}), gfnet.nn.relu()}}",
    discussion: "The policy reads the last feature map: 6×6 pixels or more let it point well."
  ) { call in
    let map = try call[body].composed(call.place(body))
    let features = try call[head]?.composed(call.place(head))
    return Pushed(
      BackboneDescription(name: "backbone", body: map.description, head: features?.description))
  }
}
