import Support

/// What can be wrong with a data set or a request to one. Positions in the messages count from 1.
public enum DatasetError: LineError, Equatable {
  /// No data set of that name; `hint` names the nearest known one.
  case unknownName(String, hint: String)
  /// The data set has no such split; `hint` names the nearest known one.
  case unknownSplit(String, dataset: String, hint: String)
  /// The files a data set is made of are not installed.
  case notInstalled(dataset: String, searched: [String], remedy: String)
  /// A file is not what its format says; `reason` says where.
  case damaged(path: String, reason: String)
  /// An argument that cannot be honoured.
  case invalid(String)
  /// `index` (0-based) is not an item of the data set, whose items are called by the noun, such as "image".
  case noSuchItem(_ noun: String, index: Int, dataset: String, count: Int)

  public var description: String {
    switch self {
    case .unknownName(let name, let hint): "there is no data set \"\(name)\"\(hint)"
    case .unknownSplit(let split, let dataset, let hint): "\(dataset) has no split \"\(split)\"\(hint)"
    case .notInstalled(let dataset, let searched, let remedy):
      "\(dataset) is not in \(searched.joined(separator: ", ")): \(remedy)"
    case .damaged(let path, let reason): "\(path) \(reason)"
    case .invalid(let reason): reason
    case .noSuchItem(let noun, let index, let dataset, let count):
      "\(dataset) has no \(noun) \(index &+ 1), expected 1 to \(count)"
    }
  }
}
