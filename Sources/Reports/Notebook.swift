import Foundation
import Support

/// The document that a script run produces: what the terminal, the HTML report, Markdown and Jupyter render.
public struct Notebook: Sendable {
  /// The first Markdown heading, or the script's name.
  public var title: String
  /// The script's path as the user gave it.
  public var source: FilePath
  /// The cells, in order.
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
    /// What a cell is: text, or Lua; the Lua that declares the script's parameters is told apart.
    public enum Kind: Sendable { case markdown, code, parameters }
    /// How far a cell is.
    public enum Status: Sendable, Equatable { case pending, running, done, failed, interrupted }

    /// What the cell is.
    public var kind: Kind
    /// What the cell is called, shown as a heading above it; may be empty.
    public var title: String
    /// The Lua or the Markdown, without the mark and comment signs.
    public var source: String
    /// The script's line, from 1, with the cell's first source line.
    public var firstLine: Int
    /// What the cell produced so far.
    public var outputs: [Output]
    /// How far the cell is.
    public var status: Status
    /// Wall-clock seconds of the cell; nil before it ran.
    public var seconds: Double?
    /// What the cell took of the machine's memory; nil before it ran, and where the system does not say.
    public var memory: Memory?
    /// What the outputs of a cell are that has not run yet, where there are some from a run before.
    public enum Earlier: Sendable, Equatable {
      /// Nothing that the cell names has changed.
      case unchanged
      /// The cell depends on one that has changed.
      case stale
    }
    /// Nil where the outputs are those of this run.
    public var earlier: Earlier?
    /// The seconds that the cell took in the run from which its results were kept; nil where it ran.
    public var keptSeconds: Double?

    /// Memory of the whole process over the time of a cell.
    public struct Memory: Sendable, Equatable {
      /// The most bytes at any moment.
      public var peak: Int
      /// By how many bytes the process has grown.
      public var change: Int

      public init(peak: Int, change: Int) {
        self.peak = peak
        self.change = change
      }
    }

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
  public enum Output: Sendable, Codable {
    /// What the cell printed.
    case text(String)
    /// The value of the cell's last expression, as text.
    case value(String)
    /// Markdown that the script wrote.
    case markdown(String)
    /// A table that the script wrote.
    case table(Table)
    /// A figure that the script drew.
    case figure(Picture)
    /// What the program said on standard error: one line.
    case remark(String)
    /// What stopped the cell: one line, and the script-level call stack below it (may be empty).
    case error(message: String, traceback: String)
  }

  /// Rows of cells under named columns; numbers keep their value, so that CSV and LaTeX print them in full.
  public struct Table: Sendable, Codable {
    /// What is in a cell.
    public enum Value: Sendable, Equatable, Codable {
      case text(String)
      /// A number with so many digits after the point when shown; nil prints the shortest form.
      case number(Double, digits: Int?)
      /// A whole number, of which no digit is lost where a `Double` would round it.
      case integer(Int, digits: Int?)
      /// A number with its standard uncertainty, shown as 90.42(29); `digits` as in ``number(_:digits:)``, nil for two
      /// significant digits of the uncertainty.
      case uncertain(Double, uncertainty: Double, digits: Int?)
      case empty
    }
    /// The stem of its files under `tables/`.
    public var name: String
    /// The caption; empty for none.
    public var caption: String
    /// The columns' names.
    public var columns: [String]
    /// The cells, row by row; rows may be shorter or longer than ``columns``.
    public var rows: [[Value]]
    /// The columns, from 0, whose best value is marked.
    public var best: [Int: Best]

    public init(
      name: String, caption: String = "", columns: [String], rows: [[Value]], best: [Int: Best] = [:]
    ) {
      self.name = name
      self.caption = caption
      self.columns = columns
      self.rows = rows
      self.best = best
    }
  }

  /// A rendered figure.
  public struct Picture: Sendable, Codable {
    /// The stem of its files under `figures/`.
    public var name: String
    /// The caption; empty for none.
    public var caption: String
    /// The same picture in one format or several; reports show the first.
    public var files: [File]
    /// The width in points (1/72 inch), by which HTML shows it.
    public var width: Double
    /// The height in points.
    public var height: Double
    /// The numbers behind the figure, saved beside it; nil for photographs.
    public var csv: String?
    /// What the figure shows, from its own numbers, for those who hear it read; may be empty.
    public var words: String
    /// What readers of the page can play with in its place; nil for nearly all figures.
    public var explorer: Explorer?

    /// A picture in one format.
    public struct File: Sendable, Codable {
      /// How its name ends, without the point.
      public var ending: String
      /// What browsers call the format, such as `image/png`.
      public var mediaType: String
      public var content: Data

      public init(ending: String, mediaType: String, content: Data) {
        self.ending = ending
        self.mediaType = mediaType
        self.content = content
      }
    }

    public init(
      name: String, caption: String = "", files: [File], width: Double, height: Double, csv: String? = nil,
      words: String = ""
    ) {
      self.name = name
      self.caption = caption
      self.files = files
      self.width = width
      self.height = height
      self.csv = csv
      self.words = words
    }

    /// What stands for the picture where it is not seen; `stem` is the name of its files.
    func alternative(_ stem: String) -> String {
      let text = words.isEmpty ? caption : words
      let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
      return line.isEmpty ? "figure " + stem : line
    }
  }
}
