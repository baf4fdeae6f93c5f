import Vision

/// Tells the user about images or clips that were left out.
struct DamageNote {
  /// The number of them that the line names.
  private static let named = 3

  private let images: any ImageDataset
  /// Those that were told of, or known before.
  private var known: Set<Int>

  /// Knows what cannot be read so far, of which nothing is told.
  init(_ images: any ImageDataset) {
    self.images = images
    known = Set(images.damaged?.all.map(\.index) ?? [])
  }

  /// Writes one line if there are some that cannot be read since it was made or told last.
  mutating func tell(_ context: HostContext) {
    let new = (images.damaged?.all ?? []).filter { !known.contains($0.index) }
    guard !new.isEmpty else { return }
    known.formUnion(new.map(\.index))
    let reasons = new.prefix(Self.named).map(\.reason).joined(separator: "; ")
    let rest = new.count > Self.named ? "; and \(new.count - Self.named) more, see data.damaged" : ""
    context.note(
      "\(new.count) of \(images.count) \(images.itemNoun)s cannot be read and were left out: \(reasons)\(rest)"
    )
  }

  /// Runs `body`, then writes one line if it met some that cannot be read for the first time.
  static func telling<Result>(
    _ images: any ImageDataset, _ context: HostContext, _ body: () throws -> Result
  ) rethrows -> Result {
    var note = DamageNote(images)
    defer { note.tell(context) }
    return try body()
  }
}
