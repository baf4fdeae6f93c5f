import Foundation
import Support

/// A script of the program's own that a page holds: what is not named by its hash does not run there.
package struct PageScript {
  /// What the policy of the page says to let it run.
  package let source: String
  /// The element, for the end of the page.
  package let element: String

  /// - Parameter text: JavaScript that makes elements and texts, never markup, out of what is on the page, and loads nothing.
  package init(_ text: String) {
    source = "'sha256-\(Data(SHA256.digest(Array(text.utf8))).base64EncodedString())'"
    element = "<script>\(text)</script>\n"
  }
}

extension Notebook {
  /// The scripts that the page of the notebook needs; none where there is nothing that they would do.
  var scripts: [PageScript] {
    let outputs = cells.flatMap(\.outputs)
    var scripts: [PageScript] = []
    if hasExplorer { scripts.append(ExplorerScript.script) }
    if outputs.contains(where: { if case .table(let table) = $0 { HTMLTable.sorts(table) } else { false } }) {
      scripts.append(TableScript.script)
    }
    let hasPictures = outputs.contains {
      if case .figure(let picture) = $0 { picture.explorer == nil } else { false }
    }
    if hasPictures { scripts.append(FigureScript.script) }
    return scripts
  }
}
