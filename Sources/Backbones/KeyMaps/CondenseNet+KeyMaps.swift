extension CondenseNet {
  /// The converted models of its authors, saved from a parallel wrapper.
  static let keyMaps: [KeyMap] = [KeyMap("authors", [KeyMap.Rule("module", ""), KeyMap.Rule("", "")])]
}
