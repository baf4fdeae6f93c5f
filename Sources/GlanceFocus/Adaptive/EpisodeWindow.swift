import Tensor

/// Images that take their steps together: as they leave, those still in play are put together anew, so that later
/// steps too run on full batches.
///
/// What the network carries for an image is small; the image itself stays where it is, and patches are cut from there.
struct EpisodeWindow {
  /// Images that are run together, with all that belongs to them in the order of `rows`.
  struct Group {
    /// Rows in the record, ascending.
    var rows: [Int]
    var memory: GFNet.Memory?
    /// The policy's means, where it has been asked since the last step.
    var proposals: [PatchLocation]?
    /// Of the glance, for samplers that need it.
    var saliency: Tensor?
  }

  /// As they were loaded, B×3×S×S each.
  private(set) var batches: [Tensor] = []
  /// Of the images still in play; rows ascend from group to group.
  var groups: [Group] = []
  /// Where the image of a row is.
  private var places: [Int: (batch: Int, image: Int)] = [:]

  /// - Parameters:
  ///   - images: B×3×S×S, normalised.
  ///   - rows: their rows in the record, beyond those of the batches before.
  mutating func add(_ images: Tensor, rows: [Int]) {
    for (image, row) in rows.enumerated() { places[row] = (batches.count, image) }
    batches.append(images)
    groups.append(Group(rows: rows))
  }

  /// Keeps `rows` only, ascending, in groups of up to `size` images.
  mutating func keep(_ rows: [Int], groupSize size: Int) throws {
    guard rows.count != groups.reduce(0, { $0 + $1.rows.count }) else { return }
    var parts: [Group] = []
    var next = 0
    for group in groups {
      var positions: [Int] = []
      for (position, row) in group.rows.enumerated() where next < rows.count && rows[next] == row {
        positions.append(position)
        next += 1
      }
      if !positions.isEmpty { parts.append(try group.gathered(positions)) }
    }
    let all = try Group.joined(parts)
    groups = try stride(from: 0, to: rows.count, by: size).map {
      try all.sliced($0..<min($0 + size, rows.count))
    }
  }

  /// One patch of each of `rows`, n×3×P×P.
  func patches(_ rows: [Int], _ positions: [PatchPosition], side: Int) throws -> Tensor {
    let result = try Tensor.empty([rows.count, 3, side, side])
    var start = 0
    while start < rows.count {
      let batch = try place(rows[start]).batch
      var images: [Int] = []
      while start + images.count < rows.count {
        let place = try place(rows[start + images.count])
        guard place.batch == batch else { break }
        images.append(place.image)
      }
      try batches[batch].cut(
        images, Array(positions[start..<start + images.count]), into: result, from: start)
      start += images.count
    }
    return result
  }

  /// The images of `rows`, n×3×S×S.
  func images(_ rows: [Int]) throws -> Tensor {
    let parts = try batches.indices.compactMap { batch -> Tensor? in
      let images = try rows.compactMap { row -> Int? in
        let place = try place(row)
        return place.batch == batch ? place.image : nil
      }
      return images.isEmpty ? nil : try batches[batch].indexSelected(0, images)
    }
    return parts.count == 1 ? parts[0] : try Tensor.concatenated(parts)
  }

  private func place(_ row: Int) throws -> (batch: Int, image: Int) {
    guard let place = places[row] else { throw EpisodeError("row \(row + 1) has no image") }
    return place
  }
}

extension EpisodeWindow.Group {
  fileprivate func gathered(_ positions: [Int]) throws -> EpisodeWindow.Group {
    guard positions.count != rows.count else { return self }
    return EpisodeWindow.Group(
      rows: positions.map { rows[$0] }, memory: try memory?.gathered(positions),
      proposals: proposals.map { old in positions.map { old[$0] } },
      saliency: try saliency?.indexSelected(0, positions))
  }

  fileprivate static func joined(_ parts: [EpisodeWindow.Group]) throws -> EpisodeWindow.Group {
    guard parts.count != 1 else { return parts[0] }
    let memories = parts.compactMap(\.memory)
    let proposals = parts.compactMap(\.proposals)
    return EpisodeWindow.Group(
      rows: parts.flatMap(\.rows), memory: memories.isEmpty ? nil : try .joined(memories),
      proposals: proposals.isEmpty ? nil : proposals.flatMap(\.self),
      saliency: try Tensor.joined(parts.compactMap(\.saliency)))
  }

  fileprivate func sliced(_ range: Range<Int>) throws -> EpisodeWindow.Group {
    guard range.count != rows.count else { return self }
    return EpisodeWindow.Group(
      rows: Array(rows[range]), memory: try memory?.sliced(range),
      proposals: proposals.map { Array($0[range]) }, saliency: try saliency?.sliced(0, range))
  }
}

extension GFNet.Memory {
  /// What is carried for several batches, as one.
  static func joined(_ parts: [GFNet.Memory]) throws -> GFNet.Memory {
    GFNet.Memory(
      map: try Tensor.concatenated(parts.map(\.map)),
      classifier: try Tensor.joined(parts.compactMap(\.classifier)),
      policy: try Tensor.joined(parts.compactMap(\.policy)))
  }

  /// The same for the images `range` only.
  func sliced(_ range: Range<Int>) throws -> GFNet.Memory {
    GFNet.Memory(
      map: try map.sliced(0, range), classifier: try classifier?.sliced(0, range),
      policy: try policy?.sliced(0, range))
  }
}

extension Tensor {
  /// Batch after batch; nil where there are none.
  fileprivate static func joined(_ parts: [Tensor]) throws -> Tensor? {
    parts.isEmpty ? nil : parts.count == 1 ? parts[0] : try concatenated(parts)
  }
}
