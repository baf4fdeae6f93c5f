/// Images or clips under one heading, such as "exit after step 2".
public struct PictureGroup<Item: Sendable & Hashable>: Sendable, Hashable {
  /// The text above them; empty for none.
  public var heading: String
  /// What is drawn, in order.
  public var items: [Item]

  public init(heading: String = "", items: [Item]) {
    self.heading = heading
    self.items = items
  }
}
