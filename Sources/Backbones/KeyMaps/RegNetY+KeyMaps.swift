extension RegNetY {
  /// torchvision's 800MF has other widths, and it has no 600MF.
  static func keyMaps(_ name: String, _ plan: Plan) -> [KeyMap] {
    let both: [KeyMap] = [.same("authors"), KeyMap("timm", timm)]
    return ["400m", "1.6g"].contains(name) ? both + [KeyMap("torchvision", torchvision(plan))] : both
  }

  private static let timm =
    [KeyMap.Rule("stem", "stem"), KeyMap.Rule("head.fc", "fc")]
    + [KeyMap.Rule("*.*", "*.*")].each([
      KeyMap.Rule("conv1.conv", "f.a"), KeyMap.Rule("conv1.bn", "f.a_bn"),
      KeyMap.Rule("conv2.conv", "f.b"), KeyMap.Rule("conv2.bn", "f.b_bn"),
      KeyMap.Rule("se.fc1", "f.se.f_ex.0"), KeyMap.Rule("se.fc2", "f.se.f_ex.2"),
      KeyMap.Rule("conv3.conv", "f.c"), KeyMap.Rule("conv3.bn", "f.c_bn"),
      KeyMap.Rule("downsample.conv", "proj"), KeyMap.Rule("downsample.bn", "bn"),
    ])

  /// torchvision numbers the blocks of a stage from 0.
  private static func torchvision(_ plan: Plan) -> [KeyMap.Rule] {
    [
      KeyMap.Rule("stem.0", "stem.conv"), KeyMap.Rule("stem.1", "stem.bn"), KeyMap.Rule("fc", "fc"),
    ]
      + plan.depths.enumerated().flatMap { stage, depth in
        (0..<depth).flatMap { block in
          [
            KeyMap.Rule(
              "trunk_output.block\(stage + 1).block\(stage + 1)-\(block)", "s\(stage + 1).b\(block + 1)")
          ].each([
            KeyMap.Rule("proj.0", "proj"), KeyMap.Rule("proj.1", "bn"),
            KeyMap.Rule("f.a.0", "f.a"), KeyMap.Rule("f.a.1", "f.a_bn"),
            KeyMap.Rule("f.b.0", "f.b"), KeyMap.Rule("f.b.1", "f.b_bn"),
            KeyMap.Rule("f.se.fc1", "f.se.f_ex.0"), KeyMap.Rule("f.se.fc2", "f.se.f_ex.2"),
            KeyMap.Rule("f.c.0", "f.c"), KeyMap.Rule("f.c.1", "f.c_bn"),
          ])
        }
      }
  }
}
