import Foundation
import Support

/// The document that a script run produces: what the terminal, the HTML report, Markdown and Jupyter render.
public struct Notebook: Sendable {
  /// The first Markdown heading, or the script's name.
  public var title: String
  /// The script's path as the user gave it.
  public var source: FilePath
  public var cells: [Cell]
  /// Remarks from before the first cell, as on plugins that were left out.
  public var remarks: [String] = []

  /// All remarks of the run, in order.
  public var allRemarks: [String] {
    remarks + cells.flatMap(\.outputs).compactMap { if case .remark(let text) = $0 { text } else { nil } }
  }

  public init(title: String, source: FilePath, cells: [Cell] = []) {
    self.title = title
    self.source = source
    self.cells = cells
  }

  /// One cell with what it produced so far.
  public struct Cell: Sendable {
    public enum Kind: Sendable { case markdown, code, parameters }
    public enum Status: Sendable, Equatable { case pending, running, done, failed, interrupted }

    public var kind: Kind
    /// What the cell is called, shown as a heading above it; may be empty.
    public var title: String
    public var source: String
    /// 1-based line of the cell's first source line in the script.
    public var firstLine: Int
    public var outputs: [Output]
    public var status: Status
    /// Wall-clock time of the cell; nil before it ran.
    public var seconds: Double?

    public init(kind: Kind, title: String = "", source: String, firstLine: Int) {
      self.kind = kind
      self.title = title
      self.source = source
      self.firstLine = firstLine
      outputs = []
      status = .pending
      seconds = nil
    }
  }

  /// Something a cell produced, in order.
  public enum Output: Sendable {
    /// What the cell printed.
    case text(String)
    /// The value of the cell's last expression, as text.
    case value(String)
    /// Markdown that the script wrote.
    case markdown(String)
    case table(Table)
    case figure(Picture)
    /// What the program said on standard error: one line.
    case remark(String)
    /// What stopped the cell: one line, and the script-level call stack below it (may be empty).
    case error(message: String, traceback: String)
  }

  /// Rows of cells under named columns; numbers keep their value, so that CSV and LaTeX print them in full.
  public struct Table: Sendable {
    public enum Value: Sendable, Equatable {
      case text(String)
      /// `digits`: places after the point when shown; nil prints the shortest form.
      case number(Double, digits: Int?)
      /// A whole number, of which no digit is lost where a `Double` would round it.
      case integer(Int, digits: Int?)
      case empty
    }
    /// File stem under `tables/`.
    public var name: String
    public var caption: String
    public var columns: [String]
    public var rows: [[Value]]

    public init(name: String, caption: String = "", columns: [String], rows: [[Value]]) {
      self.name = name
      self.caption = caption
      self.columns = columns
      self.rows = rows
    }
  }

  /// A rendered figure.
  public struct Picture: Sendable {
    /// File stem under `figures/`.
    public var name: String
    public var caption: String
    public var png: Data
    /// Size in points (1/72 inch), which HTML uses as the display size.
    public var width: Double
    public var height: Double
    /// The numbers behind the figure, saved beside it; nil for photographs.
    public var csv: String?

    public init(
      name: String, caption: String = "", png: Data, width: Double, height: Double, csv: String? = nil
    ) {
      self.name = name
      self.caption = caption
      self.png = png
      self.width = width
      self.height = height
      self.csv = csv
    }
  }
}
