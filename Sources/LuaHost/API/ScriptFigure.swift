import Figures
import Foundation
import Reports

/// Something that a script drew and that a cell can show.
public protocol ScriptDrawing: AnyObject, SendableMetatype {
  var drawing: any Drawing { get }
  /// File stem under `figures/`; nil: from the titles.
  var name: String? { get }
  var caption: String { get }
  /// False for plain photographs.
  var hasNumbers: Bool { get }
  /// What the file is called when the script gave no name; may be empty.
  var words: String { get }
}

extension ScriptDrawing {
  /// The picture with its numbers, under a file name that no other figure of the run has.
  public func picture(_ context: HostContext, name: String? = nil, caption: String? = nil) throws
    -> Notebook.Picture
  {
    do {
      let list = try drawing.displayList()
      let png = try list.png(dpi: 300)
      let stem = name ?? self.name ?? Self.stem(words) ?? context.nextName("figure")
      let file = context.uniqueFigureName(stem)
      for remark in list.remarks { context.note("figure \(file): \(remark)") }
      return Notebook.Picture(
        name: file, caption: caption ?? self.caption, png: png,
        width: list.size.width,
        height: list.size.height, csv: hasNumbers ? try drawing.csv() : nil)
    } catch let error as FigureError {
      throw LuaError("figure: \(error)")
    }
  }

  /// Letters and digits joined by hyphens; nil when there are none.
  private static func stem(_ text: String) -> String? {
    var stem = ""
    for byte in text.lowercased().utf8 {
      let isPlain = byte >= 97 && byte <= 122 || byte >= 48 && byte <= 57
      if isPlain {
        stem.unicodeScalars.append(Unicode.Scalar(byte))
      } else if !stem.hasSuffix("-") {
        stem += "-"
      }
    }
    let trimmed = stem.prefix(60).split(separator: "-").joined(separator: "-")
    return trimmed.isEmpty ? nil : trimmed
  }
}

/// A figure that a script builds.
public final class ScriptFigure: ScriptDrawing {
  public var figure: Figure
  public var name: String?
  public var caption = ""

  /// For the collector: bytes of the layers so far, and how many of each panel those are.
  private var countedBytes = 0
  private var countedLayers: [Int] = []

  public init(_ figure: Figure) { self.figure = figure }

  public var heldBytes: Int {
    countedBytes += figure.newBytes(&countedLayers)
    return countedBytes
  }

  public var drawing: any Drawing { figure }
  public var hasNumbers: Bool { true }

  /// The title, or "y vs x" of the only panel.
  public var words: String {
    if figure.panels.count > 1 { return figure.title }
    let axes = figure.axes
    if !axes.title.isEmpty { return axes.title }
    return axes.x.label.isEmpty || axes.y.label.isEmpty
      ? axes.x.label + axes.y.label : "\(axes.y.label) vs \(axes.x.label)"
  }
}

/// One panel of a script's figure.
final class ScriptAxes {
  let owner: ScriptFigure
  let panel: Int

  init(_ owner: ScriptFigure, _ panel: Int) {
    self.owner = owner
    self.panel = panel
  }
}

/// A finished picture: images, or images with the patches that were looked at.
public final class ScriptPicture: ScriptDrawing {
  public let drawing: any Drawing
  public let name: String?
  public let caption: String
  public let hasNumbers: Bool
  public let words: String

  /// - Parameters:
  ///   - name: file stem; nil: made from `words`.
  ///   - hasNumbers: whether a CSV file belongs to it.
  public init(
    _ drawing: some Drawing, name: String? = nil, caption: String = "", hasNumbers: Bool = true,
    words: String = ""
  ) {
    self.drawing = drawing
    self.name = name
    self.caption = caption
    self.hasNumbers = hasNumbers
    self.words = words
  }
}

/// What layers are drawn into: a panel, or a figure's first.
protocol AxesHolder: SendableMetatype {
  func change(_ body: (inout Axes) throws -> Void) rethrows
}

extension ScriptFigure: AxesHolder {
  func change(_ body: (inout Axes) throws -> Void) rethrows { try body(&figure.axes) }
}

extension ScriptAxes: AxesHolder {
  func change(_ body: (inout Axes) throws -> Void) rethrows { try body(&owner.figure.panels[panel]) }
}

/// The object that a method was called on, so that calls can be chained.
struct Receiver: LuaPushable {
  func push(onto stack: LuaStack) throws { stack.pushCopy(ofValueAt: 1) }
}
