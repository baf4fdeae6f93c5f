import Backbones

/// The class `backbone`.
enum BackboneClass {
  static let entry = LuaClass<BackboneDescription>(
    "backbone", "An encoder composed of layers, as gfnet.model{backbone = …} takes it.",
    properties: [
      .init("name", "string", "what it was defined as", get: { backbone, _ in backbone.name })
    ],
    describe: { LayerClass.shortened("backbone \($0.name): \($0.body)") }
  ).entry
}
