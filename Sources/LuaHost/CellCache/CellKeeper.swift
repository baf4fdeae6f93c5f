import CLuaBridge
import Foundation
import Reports
import Support

/// Keeps what cells leave, and gives it back in a later run in which nothing that they depend on has changed.
///
/// `docs/cell-cache.md` says what is compared, and why no other result can be given back than the cell would have.
final class CellKeeper {
  private let store: CellStore
  let script: ScriptFile
  let session: CellSession
  let context: HostContext
  let options: [CellEntry.Dependence]
  private let notesPath: FilePath
  let before: ScriptNotes
  private var notes = ScriptNotes()
  /// Names that later cells use, by cell.
  let needed: [Int: Set<String>]
  /// The cell in which a local was declared last, from 1.
  private(set) var origins: [String: Int] = [:]
  let libraryRandom: LibraryRandom
  private var running: Running?
  private let seesAll: Bool
  private let watch: GlobalWatch

  /// A cell that runs, and what was there when it began.
  private struct Running {
    let code: String
    let reach: CellReach?
    let tracker: CellTracker
    let random: Int
    let libraryRandom: [UInt8]
    let names: OutputNames
    var miss: String
  }

  init(
    store: CellStore, script: ScriptFile, session: CellSession, context: HostContext,
    compiled: [Int: CellSession.Compiled]
  ) throws {
    self.store = store
    self.script = script
    self.session = session
    self.context = context
    options = RunIdentity.dependences(of: context)
    notesPath = ScriptNotes.path(of: script.path, in: store)
    before = ScriptNotes.read(notesPath)
    var needed: [Int: Set<String>] = [:]
    var later: Set<String> = []
    for index in script.cells.indices.reversed() {
      needed[index] = later
      later.formUnion(compiled[index]?.captured.map(\.name) ?? [])
    }
    self.needed = needed
    notes.cells = Array(repeating: nil, count: script.cells.count)
    libraryRandom = try LibraryRandom(of: session.environment)
    seesAll = Self.reachesAllGlobals(script.code)
    watch = try GlobalWatch(of: session.environment)
  }

  /// Whether code may reach globals without naming them.
  static func reachesAllGlobals(_ code: String) -> Bool {
    let tokens = (try? LuaLexer.tokens(of: code)) ?? []
    return tokens.contains {
      $0.kind == .name && ["_G", "_ENV", "load", "package", "require"].contains($0.text)
    }
  }

  // MARK: Before a cell

  /// What is given back for a cell; nil where it must run.
  func begin(_ index: Int, _ cell: CellSession.Compiled) throws -> CellEntry? {
    let code = try Self.digest(ofCode: cell.source)
    let tracker = CellTracker()
    context.tracker = tracker
    session.forgetExit()
    session.state.bridge.pointee.events = 0
    var reach: CellReach?
    var miss = ""
    let known = before.cell(index, title: script.cells[index].title, code: code)
    do {
      guard known?.code != code || known?.isQuick != true else {
        throw Incomparable(reason: "it was too quick to be kept")
      }
      reach = try CellReach(
        cell, in: session, watch: watch, seesAll: seesAll || context.inputs.reachesAllGlobals,
        exempt: libraryRandom.memory)
    } catch let error as Interrupted {
      throw error
    } catch {
      miss = (error as? Incomparable)?.reason ?? "\(error)"
      tracker.block(miss)
    }
    running = Running(
      code: code, reach: reach, tracker: tracker, random: context.random.position,
      libraryRandom: libraryRandom.bytes,
      names: context.names, miss: miss)
    guard let reach, tracker.obstacle == nil else { return nil }
    if let entry = try find(index, code, cell, reach, &miss) { return entry }
    if miss.isEmpty { miss = firstReason(index, cell, known) }
    running?.miss = miss
    return nil
  }

  private func find(
    _ index: Int, _ code: String, _ cell: CellSession.Compiled, _ reach: CellReach, _ miss: inout String
  ) throws -> CellEntry? {
    for path in store.variants(of: code) {
      do {
        guard let entry = try store.read(path, code: code) else { continue }
        if let reason = obstacle(index, entry, reach) {
          if miss.isEmpty { miss = reason }
          continue
        }
        try restore(entry, cell, reach)
        store.touch(path)
        return entry
      } catch let error as Interrupted {
        throw error
      } catch {
        context.note("a kept cell cannot be read and runs again: \(path)")
      }
    }
    return nil
  }

  private func restore(_ entry: CellEntry, _ cell: CellSession.Compiled, _ reach: CellReach) throws {
    let count = entry.locals.count + entry.globals.count
    let values = try ArchiveReader.values(count, in: Array(entry.values), reach.graph)
    guard entry.globals.allSatisfy(LuaNames.isIdentifier) else { throw DamagedCell() }
    if let exit = entry.exit {
      guard cell.exported.indices.contains(exit) else { throw DamagedCell() }
      let locals = Dictionary(zip(entry.locals, values), uniquingKeysWith: { $1 })
      try session.restore(cell, exit: exit, values: locals)
    }
    for (name, value) in zip(entry.globals, values.dropFirst(entry.locals.count)) {
      try session.assign(global: name, value)
    }
    if let random = entry.random { context.random.move(to: random.after) }
    if let random = entry.libraryRandom { libraryRandom.bytes = random.after }
    if let names = entry.names { context.names = names.after }
  }

