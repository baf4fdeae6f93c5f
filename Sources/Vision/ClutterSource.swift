import Support

/// What the computed data sets are made of: articles of one part of Fashion-MNIST, and pieces of its training images.
struct ClutterSource: Sendable {
  /// The height and the width of a canvas.
  static let side = 128
  /// The number of pieces on a canvas.
  static let pieces = 16
  /// The height and the width of a piece.
  static let pieceSide = 14
  /// The places that a piece can be cut from, by row or by column.
  static let cuts = FashionMNIST.side - pieceSide + 1
  /// The places that a piece can be pasted at, by row or by column.
  static let positions = side - pieceSide + 1

  private static let validationStart = 50000

  let split: ClutterFashion.Split
  private let data: FashionMNIST
  /// The number of the first article in its part of Fashion-MNIST.
  let firstArticle: Int
  let count: Int

  /// The articles of `split`, which come from `data`, or else from the installed Fashion-MNIST.
  ///
  /// - Throws: ``DatasetError`` when Fashion-MNIST is not installed or damaged.
  init(split: ClutterFashion.Split, data: FashionMNIST?) throws {
    let data = try data ?? FashionMNIST.load()
    let articles =
      switch split {
      case .train: 0..<Self.validationStart
      case .validation: Self.validationStart..<data.train.count
      case .test: 0..<data.test.count
      }
    self.split = split
    self.data = data
    firstArticle = articles.lowerBound
    count = articles.count
  }

  /// The identity of the data set that draws them by version `version` of the recipe `name`.
  func identity(_ name: String, version: Int) -> String {
    "\(name)/\(split.rawValue) v\(version) content=\(data.fingerprint)"
  }

  private var part: FashionMNIST.Part { split == .test ? data.test : data.train }

  /// The category of the article of an item, 0-based.
  func category(at index: Int) -> Int { Int(part.labels[firstArticle + index]) }

  /// The draws of an item: a new sequence each epoch in the `train` split alone.
  func sequence(_ name: String, _ index: Int, epoch: Int) -> FormulaSequence {
    // It is named by the number of the article in its part of Fashion-MNIST, from 0.
    let name = "\(name).\(split.rawValue).\(firstArticle + index)"
    return FormulaSequence(split == .train ? "\(name).\(epoch)" : name)
  }

  /// The number of training images, which pieces are cut from.
  var pieceImages: Int { data.train.count }

  /// Gives `body` the training images, and the article of an item.
  func withPixels(
    of index: Int, _ body: (_ images: UnsafePointer<UInt8>, _ article: UnsafePointer<UInt8>) -> Void
  ) {
    data.train.pixels.withUnsafeBufferPointer { images in
      part.pixels.withUnsafeBufferPointer { articles in
        guard let images = images.baseAddress, let articles = articles.baseAddress else { return }
        body(images, articles + (firstArticle + index) * FashionMNIST.side * FashionMNIST.side)
      }
    }
  }

  /// Pastes the piece that begins at `source` in an image of Fashion-MNIST by pixel-wise maximum; its top-left corner
  /// comes to lie on `target`.
  static func pastePiece(_ source: UnsafePointer<UInt8>, on target: UnsafeMutablePointer<UInt8>) {
    for row in 0..<pieceSide {
      let from = source + row * FashionMNIST.side
      let to = target + row * side
      for pixel in 0..<pieceSide { to[pixel] = max(to[pixel], from[pixel]) }
    }
  }

  /// Replaces the canvas wherever the article is above 0; its top-left corner comes to lie on `target`.
  static func pasteArticle(_ article: UnsafePointer<UInt8>, on target: UnsafeMutablePointer<UInt8>) {
    for row in 0..<FashionMNIST.side {
      let from = article + row * FashionMNIST.side
      let to = target + row * side
      // This is a choice of value, not a branch: the processor cannot foresee where an article has holes.
      for pixel in 0..<FashionMNIST.side { to[pixel] = from[pixel] > 0 ? from[pixel] : to[pixel] }
    }
  }
}
