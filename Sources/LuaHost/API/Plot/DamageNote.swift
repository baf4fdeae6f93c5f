import Vision

/// Tells the user about images or clips that were left out.
enum DamageNote {
  /// The number of them that the line names.
  private static let named = 3

  /// Runs `body`, then writes one line if it met some that cannot be read for the first time.
  static func telling<Result>(
    _ images: any ImageDataset, _ context: HostContext, _ body: () throws -> Result
  ) rethrows -> Result {
    let known = Set(images.damaged?.all.map(\.index) ?? [])
    defer {
      let new = (images.damaged?.all ?? []).filter { !known.contains($0.index) }
      if !new.isEmpty {
        let reasons = new.prefix(named).map(\.reason).joined(separator: "; ")
        let rest = new.count > named ? "; and \(new.count - named) more, see data.damaged" : ""
        context.note(
          "\(new.count) of \(images.count) \(images.itemNoun)s cannot be read and were left out: \(reasons)\(rest)"
        )
      }
    }
    return try body()
  }
}