  // MARK: After a cell

  /// Says that results were given back.
  func endRestored(_ index: Int, _ entry: CellEntry) {
    running = nil
    context.tracker = nil
    note(index, entry.code, reason: nil)
    explain(index, "hit, which saves \(CellKeeper.time(entry.seconds))")
  }

  /// Keeps the cell that has just ended, where that is possible.
  func end(_ index: Int, _ cell: CellSession.Compiled, _ notebook: Notebook.Cell, isWhole: Bool) throws {
    guard let running else { return }
    self.running = nil
    context.tracker = nil
    let tracker = running.tracker
    let events = session.state.bridge.pointee.events
    var reason: String?
    var isQuick = false
    do {
      isQuick = (notebook.seconds ?? 0) < context.leastSecondsToKeep
      if isQuick { tracker.block("it was too quick to be kept") }
      tracker.finish(events: events)
      if !isWhole { tracker.block("it shows more than is kept") }
      if notebook.outputs.contains(where: { if case .remark = $0 { true } else { false } }) {
        tracker.block("it makes a remark")
      }
      if let obstacle = tracker.obstacle { throw Incomparable(reason: obstacle) }
      guard let reach = running.reach else { throw Incomparable(reason: running.miss) }
      if let obstacle = try reach.obstacle() { throw Incomparable(reason: obstacle) }
      try store.store(try entry(index, cell, notebook, running, reach, events))
    } catch let error as Incomparable {
      reason = error.reason
    } catch let error as Interrupted {
      throw error
    } catch {
      reason = "\(error)"
    }
    note(index, running.code, reason: reason, isQuick: isQuick)
    let miss = running.miss.isEmpty || running.miss == reason ? "" : running.miss
    explain(
      index,
      "run: "
        + [miss, reason.map { "not kept: \($0)" } ?? "kept"].filter { !$0.isEmpty }.joined(separator: "; "))
  }

  private func entry(
    _ index: Int, _ cell: CellSession.Compiled, _ notebook: Notebook.Cell, _ running: Running,
    _ reach: CellReach,
    _ events: UInt32
  ) throws -> CellEntry {
    var writer = try ArchiveWriter(reach.graph)
    let exit = session.lastExit
    var locals: [String] = []
    for local in exit?.locals ?? [] where (needed[index] ?? []).contains(local.name) {
      try Self.naming(local.name) { try writer.add(session.value(ofLocal: local.name)) }
      locals.append(local.name)
    }
    let changed = try reach.changedGlobals()
    for (name, value) in changed { try Self.naming(name) { try writer.add(value) } }
    try Self.naming((locals + changed.map(\.name)).first ?? "") { try writer.finish() }
    let position = context.random.position
    let library = libraryRandom.bytes
    let caughtErrors = events & UInt32(GF_CAUGHT_ERROR) != 0
    return CellEntry(
      code: running.code, options: options, roots: reach.roots,
      layout: caughtErrors ? layoutDigest(upTo: index) : nil, files: running.tracker.files,
      random: Self.change(running.random, position),
      libraryRandom: Self.change(running.libraryRandom, library),
      names: Self.change(running.names, context.names),
      outputs: notebook.outputs, results: running.tracker.results, exit: exit?.number, locals: locals,
      globals: changed.map(\.name), values: Data(writer.bytes), seconds: notebook.seconds ?? 0)
  }

  private static func change<Value: Equatable & Codable>(_ before: Value, _ after: Value) -> CellEntry.Change<
    Value
  >? {
    before == after ? nil : CellEntry.Change(before: before, after: after)
  }

  private static func naming(_ name: String, _ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as Incomparable {
      throw Incomparable(reason: "'\(name)', which it makes, \(error.reason)")
    }
  }

  /// Takes note of what locals a cell has handed on.
  func noteOrigins(_ index: Int) {
    for local in session.lastExit?.locals ?? [] { origins[local.name] = index + 1 }
  }

  /// Writes what is known of the script's cells, for the reasons of the next run.
  func finish() {
    context.tracker = nil
    try? notes.write(to: notesPath)
  }

  private func note(_ index: Int, _ code: String, reason: String?, isQuick: Bool = false) {
    let cell = script.cells[index]
    notes.cells[index] = .init(
      title: cell.title, source: cell.source, code: code, reason: reason, isQuick: isQuick)
  }

  private func explain(_ index: Int, _ text: String) {
    let title = script.cells[index].title
    context.explainCells?("cell \(index + 1)\(title.isEmpty ? "" : " (\(title))"): \(text)")
  }

  private static func time(_ seconds: Double) -> String {
    "\(LuaNumberText.shortest((seconds * 1000).rounded() / 1000)) s"
  }

  // MARK: Digests and states

  /// A digest of a cell's tokens: comments and layout are no part of it.
  static func digest(ofCode source: String) throws -> String {
    var digest = StateDigest()
    for token in try LuaLexer.tokens(of: source) {
      digest.add(text: String(token.text))
    }
    return digest.text
  }
}
