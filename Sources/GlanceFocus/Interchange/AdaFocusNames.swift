/// How the code of AdaFocus names the arrays of its networks, against the names that TSM gives them.
enum AdaFocusNames {
  /// The stages of a residual network that is a list of its children: stem, norm, activation, pool, four stages.
  private static let children: [Substring: Substring] = [
    "0": "conv1", "1": "bn1", "4": "layer1", "5": "layer2", "6": "layer3", "7": "layer4",
  ]

  /// TSM's name for an array of `glancer` or `focuser`; nil for one that is not the encoder's.
  ///
  /// The encoder is below `net`; TSM's wrappers are below `base_model`, which the mobile network of the glance leaves out.
  static func encoder(_ key: String) -> String? {
    var parts = key.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.first == "net", parts.count > 2 else { return nil }
    parts.removeFirst()
    if parts.first == "new_fc" { return parts.joined(separator: ".") }
    if parts.first != "base_model" { parts.insert("base_model", at: 0) }
    if let name = children[parts[1]] { parts[1] = name }
    // A classifier behind dropout is the second of a list.
    if ["classifier", "fc"].contains(parts[1]), parts.count > 3 { parts.remove(at: 2) }
    return parts.joined(separator: ".")
  }

  /// TSM's name for an array of `fc`, the classifier of patches, which may be behind dropout.
  static func classifier(_ key: String) -> String {
    "new_fc." + (key.split(separator: ".").last.map(String.init) ?? key)
  }

  /// The name of an array of the policy, as `policy` has it, for one of `focuser`; nil for the others.
  static func policy(inFocuser key: String) -> String? {
    let start = "policy.policy."
    return key.hasPrefix(start) ? String(key.dropFirst(start.count)) : nil
  }
}
