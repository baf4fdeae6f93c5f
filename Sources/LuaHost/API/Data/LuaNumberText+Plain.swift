extension LuaNumberText {
  /// Whole numbers without a point, as in labels.
  static func plain(_ value: Double) -> String {
    if let whole = Int(exactly: value), whole.magnitude < 1 << 53 { return "\(whole)" }
    return shortest(value)
  }
}
