import Reports
import Support

extension CellKeeper {
  /// Why nothing of this code is there.
  func firstReason(_ index: Int, _ cell: CellSession.Compiled, _ known: ScriptNotes.Cell?) -> String {
    guard let known else { return "it was not run before" }
    if let line = ScriptNotes.changedLine(
      cell.source, from: known.source, firstLine: script.cells[index].firstLine)
    {
      return "line \(line) changed"
    }
    return known.reason ?? "it is not kept any more"
  }

  /// What an entry depends on that is another now, in words; nil where all is the same.
  func obstacle(_ index: Int, _ entry: CellEntry, _ reach: CellReach) -> String? {
    for (old, new) in zip(entry.options, options) where old != new {
      return old.shown.isEmpty || old.name != new.name
        ? "\(new.name) changed" : "\(new.name) was \(old.shown), is \(new.shown)"
    }
    guard entry.options.count == options.count else { return "the program changed" }
    for (old, new) in zip(entry.roots, reach.roots) where old.name != new.name || old.digest != new.digest {
      return reason(old, new)
    }
    guard entry.roots.count == reach.roots.count else { return "it reaches other variables" }
    if let layout = entry.layout, layout != layoutDigest(upTo: index) {
      return "lines moved, and an error that it caught may name them"
    }
    if let random = entry.random, random.before != context.random.position {
      return "gfnet.random has drawn \(context.random.position) numbers, not \(random.before)"
    }
    if let random = entry.libraryRandom, random.before != libraryRandom.bytes {
      return "math.random is in another state"
    }
    if let names = entry.names, names.before != context.names {
      return "other figures or tables are named before it"
    }
    for file in entry.files {
      guard let asked = FilePath(bytes: Array(file.asked.utf8)) else {
        return "the file \(file.asked) changed"
      }
      if CellTracker.state(of: context.found(asked), asked: asked) != file {
        return "the file \(file.asked) changed"
      }
    }
    let handed = entry.exit.map { _ in needed[index] ?? [] } ?? []
    if let missing = handed.subtracting(entry.locals).sorted().first(where: { isHandedOn($0, entry, index) })
    {
      return "a later cell uses '\(missing)' now, which was not kept"
    }
    return nil
  }

  private func isHandedOn(_ name: String, _ entry: CellEntry, _ index: Int) -> Bool {
    guard let exit = entry.exit, let outline = try? CellOutline(of: script.cells[index].source) else {
      return true
    }
    let places = [outline.locals] + outline.exits.map(\.declared)
    return places.indices.contains(exit) && places[exit].contains { $0.name == name }
  }

  private func reason(_ old: CellEntry.Dependence, _ new: CellEntry.Dependence) -> String {
    let name = new.name
    guard old.name == name else { return "it reaches other variables" }
    let isParameter =
      name.contains(".") && context.parameters.values.contains { name.hasSuffix("." + $0.name) }
    let shown = isParameter ? String(name.split(separator: ".").last ?? "") : "`\(name)`"
    if !old.shown.isEmpty, !new.shown.isEmpty, old.shown != new.shown {
      return "\(shown) was \(old.shown), is \(new.shown)"
    }
    let variable = String(name.prefix { $0 != "." })
    let place = origins[variable].map { " from cell \($0)" } ?? ""
    return "reads \(shown)\(place), which has changed"
  }

  func layoutDigest(upTo index: Int) -> String {
    var digest = StateDigest()
    digest.add(text: script.path.shown)
    for cell in script.cells[...index] where cell.kind != .markdown {
      digest.add(cell.firstLine)
      digest.add(text: cell.source)
    }
    digest.add(text: context.inputs.modulesDigest)
    return digest.text
  }
}
