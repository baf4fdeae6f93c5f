import Foundation

/// A picture that every renderer can draw and whose numbers can be saved beside it.
public protocol Drawing: Sendable {
  /// What is drawn, in points.
  func displayList() throws -> DisplayList
  /// The numbers behind the picture as comma-separated values, one row per number, with a header.
  func csv() throws -> String
}

extension Drawing {
  /// A PNG at `dpi` pixels per inch; the same drawing gives the same bytes.
  public func png(dpi: Int = 300) throws -> Data { try displayList().png(dpi: dpi) }
}
