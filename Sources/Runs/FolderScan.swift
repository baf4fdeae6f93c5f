import Foundation
import Reports
import Support

/// Looks which folders below one have changed since they were last read, and reads those alone.
///
/// Every file of a run but its log and its metrics is replaced as a whole, which changes its folder's time. `meta.json` is asked as
/// well, as people edit files in place, and of runs that go on the length of their metrics.
struct FolderScan {
  /// What a folder was like when it was read.
  struct State: Equatable {
    /// The time of its last change, in nanoseconds since 1970; 0 for a time so near that more may have happened in it.
    var changed = 0
    var metaChanged = 0
    var metaSize = 0
    /// The length of the metrics of a run that goes on; -1 of others.
    var metricsSize = -1
    var isRun = false
    /// Why `meta.json` could not be read; empty where it could, or is none of a run.
    var problem = ""
  }

  /// A folder that was read.
  struct Found {
    let path: FilePath
    let state: State
    let run: IndexedRun?
  }

  /// The folder that is searched.
  let root: FilePath
  /// Folders that were read before, by their paths below the root: those above stand before those below.
  let known: [(path: FilePath, state: State)]
  /// Folders that were read now.
  private(set) var found: [Found] = []
  /// Folders that are gone.
  private(set) var gone: Set<FilePath> = []
  /// What could not be read at all.
  private(set) var problems: [String] = []
  private var seen: Set<FilePath>
  private let horizon: Int

  /// Folders that lie deeper are not looked at.
  static let deepest = 8
  /// More folders than these are not looked at.
  static let most = 200_000
  /// Folders within a run's that hold no runs.
  private static let skipped: Set<String> = ["figures", "tables", "attempts", "slurm"]
  /// Changes that are no older than this may have been followed by others within the clock's resolution.
  private static let resolution = 2_000_000_000

  init(root: FilePath, known: [(path: FilePath, state: State)], now: Date = Date()) {
    self.root = root
    self.known = known
    seen = Set(known.map(\.path))
    horizon = Int(now.timeIntervalSince1970 * 1e9) - Self.resolution
  }

  /// - Throws: `Interrupted`.
  mutating func run() throws {
    if known.isEmpty { try read("") }
    for (path, state) in known {
      try Cancellation.check()
      if !gone.isEmpty, gone.contains(path.removingLastComponent()), !path.isEmpty {
        gone.insert(path)
        continue
      }
      // The root may be a link: the user has named it.
      let now = FileStatus(root.pushing(path), followsLinks: path.isEmpty)
      guard let now, now.kind == .folder else {
        gone.insert(path)
        continue
      }
      if isUnchanged(path, state, now) { continue }
      try read(path)
    }
  }

  private func isUnchanged(_ path: FilePath, _ state: State, _ now: FileStatus) -> Bool {
    guard state.changed != 0, state.changed == now.changed else { return false }
    guard state.isRun || !state.problem.isEmpty else { return true }
    let folder = root.pushing(path)
    let meta = FileStatus(folder / RunDirectory.metaName, followsLinks: false)
    guard meta?.changed == state.metaChanged, meta?.byteCount == state.metaSize else { return false }
    return state.metricsSize < 0 || state.metricsSize == Self.metricsSize(folder)
  }

  private static func metricsSize(_ folder: FilePath) -> Int {
    FileStatus(folder / "metrics.jsonl", followsLinks: false)?.byteCount ?? 0
  }

  /// Reads a folder, and those in it that are not known yet.
  private mutating func read(_ first: FilePath) throws {
    var waiting = [first]
    while let path = waiting.popLast() {
      try Cancellation.check()
      let folder = root.pushing(path)
      var state = State()
      // The time is asked before the folder is read: what comes later is seen the next time.
      state.changed = settled(FileStatus(folder)?.changed)
      let listing: FolderListing
      do {
        listing = try FolderListing(folder)
      } catch let error as FileError where !path.isEmpty || !known.isEmpty {
        problems.append("\(error)")
        continue
      }
      var run: IndexedRun?
      if listing.entries.contains(where: { $0.name.string == RunDirectory.metaName }) {
        let meta = FileStatus(folder / RunDirectory.metaName, followsLinks: false)
        state.metaChanged = settled(meta?.changed)
        state.metaSize = meta?.byteCount ?? 0
        do {
          run = try RecordedRun(folder).map(IndexedRun.init)
        } catch let stop as Interrupted {
          throw stop
        } catch {
          state.problem = "\(error)"
        }
        state.isRun = run != nil
        if run?.status == RunFacts.Status.running.rawValue { state.metricsSize = Self.metricsSize(folder) }
      }
      found.append(Found(path: path, state: state, run: run))
      guard path.components.count < Self.deepest else { continue }
      for name in listing.folders.reversed() where !Self.skipped.contains(name.string) {
        let below = path.appending(name)
        guard !seen.contains(below), FileStatus(root.pushing(below), followsLinks: false)?.kind == .folder
        else { continue }
        guard seen.count < Self.most else {
          problems.append("\(root) has more than \(Self.most) folders; the rest is left out")
          return
        }
        seen.insert(below)
        waiting.append(below)
      }
    }
  }

  private func settled(_ time: Int?) -> Int {
    guard let time, time < horizon else { return 0 }
    return time
  }
}
