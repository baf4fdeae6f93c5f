import Support

/// The data sets that can be opened by name.
public enum Datasets {
  /// One row of the table.
  public struct Entry: Sendable {
    public let name: String
    public let summary: String
    public let splits: [String]
    fileprivate let open: @Sendable (_ split: String) throws -> (any ImageDataset)?
  }

  public static let all: [Entry] = [
    Entry(
      name: "clutter-fashion",
      summary: "one Fashion-MNIST article among clutter on a 128 × 128 canvas, 10 classes",
      splits: ClutterFashion.Split.allCases.map(\.rawValue),
      open: { split in try ClutterFashion.Split(rawValue: split).map { try ClutterFashion(split: $0) } })
  ]

  /// Opens a data set.
  ///
  /// - Parameters:
  ///   - name: one of ``all``.
  ///   - split: one of the entry's splits.
  ///   - limit: keep so many images of all classes; nil keeps all.
  /// - Throws: ``DatasetError``, naming the nearest known name or split when there is no such one.
  public static func open(name: String, split: String, limit: Int? = nil) throws -> any ImageDataset {
    guard let entry = all.first(where: { $0.name == name }) else {
      throw DatasetError.unknownName(name, hint: NearestName.hint(name, in: all.map(\.name)))
    }
    guard let dataset = try entry.open(split) else {
      throw DatasetError.unknownSplit(
        split, dataset: name, hint: NearestName.hint(split, in: entry.splits))
    }
    return try limit.map { try dataset.limited(to: $0) } ?? dataset
  }

  /// Opens the data set that `identity` was taken from; nil when it cannot be told from its identity.
  ///
  /// - Parameter name: the name of the data set.
  /// - Throws: ``DatasetError`` when the data set is not installed.
  public static func open(identity: String, name: String) throws -> (any ImageDataset)? {
    guard let entry = all.first(where: { $0.name == name }) else { return nil }
    for split in entry.splits where identity.hasPrefix("\(name)/\(split) ") {
      guard let dataset = try entry.open(split) else { continue }
      return try dataset.limited(asIn: identity)
    }
    return nil
  }
}
