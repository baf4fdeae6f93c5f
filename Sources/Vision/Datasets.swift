import Support

/// The data sets that can be opened by name.
public enum Datasets {
  /// One row of the table.
  public struct Entry: Sendable {
    /// The name that it is opened by.
    public let name: String
    /// What its items show, in one line.
    public let summary: String
    /// The parts that it can be opened by.
    public let splits: [String]
    fileprivate let open: @Sendable (_ split: String) throws -> (any ImageDataset)?
  }

  /// All rows, in the order in which they are listed.
  public static let all: [Entry] = [
    Entry(
      name: "clutter-fashion",
      summary: "one Fashion-MNIST article among clutter on a 128 × 128 canvas, 10 classes",
      splits: ClutterFashion.Split.allCases.map(\.rawValue),
      open: { split in try ClutterFashion.Split(rawValue: split).map { try ClutterFashion(split: $0) } }),
    Entry(
      name: "clutter-motion",
      summary:
        "clips of 8 frames of 128 × 128: one Fashion-MNIST article moves right or left among moving clutter,"
        + " 20 classes",
      splits: ClutterFashion.Split.allCases.map(\.rawValue),
      open: { split in try ClutterFashion.Split(rawValue: split).map { try ClutterMotion(split: $0) } }),
  ]

  /// Opens one of ``all`` by its name and one of its splits; `limit` is the number of items of all classes
  /// to keep, nil for all.
  ///
  /// - Throws: ``DatasetError``, naming the nearest known name or split when there is no such one.
  public static func open(name: String, split: String, limit: Int? = nil) throws -> any ImageDataset {
    guard let entry = all.first(where: { $0.name == name }) else {
      throw DatasetError.unknownName(name, hint: NearestName.hint(name, in: all.map(\.name)))
    }
    // Its files are where the program knows them to be, which no script says.
    guard let dataset = try FileAccess.ofProgram({ try entry.open(split) }) else {
      throw DatasetError.unknownSplit(
        split, dataset: name, hint: NearestName.hint(split, in: entry.splits))
    }
    return try limit.map { try dataset.limited(to: $0) } ?? dataset
  }

  /// Opens the data set that `identity` was taken from; nil when it cannot be told from its identity.
  ///
  /// The data set has the name `name`.
  ///
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
