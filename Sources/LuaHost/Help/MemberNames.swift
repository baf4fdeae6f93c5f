import Support

/// What to say when a class or module has no member of a name.
enum MemberNames {
  /// The end of the error: what to write instead, the nearest name, or where all are listed.
  ///
  /// - Parameter owner: the class or module, such as `tensor` or `gfnet.tensor`.
  static func hint(_ name: String, of owner: String, known: [String]) -> String {
    if let advice = ForeignNames.advice(name, of: owner) { return "; \(advice)" }
    if let elsewhere = elsewhere(name, owner) { return "; write \(elsewhere)" }
    // `gfnet.cat` stands for what PyTorch has in `torch`, which is gfnet.tensor here.
    if owner == "gfnet", let advice = ForeignNames.advice(name, of: "gfnet.tensor") { return "; \(advice)" }
    if let near = NearestName.find(name, in: known) { return "; did you mean '\(near)'?" }
    if known.count > 12 { return "; gfnet-lab help \(owner) lists the \(known.count) that there are" }
    return NearestName.hint(name, in: known)
  }

  /// What to say when a function of the module is asked of the object or of `gfnet` itself, or a method of the object of
  /// the module.
  private static func elsewhere(_ name: String, _ owner: String) -> String? {
    let symbols = Catalog.standard.symbols
    if owner == "gfnet", symbols.contains(where: { $0.name == "gfnet.tensor.\(name)" }) {
      return "gfnet.tensor.\(name)(…)"
    }
    let class_ = owner.split(separator: ".").last.map(String.init) ?? owner
    for (symbolName, symbol) in symbols {
      guard case .function(let entry) = symbol, entry.name == name, symbolName != "\(owner).\(name)" else {
        continue
      }
      if owner.hasPrefix("gfnet."), entry.qualifiedName == "\(class_):\(name)" {
        return "it as a method, as in \(class_.prefix(1)):\(name)(…)"
      }
      if entry.qualifiedName == "gfnet.\(owner).\(name)" { return "\(entry.qualifiedName)(…)" }
    }
    return nil
  }
}
