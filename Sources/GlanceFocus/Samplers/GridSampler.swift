import Support

/// The places of a regular grid, row by row; after the last it begins again.
public struct GridSampler: PatchSampler {
  public let name = "grid"
  private let rows: Int
  private let columns: Int

  /// - Parameters:
  ///   - rows: rows of the grid, at least 1.
  ///   - columns: columns of the grid, at least 1.
  public init(rows: Int, columns: Int) {
    self.rows = max(rows, 1)
    self.columns = max(columns, 1)
  }

  private static let rowCount = Setting.integer("rows", default: 2, in: 1...1000, help: "rows of the grid")
  private static let columnCount = Setting.integer(
    "columns", default: 2, in: 1...1000, help: "columns of the grid")

  public static let definition = SamplerDefinition(
    .sampler, name: "grid", summary: "the places of a regular grid, row by row",
    parameters: [rowCount.setting, columnCount.setting],
    make: { GridSampler(rows: try $0[rowCount], columns: try $0[columnCount]) })

  public func propose(_ batch: SamplerBatch) -> [PatchPlaces] {
    let cell = (batch.step - 2) % (rows * columns)
    let place = PatchPlaces(
      row: Self.fraction(cell / columns, of: rows), column: Self.fraction(cell % columns, of: columns))
    return [PatchPlaces](repeating: place, count: batch.count)
  }

  /// Where a row or column lies: evenly from border to border; in the middle when there is only one.
  private static func fraction(_ index: Int, of count: Int) -> Float {
    count == 1 ? 0.5 : Float(index) / Float(count - 1)
  }
}
