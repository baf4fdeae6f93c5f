extension MobileNetV3 {
  /// The paper's authors use timm's keys. torchvision has the networks of width 1.
  static func keyMaps(_ plan: Plan, percent: Int) -> [KeyMap] {
    let own: [KeyMap] = [.same("authors"), .same("timm")]
    guard percent == 100 else { return own }
    // torchvision's batch norms use ε 1e-3.
    return own + [KeyMap("torchvision", torchvision(plan), varianceShift: 1e-3 - 1e-5)]
  }

  private static func torchvision(_ plan: Plan) -> [KeyMap.Rule] {
    let kinds = InvertedResidualTrunk.kinds(plan.rows)
    let last = "blocks.\(plan.rows.count).0"
    return [
      KeyMap.Rule("features.0.0", "conv_stem"), KeyMap.Rule("features.0.1", "bn1"),
      KeyMap.Rule("features.\(kinds.count + 1).0", last + ".conv"),
      KeyMap.Rule("features.\(kinds.count + 1).1", last + ".bn1"),
      // A linear layer there, a 1×1 convolution here.
      KeyMap.Rule("classifier.0", "conv_head"), KeyMap.Rule("classifier.3", "classifier"),
    ]
      + kinds.enumerated().flatMap { index, kind in
        [KeyMap.Rule("features.\(index + 1)", kind.key)].each(InvertedResidualKeys.torchvision(kind))
      }
  }
}
