import Foundation

/// What a reader of a report can play with: exit rules on the images of a trace, with a budget to move.
///
/// It belongs to a picture (``Notebook/Picture/explorer``), which is what is seen where no script runs: on paper, in Markdown and in
/// notebooks. It holds plain numbers, as the page computes exits, accuracy and cost by itself.
public struct Explorer: Sendable, Codable, Equatable {
  /// A rule that readers can choose.
  public struct Rule: Sendable, Codable, Equatable {
    public var name: String
    public var exits: Exits

    public init(name: String, exits: Exits) {
      self.name = name
      self.exits = exits
    }
  }

  /// When images leave under a rule.
  public enum Exits: Sendable, Codable, Equatable {
    /// Confidence thresholds by step, T for each point of a curve, in any order: a reader moves along them.
    case thresholds([[Float]])
    /// The step after which each image leaves, 1…T: nothing can be moved.
    case steps([UInt8])
  }

  /// A photograph of an image, with where each step looked.
  public struct Thumbnail: Sendable, Codable, Equatable {
    /// The image's row, from 0.
    public var row: Int
    public var title: String
    public var width: Int
    public var height: Int
    /// A file of pixels.
    public var mediaType: String
    public var content: Data
    /// For each step the patch in pixels; nil where a step sees the whole image.
    public var patches: [Patch?]

    public struct Patch: Sendable, Codable, Equatable {
      public var row: Int
      public var column: Int
      public var size: Int

      public init(row: Int, column: Int, size: Int) {
        self.row = row
        self.column = column
        self.size = size
      }
    }

    public init(
      row: Int, title: String, width: Int, height: Int, mediaType: String, content: Data, patches: [Patch?]
    ) {
      self.row = row
      self.title = title
      self.width = width
      self.height = height
      self.mediaType = mediaType
      self.content = content
      self.patches = patches
    }
  }

  /// What the items are called: "images" or "clips".
  public var noun: String
  /// Multiply-Adds up to each step, T values.
  public var madds: [Double]
  /// The names of the classes; those beyond them have numbers.
  public var classes: [String]
  /// The true class of each of N images, from 0.
  public var labels: [Int32]
  /// The answer after each step, T lists of N classes, from 0.
  public var predictions: [[Int32]]
  /// The probability of that answer.
  public var confidences: [[Float]]
  public var rules: [Rule]
  public var thumbnails: [Thumbnail]

  public init(
    noun: String, madds: [Double], classes: [String], labels: [Int32], predictions: [[Int32]],
    confidences: [[Float]], rules: [Rule], thumbnails: [Thumbnail]
  ) {
    self.noun = noun
    self.madds = madds
    self.classes = classes
    self.labels = labels
    self.predictions = predictions
    self.confidences = confidences
    self.rules = rules
    self.thumbnails = thumbnails
  }

  /// Roughly the bytes that it takes on a page.
  public var byteCount: Int {
    let numbers = labels.count * 4 * (1 + 2 * madds.count)
    let rules = rules.reduce(0) { sum, rule in
      switch rule.exits {
      case .thresholds(let points): sum + 4 * points.count * madds.count
      case .steps(let steps): sum + steps.count
      }
    }
    return (numbers + rules + thumbnails.reduce(0) { $0 + $1.content.count }) * 4 / 3
  }

  /// The numbers as the page's script reads them. Lists are base64 of little-endian numbers: a tenth of what digits would take to
  /// read, and of float32 not one bit is lost, so that the page counts what the program has counted.
  var json: String {
    let list: JSONValue = [
      "noun": .string(HTMLText.visible(noun)), "madds": .array(madds.map { .number($0) }),
      "classes": .array(classes.map { .string(HTMLText.visible($0)) }), "labels": Self.base64(labels),
      "predictions": .array(predictions.map { Self.base64($0) }),
      "confidences": .array(confidences.map { Self.base64($0.map(\.bitPattern)) }),
      "rules": .array(rules.map(\.json)), "thumbnails": .array(thumbnails.map(\.json)),
    ]
    // Inside an element `script` only this ends it, or begins a comment that hides its end.
    return list.compact.replacing("<", with: "\\u003c")
  }

  fileprivate static func base64<Number: FixedWidthInteger>(_ numbers: [Number]) -> JSONValue {
    let data = numbers.map(\.littleEndian).withUnsafeBytes { Data($0) }
    return .string(data.base64EncodedString())
  }
}

extension Explorer.Rule {
  fileprivate var json: JSONValue {
    switch exits {
    case .thresholds(let points):
      [
        "name": .string(HTMLText.visible(name)),
        "thresholds": Explorer.base64(points.flatMap(\.self).map(\.bitPattern)),
      ]
    case .steps(let steps): ["name": .string(HTMLText.visible(name)), "exits": Explorer.base64(steps)]
    }
  }
}

extension Explorer.Thumbnail {
  fileprivate var json: JSONValue {
    [
      "row": .integer(row), "title": .string(HTMLText.visible(title)), "width": .integer(width),
      "height": .integer(height),
      "image": .string("data:\(mediaType);base64,\(content.base64EncodedString())"),
      "patches": .array(
        patches.map { patch in
          patch.map { .array([.integer($0.row), .integer($0.column), .integer($0.size)]) } ?? .null
        }),
    ]
  }
}

extension Notebook {
  /// Whether any of its figures has something to play with.
  var hasExplorer: Bool {
    cells.contains { cell in
      cell.outputs.contains { if case .figure(let picture) = $0 { picture.explorer != nil } else { false } }
    }
  }
}
